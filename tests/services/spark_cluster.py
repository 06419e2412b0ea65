"""A Spark standalone cluster of the tests' own: a master and workers, each a process, on loopback.

The scripts of an installed PySpark start no master, but `spark-class` does. Workers have one core
and little memory. Everything a worker has started can be killed at once, as when a machine fails.
"""

import importlib.util
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

import pytest
from ending import with_the_tests

PATIENCE = 180.0
MEMORY = "1g"
EXECUTOR_MEMORY = "700m"
HERE = Path(__file__).parent


class NotHereError(Exception):
    """No cluster could be started; the text says what was tried."""


@dataclass
class Cluster:
    """A running master and its workers."""

    folder: Path
    address: str
    page: str
    """The page of the master, which also speaks JSON."""
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def add_worker(self) -> None:
        """One more worker, registered."""
        number = len(self.processes)
        known = len(self.state()["workers"])
        options = ["--host", "127.0.0.1", "--webui-port", "0", "--cores", "1", "--memory", MEMORY]
        work = self.folder / f"work-{number}"
        started = self._start("Worker", *options, "--work-dir", str(work), self.address)
        self.workers.append(started)
        self._until(lambda: len(self.state()["workers"]) > known, "the worker did not register")

    def kill_worker(self) -> None:
        """SIGKILL to a worker and to all that it has started, as if its machine were gone."""
        victim = self.workers.pop(0)
        for process in [victim.pid, *descendants(victim.pid)]:
            with_pid(process, signal.SIGKILL)
        victim.wait()

    def state(self) -> dict[str, Any]:
        """What the master says of workers and applications."""
        with urllib.request.urlopen(f"{self.page}/json/", timeout=10) as answer:  # noqa: S310
            found: dict[str, Any] = json.load(answer)
        return found

    def alive(self) -> int:
        """The workers the master believes in."""
        return sum(worker["state"] == "ALIVE" for worker in self.state()["workers"])

    def start_master(self, port: int, page_port: int) -> None:
        options = ["--host", "127.0.0.1", "--port", str(port), "--webui-port", str(page_port)]
        self._start("Master", *options)
        self._until(lambda: self.state()["status"] == "ALIVE", "the master did not start")

    def stop(self) -> None:
        """No process of the cluster is left."""
        pids = [child for started in self.processes for child in descendants(started.pid)]
        for started in self.processes:
            started.kill()
            started.wait()
        for pid in pids:
            with_pid(pid, signal.SIGKILL)

    def _start(self, name: str, *options: str) -> subprocess.Popen[bytes]:
        log = (self.folder / f"{name}-{len(self.processes)}.log").open("wb")
        with log:
            started = subprocess.Popen(
                [*spark_class(), f"org.apache.spark.deploy.{name.lower()}.{name}", *options],
                env=environment(self.folder),
                stdout=log,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
                preexec_fn=with_the_tests(),
            )
        self.processes.append(started)
        return started

    def _until(self, holds: Any, otherwise: str) -> None:
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            try:
                if holds():
                    return
            except (OSError, ValueError):
                pass  # it does not listen yet, or its page is not whole yet
            if any(started.poll() is not None for started in self.processes[-1:]):
                break
            time.sleep(0.1)
        raise NotHereError(otherwise)


@contextmanager
def running(folder: Path, workers: int = 2) -> Iterator[Cluster]:
    """A cluster that keeps its files in `folder`, and is gone at the end."""
    if java() is None:
        raise NotHereError("there is no Java; apt-get install openjdk-17-jre-headless")
    if importlib.util.find_spec("pyspark") is None:
        raise NotHereError("PySpark is not installed")
    (folder / "conf").mkdir(parents=True)
    (folder / "conf" / "spark-defaults.conf").write_text(defaults(folder), encoding="utf-8")
    port, page_port = free_port(), free_port()
    cluster = Cluster(folder, f"spark://127.0.0.1:{port}", f"http://127.0.0.1:{page_port}")
    try:
        cluster.start_master(port, page_port)
        for _ in range(workers):
            cluster.add_worker()
        yield cluster
    finally:
        cluster.stop()


def defaults(folder: Path) -> str:
    """spark-defaults.conf of the cluster and of its drivers."""
    options = {
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.memory": "700m",
        "spark.executor.memory": EXECUTOR_MEMORY,
        "spark.executor.cores": "1",
        "spark.local.dir": str(folder / "local"),
        "spark.executorEnv.PYTHONPATH": str(HERE),
        "spark.sql.shuffle.partitions": "4",
    }
    return "".join(f"{name} {value}\n" for name, value in options.items())


def environment(folder: Path) -> dict[str, str]:
    """The environment of the cluster and of its drivers."""
    return {
        **os.environ,
        "SPARK_CONF_DIR": str(folder / "conf"),
        "SPARK_LOCAL_IP": "127.0.0.1",
        "SPARK_DAEMON_MEMORY": "200m",
        "SPARK_LOCAL_DIRS": str(folder / "local"),
        "PYSPARK_PYTHON": sys.executable,
    }


def spark_class() -> list[str]:
    found = importlib.util.find_spec("pyspark")
    assert found is not None
    assert found.submodule_search_locations
    return ["bash", str(Path(found.submodule_search_locations[0], "bin", "spark-class"))]


def java() -> str | None:
    home = os.environ.get("JAVA_HOME")
    return str(Path(home, "bin", "java")) if home else shutil.which("java")


def descendants(pid: int) -> list[int]:
    """All processes that `pid` has started, directly or not, while they still say so."""
    children: dict[int, list[int]] = {}
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(status.read_text(encoding="utf-8").rpartition(")")[2].split()[1])
        except OSError:
            continue  # it has ended meanwhile
        children.setdefault(parent, []).append(int(status.parent.name))
    found: list[int] = []
    waiting = [pid]
    while waiting:
        of_one = children.get(waiting.pop(), [])
        found += of_one
        waiting += of_one
    return found


def with_pid(pid: int, signalled: signal.Signals) -> None:
    try:
        os.kill(pid, signalled)
    except ProcessLookupError:
        return


def free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port: int = listening.getsockname()[1]
    return port


def missing(reason: str, environ: Mapping[str, str] = os.environ) -> NoReturn:
    """The test is skipped, in capitals; where CI is set it fails."""
    sentence = f"SPARK IS NOT HERE, SO NOTHING WAS TESTED ON IT: {reason}"
    if environ.get("CI", "").lower() in {"true", "1"}:
        pytest.fail(sentence, pytrace=False)
    pytest.skip(sentence)
