"""What the tests ask of a running Airflow over its REST API, as one user."""

import time
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any, TypeVar

import httpx

PATIENCE = 240.0
"""Seconds after which something counts as not happening, on a busy machine."""
T = TypeVar("T")


def until(what: str, asked: Callable[[], T], *, patience: float = PATIENCE) -> T:
    """The first answer of `asked` that is true; it is asked four times a second."""
    deadline = time.monotonic() + patience
    while not (answer := asked()):
        assert time.monotonic() < deadline, f"not within {patience:.0f} s: {what}"
        time.sleep(0.25)
    return answer


class Client:
    """What a person or a script does over the REST API."""

    def __init__(self, address: str, token: str) -> None:
        self.address = address
        self.http = httpx.Client(
            base_url=f"{address}/api/v2",
            headers={"Authorization": f"Bearer {token}"},
            timeout=60,
        )

    def __enter__(self) -> "Client":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.http.close()

    def get(self, path: str) -> Any:
        """The JSON at `path`."""
        answer = self.http.get(path)
        answer.raise_for_status()
        return answer.json()

    def page(self, path: str) -> str:
        """The page of our plugin at `path`, as a browser that is logged in gets it."""
        answer = self.http.get(f"{self.address}/tda{path}")
        answer.raise_for_status()
        return answer.text

    def unpause(self, dag: str) -> None:
        """The DAG is there, and runs when it is triggered."""
        until(f"{dag} is parsed", lambda: self.http.get(f"/dags/{dag}").is_success)
        self.http.patch(f"/dags/{dag}", json={"is_paused": False}).raise_for_status()

    def trigger(self, dag: str, **conf: object) -> "DagRun":
        """A run of the DAG with these Params."""
        answer = self.ask(dag, conf)
        assert answer.is_success, answer.text
        return DagRun(self, f"/dags/{dag}/dagRuns/{answer.json()['dag_run_id']}")

    def ask(self, dag: str, conf: Mapping[str, object]) -> httpx.Response:
        """The answer of Airflow to a request for a run."""
        body = {"logical_date": None, "conf": dict(conf)}
        return self.http.post(f"/dags/{dag}/dagRuns", json=body)


class DagRun:
    """One run of a DAG, as the REST API shows it to one client."""

    def __init__(self, client: Client, path: str) -> None:
        self.client = client
        self.path = path

    @property
    def id(self) -> str:
        """The id of the run within its DAG."""
        return self.path.rpartition("/")[2]

    @property
    def state(self) -> str:
        """The state of the run."""
        return str(self.client.get(self.path)["state"])

    def task(self, name: str) -> dict[str, Any]:
        """The task instance `name` as it is now."""
        found: dict[str, Any] = self.client.get(f"{self.path}/taskInstances/{name}")
        return found

    def tasks(self) -> dict[str, dict[str, Any]]:
        """Every task instance by its task id; of mapped ones, the last."""
        found = self.client.get(f"{self.path}/taskInstances?limit=200")["task_instances"]
        return {one["task_id"]: one for one in found}

    def mapped(self, name: str) -> dict[str, str]:
        """The state of each instance of the mapped task `name`, by what Airflow shows it as."""
        found = self.client.get(f"{self.path}/taskInstances/{name}/listMapped")["task_instances"]
        return {str(one["rendered_map_index"]): str(one["state"]) for one in found}

    def log(self, task: str) -> str:
        """What the first try of the task logged."""
        found = self.client.http.get(f"{self.path}/taskInstances/{task}/logs/1?full_content=true")
        found.raise_for_status()
        return found.text

    def pulled(self, task: str) -> Any:
        """What the task returned."""
        return self.client.get(f"{self.path}/taskInstances/{task}/xcomEntries/return_value")[
            "value"
        ]

    def end(self, *, patience: float = 2 * PATIENCE) -> str:
        """`success` or `failed`, once it is one of the two."""
        return until(
            f"{self.path} has ended",
            lambda: state if (state := self.state) in {"success", "failed"} else "",
            patience=patience,
        )

    def waits(self, task: str) -> None:
        """`task` waits for a person."""

        def parked() -> bool:
            state = self.task(task)["state"]
            assert state not in {"failed", "upstream_failed", "skipped"}, self.states()
            return state in {"awaiting_input", "deferred"}

        until(f"{task} waits for an answer", parked)

    def answer(self, task: str, option: str, **given: object) -> httpx.Response:
        """What Airflow says to this client's answer to `task`."""
        return self.client.http.patch(
            f"{self.path}/taskInstances/{task}/-1/hitlDetails",
            json={"chosen_options": [option], "params_input": given},
        )

    def states(self) -> dict[str, str]:
        """The state of every task, for messages."""
        return {name: str(one["state"]) for name, one in self.tasks().items()}
