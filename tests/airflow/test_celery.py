"""audit_dataset on a Celery worker, with PostgreSQL and Redis, and the worker killed."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import redis_server
from airflow_client import until
from airflow_services import Airflow
from disturbing import CLOCK, audit, in_the_middle_of_the_scan, ledger_holds, outcome, settings_of
from generated_texts import many_texts
from postgres_server import Server, text_of

from pipelines.model.ids import RunId
from pipelines.store import runs
from pipelines.store.database import open_store

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "examples" / "support-dialogues" / "dataset.yaml"
WORKER = ("celery", "worker", "--concurrency", "2", "--skip-serve-logs")
FILES = 10
pytestmark = [pytest.mark.airflow, pytest.mark.slow]


@dataclass(frozen=True)
class Cluster:
    """Airflow on CeleryExecutor, and the address of the audit database."""

    airflow: Airflow
    database: str


@pytest.fixture(scope="module")
def redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    try:
        with redis_server.running(tmp_path_factory.mktemp("redis")) as address:
            yield address
    except redis_server.NotHereError as error:
        redis_server.missing(str(error))


@pytest.fixture(scope="module")
def cluster(
    postgresql: Server, redis: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Cluster]:
    airflows, audits = postgresql.create(), postgresql.create()
    for_airflow = text_of(airflows.set(drivername="postgresql+psycopg2"))
    more = {
        "AIRFLOW__CORE__EXECUTOR": "CeleryExecutor",
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": for_airflow,
        "AIRFLOW__CELERY__BROKER_URL": redis,
        "AIRFLOW__CELERY__RESULT_BACKEND": f"db+{for_airflow}",
        "TDA_DATABASE_URL": text_of(audits),
    }
    home = tmp_path_factory.mktemp("shared workspace")
    with Airflow(home, users={"engineer": "admin"}, more=more) as airflow:
        airflow.start(*WORKER)
        yield Cluster(airflow, text_of(audits))
    for database in (airflows, audits):
        postgresql.drop(database)


def test_a_killed_worker_is_replaced_and_the_audit_ends_as_if_nothing_had_happened(
    cluster: Cluster, tmp_path: Path
):
    airflow = cluster.airflow
    manifest = many_texts(tmp_path / "many", files=FILES, records=2500)
    with airflow.client("engineer") as engineer:
        engineer.unpause("audit_dataset")
        run = engineer.trigger("audit_dataset", manifest=str(manifest), at=CLOCK)
        in_the_middle_of_the_scan(run, airflow.home, FILES)
        airflow.kill(*WORKER)
        airflow.start(*WORKER)
        until("the lost task is noticed", lambda: run.task("scan")["state"] != "running")
        assert run.end() == "success", run.states()
        tries = {name: task["try_number"] for name, task in run.tasks().items()}
        disturbed = run.pulled("begin")
    assert tries.pop("scan") == 2
    assert set(tries.values()) == {1}

    apart = tmp_path / "undisturbed"
    apart.mkdir()
    shutil.copytree(airflow.home / "keys", apart / "keys")
    undisturbed = audit(apart, manifest)
    assert outcome(settings_of(airflow.home, cluster.database), disturbed) == outcome(
        settings_of(apart), undisturbed["run_id"]
    )
    ledger_holds(airflow.home, TDA_DATABASE_URL=cluster.database)


def test_a_worker_that_does_not_share_the_workspace_fails_and_writes_nothing(
    cluster: Cluster, tmp_path: Path
):
    airflow = cluster.airflow
    store = open_store(settings_of(airflow.home, cluster.database))
    known = [run.id for run in runs.all_runs(store)]
    airflow.kill(*WORKER)
    apart = tmp_path / "a home of its own"
    airflow.start(*WORKER, TDA_HOME=str(apart))
    with airflow.client("engineer") as engineer:
        run = engineer.trigger("audit_dataset", manifest=str(EXAMPLE), at=CLOCK)
        assert run.end() == "failed"
        begin = run.task("begin")
    assert (begin["state"], begin["try_number"]) == ("failed", 1), "it was tried again"
    assert [path for path in apart.rglob("*") if path.is_file()] == []
    assert [run.id for run in runs.all_runs(store)] == known
    assert runs.run(store, RunId(known[0])).state == "sealed"
    store.engine.dispose()
