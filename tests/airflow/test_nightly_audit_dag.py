"""The DAG nightly_audit, in a real Airflow with a home of its own."""

import json
import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path

import pytest
from dag_process import DAGS, python, run_dag
from generated_texts import with_consents

from pipelines.engine.local import Local
from pipelines.nightly.auditing import audit_changed, sweep
from pipelines.nightly.closing import close
from pipelines.settings import Settings
from pipelines.stages.order import ORDER
from pipelines.store import registry, runs, sweeps
from pipelines.store.database import open_store

pytestmark = pytest.mark.airflow

SHAPE = """
import json, sys
from airflow.dag_processing.dagbag import DagBag
from airflow.serialization.serialized_objects import DagSerialization
bags = [DagBag(dag_folder=sys.argv[1]) for _ in range(2)]
texts = [json.dumps(DagSerialization.to_dict(bag.dags["nightly_audit"])) for bag in bags]
dag = bags[0].dags["nightly_audit"]
json.dump({
    "errors": {str(k): str(v) for k, v in bags[0].import_errors.items()},
    "same": texts[0] == texts[1],
    "graph": {task.task_id: sorted(task.downstream_task_ids) for task in dag.tasks},
    "mapped": sorted(task.task_id for task in dag.tasks if task.is_mapped),
    "rules": {task.task_id: task.trigger_rule.value for task in dag.tasks},
    "retries": {task.task_id: task.retries for task in dag.tasks},
    "limits": [dag.catchup, dag.max_active_runs, dag.dagrun_timeout.total_seconds()],
    "bounded": all(task.execution_timeout for task in dag.tasks),
    "schedule": json.loads(texts[0])["dag"]["timetable"],
    "loaded": sorted(name for name in ("great_expectations", "duckdb", "scipy")
                     if name in sys.modules),
}, open(sys.argv[2], "w"))
"""


@pytest.fixture(scope="module")
def shape(tmp_path_factory) -> dict:
    folder = tmp_path_factory.mktemp("parsed")
    return python(SHAPE, folder / "home", folder / "shape.json")[0]


def test_the_sweep_maps_the_audits_and_the_digest_follows_whatever_became_of_them(shape):
    assert shape["errors"] == {}
    assert shape["graph"] == {
        "sweep": ["audit", "changed", "digest"],
        "changed": ["audit"],
        "audit": ["digest"],
        "digest": ["all_audited"],
        "all_audited": [],
    }
    assert shape["mapped"] == ["audit"]
    assert shape["rules"]["digest"] == "all_done"
    assert shape["rules"]["all_audited"] == "all_success"


def test_it_runs_at_one_in_shanghai_or_earlier_when_the_asset_says_so(shape):
    text = json.dumps(shape["schedule"])
    assert "0 1 * * *" in text
    assert "Asia/Shanghai" in text
    assert "x-tda://registered-data" in text


def test_runs_and_tasks_of_the_night_are_bounded(shape):
    assert shape["limits"] == [False, 1, 86400.0]
    assert set(shape["retries"].values()) == {0, 2}
    assert shape["bounded"]


def test_the_file_of_the_night_is_light_and_short_and_parses_the_same_twice(shape):
    assert shape["loaded"] == []
    assert shape["same"]
    text = (DAGS / "nightly_audit.py").read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 60


def test_datasets_beyond_the_limit_of_mapping_are_batched():
    from pipelines.airflow.nightly_tasks import MAPPED, batches

    assert batches([]) == []
    assert batches(["a", "b"]) == [["a"], ["b"]]
    many = [f"d{n}" for n in range(2500)]
    made = batches(many)
    assert len(made) <= MAPPED
    assert [name for batch in made for name in batch] == many
    assert max(map(len, made)) == 3


def test_a_night_of_three_datasets_of_which_one_changed_and_one_broke(tmp_path: Path):
    home = tmp_path / "home"
    settings = Settings(home=home, database_url=f"sqlite:///{home / 'audit.db'}", workers=1)
    store = open_store(settings)
    at = datetime.fromisoformat("2026-11-20T01:00:00+08:00")
    paths = {name: with_consents(tmp_path / name, name) for name in ("breaks", "grows", "stays")}
    for name, path in paths.items():
        registry.register(store, name, manifest=path, policy=None, at=at)
    plan = sweep(owner="test", at=at, settings=settings, store=store)
    with Local(1, "256MB", home / "tmp") as engine:
        given = {"settings": settings, "store": store}
        audit_changed(plan, plan.changed(), owner="test", engine=engine, **given)
    first = close(plan, settings=settings, store=store)
    assert first.complete
    with paths["grows"].with_name("data.jsonl").open("a", encoding="utf-8") as file:
        file.write('{"text": "one record more than before"}\n')
    paths["breaks"].with_name("consents.csv").write_text("no,columns,of,ours\n1,2,3,4\n")

    outcome, log = run_dag("nightly_audit", home, tmp_path / "result.json")
    assert outcome["tasks"] == [
        ["all_audited", -1, "failed"],
        ["audit", 0, "failed"],
        ["audit", 1, "success"],
        ["changed", -1, "success"],
        ["digest", -1, "success"],
        ["sweep", -1, "success"],
    ]
    assert outcome["state"] == "failed"

    night = sweeps.latest_night(store)
    assert night is not None
    assert night.previous == first.sweep
    found = {one.dataset: one for one in night.datasets}
    states = {name: one.state.value for name, one in found.items()}
    assert states == {"breaks": "not_audited", "grows": "audited", "stays": "reused"}
    assert found["breaks"].stale_since == night.at
    assert found["breaks"].run == first.datasets[0].run
    grown = runs.run(store, found["grows"].run)
    assert (grown.owner, grown.at) == (f"airflow:nightly_audit/{outcome['run']}", night.at)
    assert sum(night.stages()) == 3 * len(ORDER)
    assert len(list((settings.reports / "nightly").glob("*.json"))) == 2
    assert "words nobody may find" not in log
    assert "one record more" not in log


def test_a_night_whose_sweep_fails_ends_at_once_and_says_so(tmp_path: Path):
    home = tmp_path / "home"
    url = f"sqlite:///{home / 'audit.db'}"
    open_store(Settings(home=home, database_url=url, workers=1)).engine.dispose()
    with closing(sqlite3.connect(home / "audit.db")) as database:
        database.execute("UPDATE alembic_version SET version_num = 'of a later tda'")
        database.commit()
    outcome, log = run_dag("nightly_audit", home, tmp_path / "result.json")
    assert {name: state for name, _, state in outcome["tasks"]} == {
        "sweep": "failed",
        "changed": "upstream_failed",
        "audit": "upstream_failed",
        "digest": "failed",
        "all_audited": "upstream_failed",
    }
    assert outcome["state"] == "failed"
    assert (outcome["tries"]["sweep"], outcome["tries"]["digest"]) == (1, 1)
    assert "newer than this code" in log
    assert "there was no sweep, and so there is no night to tell of" in log
    assert not (home / "reports" / "nightly").exists()
