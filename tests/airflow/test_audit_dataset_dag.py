"""The DAG audit_dataset, in a real Airflow with a home of its own."""

import itertools
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from dag_process import DAGS, python

from pipelines.airflow.environment import isolated_environment
from pipelines.settings import Settings
from pipelines.stages.order import ORDER
from pipelines.store import runs
from pipelines.store.database import open_store
from pipelines.store.stage_results import stages_of

ROOT = Path(__file__).resolve().parents[2]
MANIFEST = ROOT / "examples" / "support-dialogues" / "dataset.yaml"
pytestmark = pytest.mark.airflow

SHAPE = """
import json, sys
from airflow.dag_processing.dagbag import DagBag
from airflow.serialization.serialized_objects import DagSerialization
bags = [DagBag(dag_folder=sys.argv[1]) for _ in range(2)]
texts = [json.dumps(DagSerialization.to_dict(bag.dags["audit_dataset"])) for bag in bags]
dag = bags[0].dags["audit_dataset"]
json.dump({
    "errors": {str(k): str(v) for k, v in bags[0].import_errors.items()},
    "same": texts[0] == texts[1],
    "graph": {task.task_id: sorted(task.downstream_task_ids) for task in dag.tasks},
    "retries": sorted({task.retries for task in dag.tasks}),
    "limits": [dag.catchup, dag.max_active_runs, dag.dagrun_timeout.total_seconds()],
    "bounded": all(task.execution_timeout for task in dag.tasks),
    "loaded": sorted(name for name in ("great_expectations", "duckdb", "scipy")
                     if name in sys.modules),
}, open(sys.argv[2], "w"))
"""


@pytest.fixture(scope="module")
def shape(tmp_path_factory) -> dict:
    folder = tmp_path_factory.mktemp("parsed")
    return python(SHAPE, folder / "home", folder / "shape.json")[0]


def test_the_tasks_follow_the_one_order_of_the_stages(shape):
    assert shape["errors"] == {}
    expected = {"begin": sorted(ORDER)} | {key: [] for key in ORDER}
    for earlier, later in itertools.pairwise(ORDER):
        expected[earlier] = [later]
    assert shape["graph"] == expected


def test_parsing_the_file_twice_gives_the_same_dag(shape):
    assert shape["same"]


def test_parsing_loads_none_of_the_heavy_packages(shape):
    assert shape["loaded"] == []


def test_runs_and_tasks_are_bounded(shape):
    assert shape["limits"] == [False, 4, 172800.0]
    assert shape["retries"] == [2]
    assert shape["bounded"]


def test_dags_holds_dags_only_and_no_name_of_ours():
    names = {path.stem for path in DAGS.glob("*.py")}
    assert {"audit_dataset", "answer_inquiry"} <= names
    assert not names & {"connectors", "expectations", "pipelines"}
    for path in DAGS.glob("*.py"):
        assert len(path.read_text(encoding="utf-8").splitlines()) <= 60


def dag_run(home: Path, *manifests: str) -> tuple[list[dict], str]:
    result = home / "result.json"
    command = [sys.executable, "-m", "pipelines.airflow.dag_runs", str(result), str(DAGS)]
    done = subprocess.run(
        [*command, *manifests],
        env=isolated_environment(home, DAGS, inherited={**os.environ, "TDA_WORKERS": "1"}),
        capture_output=True,
        text=True,
        check=False,
        cwd=home,
    )
    assert result.exists(), done.stdout[-3000:] + done.stderr[-3000:]
    return json.loads(result.read_text(encoding="utf-8")), done.stdout + done.stderr


def test_a_dag_run_audits_the_example_and_one_that_cannot_be_read_fails_alone(tmp_path: Path):
    home = tmp_path / "home"
    home.mkdir()
    missing = tmp_path / "no-such-dataset.yaml"
    outcomes, log = dag_run(home, str(missing), str(MANIFEST))
    assert [outcome["state"] for outcome in outcomes] == ["failed", "success"]

    settings = Settings(home=home, database_url=f"sqlite:///{home / 'audit.db'}", workers=1)
    store = open_store(settings)
    run = runs.run(store, outcomes[1]["run_id"])
    assert run.state == "sealed"
    assert run.owner == f"airflow:audit_dataset/{outcomes[1]['dag_run']}"
    assert [stage.stage for stage in stages_of(store, run.id)] == list(ORDER)
    assert runs.gate_of(store, run.id).gate == "fail"
    assert (settings.reports / run.id / "report.zh.html").exists()
    # the user's mistake was told once and not tried again
    assert log.count("begin [up_for_retry]") == 0
    # and no text of a record came into Airflow's log
    record = json.loads(
        (MANIFEST.parent / "data" / "dialogues-en.jsonl").read_text("utf-8").splitlines()[0]
    )
    assert record["output"][:40] not in log
