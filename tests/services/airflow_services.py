"""A real Airflow of the tests' own: its services as processes, their logs in files.

Home, database, secrets and ports are its own (`pipelines.airflow.environment`). Tasks run in
process groups of their own, so what belongs to this Airflow is known by the AIRFLOW_HOME in its
environment, and ends with it.
"""

import contextlib
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType

import httpx
import psutil
from airflow_client import PATIENCE, Client, DagRun, until

from pipelines.airflow.environment import isolated_environment

ROOT = Path(__file__).resolve().parents[2]
DAGS = ROOT / "dags"
PROGRAM = Path(sys.executable).with_name("airflow")
"""What people start: `python -m airflow` behaves differently where a scan has several workers."""
SERVICES = ("api-server", "scheduler", "dag-processor", "triggerer")
STOPPING = 20.0
WATCHER = """
read ignored
for round in 1 2 3; do  # what was just being started is seen by the next round
  for process in /proc/[0-9]*; do
    if [ "$(readlink "$process/cwd")" = "$2" ] || grep -qzxF -- "$1" "$process/environ"
    then kill -KILL "${process#/proc/}"; fi
  done
  sleep 1
done
"""


class Airflow:
    """The services over one workspace `home`, started one by one and stopped together."""

    def __init__(self, home: Path, *, users: Mapping[str, str], more: Mapping[str, str]) -> None:
        """`users`: role by name, for the simple auth manager; `more`: environment beside ours."""
        self.home = home
        self.logs = home / "airflow" / "services"
        self.logs.mkdir(parents=True)
        self.passwords = {name: secrets.token_urlsafe(12) for name in users}
        passwords = home / "airflow" / "passwords.json"
        passwords.write_text(json.dumps(self.passwords), encoding="utf-8")
        port, worker_logs, trigger_logs = free_ports(3)
        self.address = f"http://127.0.0.1:{port}"
        self.environment = isolated_environment(home, DAGS) | {
            "AIRFLOW__API__BASE_URL": self.address,
            "AIRFLOW__API__HOST": "127.0.0.1",
            "AIRFLOW__API__PORT": str(port),
            "AIRFLOW__API__WORKERS": "1",
            "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"{self.address}/execution/",
            "AIRFLOW__CORE__EXECUTOR": "LocalExecutor",
            "AIRFLOW__CORE__FERNET_KEY": "",
            "AIRFLOW__CORE__PARALLELISM": "2",
            "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS": ",".join(
                f"{name}:{role}" for name, role in users.items()
            ),
            "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(passwords),
            "AIRFLOW__DAG_PROCESSOR__REFRESH_INTERVAL": "10",
            "AIRFLOW__LOGGING__WORKER_LOG_SERVER_PORT": str(worker_logs),
            "AIRFLOW__LOGGING__TRIGGER_LOG_SERVER_PORT": str(trigger_logs),
            # a worker that is gone is noticed after this long, instead of five minutes
            "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT": "45",
            "TDA_WORKERS": "2",
            "TDA_LANG": "en",
            **more,
        }
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self.watcher: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> "Airflow":
        self.watcher = self._watched()
        try:
            self.run("db", "migrate")
            for service in SERVICES:
                self.start(service)
            until("Airflow says it is healthy", self._healthy)
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def run(self, *arguments: str) -> None:
        """One `airflow` command, to its end."""
        with (self.logs / f"{arguments[0]}.log").open("ab") as log:
            subprocess.run(
                [str(PROGRAM), *arguments],
                env=self.environment,
                cwd=self.home,
                stdout=log,
                stderr=log,
                check=True,
                timeout=PATIENCE,
            )

    def start(self, *arguments: str, **environment: str) -> None:
        """The service `airflow ARGUMENTS` is started, with `environment` beside the common one."""
        name = " ".join(arguments)
        with (self.logs / f"{arguments[0]}.log").open("ab") as log:
            self.processes[name] = subprocess.Popen(
                [str(PROGRAM), *arguments],
                env=self.environment | environment,
                cwd=self.home,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def kill(self, *arguments: str) -> None:
        """The service and whatever it started end at once, as when a machine fails."""
        process = self.processes.pop(" ".join(arguments))
        family = psutil.Process(process.pid).children(recursive=True)
        process.kill()
        process.wait()
        for child in family:
            with contextlib.suppress(psutil.NoSuchProcess):
                child.kill()

    def stop(self) -> None:
        """Nothing of this Airflow runs any more: asked to end, then made to."""
        for process in self.processes.values():
            process.terminate()
        deadline = time.monotonic() + STOPPING
        for process in self.processes.values():
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(max(0.1, deadline - time.monotonic()))
        for process in self.processes.values():
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        for left in self.family():
            with contextlib.suppress(psutil.NoSuchProcess):
                left.kill()
        watcher, self.watcher = self.watcher, None
        if watcher is not None and watcher.stdin is not None:
            watcher.kill()
            watcher.wait()
            watcher.stdin.close()

    def family(self) -> list[psutil.Process]:
        """Every process that runs with our AIRFLOW_HOME, except the tests themselves."""
        ours = self.environment["AIRFLOW_HOME"]
        found = []
        for process in psutil.process_iter():
            with contextlib.suppress(psutil.Error):
                if process.environ().get("AIRFLOW_HOME") == ours:
                    found.append(process)
        return found

    def client(self, user: str) -> "Client":
        """A client of the REST API who has logged in as `user`."""
        token = httpx.post(
            f"{self.address}/auth/token",
            json={"username": user, "password": self.passwords[user]},
            timeout=60,
        )
        token.raise_for_status()
        return Client(self.address, token.json()["access_token"])

    def parked(self, run: DagRun, task: str) -> None:
        """`task` of `run` waits for a person, and the scheduler has heard from its executor.

        What is answered before that fails: the scheduler takes the end of the process that asked
        for the end of the task (apache/airflow #66374, #72716). No person is that fast.
        """
        run.waits(task)
        ended = f"task_id={task}, run_id={run.id},"
        log = self.logs / "scheduler.log"

        def heard() -> bool:
            lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
            return any("TaskInstance Finished" in line and ended in line for line in lines)

        until(f"the scheduler has heard of {task}", heard)

    def tail(self) -> str:
        """The last lines of every service's log, for the message of a failed test."""
        shown = []
        for log in sorted(self.logs.glob("*.log")):
            text = log.read_text(encoding="utf-8", errors="replace")
            shown.append(f"--- {log.name}\n{text[-1500:]}")
        return "\n".join(shown)

    def _watched(self) -> subprocess.Popen[bytes]:
        """A shell that reads from us: when we are killed it ends all that is of this Airflow.

        Services that give themselves a title write it over their environment; they are known by
        the folder they run in.
        """
        home = f"AIRFLOW_HOME={self.environment['AIRFLOW_HOME']}"
        return subprocess.Popen(
            ["/bin/sh", "-c", WATCHER, "watcher", home, str(self.home.resolve())],
            cwd="/",
            stdin=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def _healthy(self) -> bool:
        for name, process in self.processes.items():
            assert process.poll() is None, f"{name} ended at once\n{self.tail()}"
        try:
            answer = httpx.get(f"{self.address}/api/v2/monitor/health", timeout=30)
        except httpx.TransportError:
            return False
        parts = ("metadatabase", "scheduler", "dag_processor", "triggerer")
        health = answer.json() if answer.is_success else {}
        return all((health.get(part) or {}).get("status") == "healthy" for part in parts)


def free_ports(count: int) -> Sequence[int]:
    """Ports of loopback nobody listened on a moment ago, all different."""
    with contextlib.ExitStack() as stack:
        probes = [stack.enter_context(socket.socket()) for _ in range(count)]
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [probe.getsockname()[1] for probe in probes]
