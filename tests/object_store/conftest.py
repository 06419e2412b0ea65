"""A real server that speaks S3, started once a session on a free loopback port."""

import http.client
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import pytest

SOMEBODY = (
    "AWS4-HMAC-SHA256 Credential=AKIATEST/20260101/us-east-1/s3/aws4_request,"
    "SignedHeaders=host,Signature=0"
)
PAGE = 100
"""Objects a page of a listing has; a real store gives a thousand."""
STARTED = re.compile(r"Running on (http://127\.0\.0\.1:(\d+))")


@dataclass(frozen=True)
class Server:
    """The running server, spoken to with plain HTTP: nothing of ours is used to fill it."""

    port: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def send(self, method: str, requests: Iterator[tuple[str, bytes]]) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        for path, body in requests:
            connection.request(method, quote(path), body, {"Authorization": SOMEBODY})
            answer = connection.getresponse()
            answer.read()
            assert answer.status < 300, (path, answer.status)
        connection.close()

    def put(self, bucket: str, objects: dict[str, bytes]) -> None:
        self.send("PUT", iter([(f"/{bucket}", b"")]))
        self.send("PUT", ((f"/{bucket}/{key}", body) for key, body in objects.items()))


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    log = tmp_path_factory.mktemp("moto") / "server.log"
    with log.open("wb") as output:
        child = subprocess.Popen(
            [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", "0"],
            stdout=output,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            env={**os.environ, "MOTO_S3_DEFAULT_MAX_KEYS": str(PAGE)},
            start_new_session=True,
        )
    try:
        yield Server(_port(child, log))
    finally:
        os.killpg(child.pid, signal.SIGKILL)
        child.wait()


def _port(child: "subprocess.Popen[bytes]", log: Path) -> int:
    waiting = threading.Event()
    for _ in range(1200):
        if found := STARTED.search(log.read_text(errors="replace")):
            return int(found.group(2))
        assert child.poll() is None, log.read_text(errors="replace")
        waiting.wait(0.1)
    raise AssertionError(log.read_text(errors="replace"))


@pytest.fixture
def s3(server: Server, monkeypatch: pytest.MonkeyPatch) -> Callable[[dict[str, bytes]], str]:
    """Fills a new bucket and says its name; the environment leads to the server."""
    for name in list(os.environ):
        if name.startswith("AWS_"):
            monkeypatch.delenv(name)
    for name, value in environment(server).items():
        monkeypatch.setenv(name, value)

    def fill(objects: dict[str, bytes], bucket: str | None = None) -> str:
        name = bucket or f"bucket-{os.urandom(6).hex()}"
        server.put(name, objects)
        return name

    return fill


def environment(server: Server) -> dict[str, str]:
    return {
        "AWS_ENDPOINT_URL": server.url,
        "AWS_ACCESS_KEY_ID": "AKIATEST",
        "AWS_SECRET_ACCESS_KEY": "very/secret+key",
        "AWS_REGION": "us-east-1",
        "TDA_ALLOW_LOCAL_ENDPOINTS": "1",
    }
