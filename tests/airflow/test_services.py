"""The DAGs in a whole Airflow: four services, LocalExecutor, SQLite, everything over REST."""

import json
import os
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from airflow_client import Client, DagRun, until
from airflow_services import Airflow
from disturbing import CLOCK, audit, in_the_middle_of_the_scan, ledger_holds, outcome, settings_of
from generated_texts import many_texts

from pipelines.model.ids import RunId
from pipelines.store import runs
from pipelines.store.database import open_store

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "examples" / "support-dialogues" / "dataset.yaml"
FILES = 10
pytestmark = [pytest.mark.airflow, pytest.mark.slow]


@pytest.fixture(scope="module")
def airflow(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Airflow]:
    home = tmp_path_factory.mktemp("workspace")
    approver = {"id": "dpo", "name": "Data protection officer"}
    (home / "approvers.json").write_text(json.dumps({"approvers": [approver]}), encoding="utf-8")
    users = {"engineer": "admin", "dpo": "op", "colleague": "op"}
    with Airflow(home, users=users, more={}) as started:
        yield started


@pytest.fixture(scope="module")
def engineer(airflow: Airflow) -> Iterator[Client]:
    with airflow.client("engineer") as client:
        for dag in ("audit_dataset", "answer_inquiry"):
            client.unpause(dag)
        yield client


@pytest.fixture(scope="module")
def audited(engineer: Client) -> DagRun:
    """A run of audit_dataset over the example, that came to its end."""
    run = engineer.trigger("audit_dataset", manifest=str(EXAMPLE), at=CLOCK)
    assert run.end() == "success", run.states()
    return run


def test_a_dataset_is_audited_over_rest(airflow: Airflow, audited: DagRun):
    store = open_store(settings_of(airflow.home))
    run = runs.run(store, RunId(audited.pulled("begin")))
    assert run.state == "sealed"
    assert run.owner == f"airflow:audit_dataset/{audited.id}"
    assert runs.gate_of(store, run.id).gate == "fail"
    assert {task["try_number"] for task in audited.tasks().values()} == {1}
    assert (airflow.home / "reports" / run.id / "report.zh.html").exists()


@pytest.mark.parametrize(
    "wrong",
    [{"dataset": "nobody-registered-it"}, {"manifest": "not/absolute.yaml"}, {"manifest": 7}],
)
def test_a_wrong_value_is_refused_before_a_run_begins(engineer: Client, wrong: dict):
    assert engineer.ask("audit_dataset", wrong).status_code == 400


def test_a_task_killed_in_the_scan_is_tried_again_and_ends_as_if_nothing_had_happened(
    airflow: Airflow, engineer: Client, tmp_path: Path
):
    manifest = many_texts(tmp_path / "many", files=FILES, records=2500)
    before = len(list((airflow.home / "evidence" / "shards").glob("*.json")))
    run = engineer.trigger("audit_dataset", manifest=str(manifest), at=CLOCK)
    process = in_the_middle_of_the_scan(run, airflow.home, FILES, before)
    os.kill(process, signal.SIGKILL)

    until("the task is up for another try", lambda: run.task("scan")["state"] == "up_for_retry")
    assert run.end() == "success", run.states()
    tries = {name: task["try_number"] for name, task in run.tasks().items()}
    assert tries.pop("scan") == 2
    assert set(tries.values()) == {1}

    disturbed = run.pulled("begin")
    apart = tmp_path / "undisturbed"
    apart.mkdir()
    shutil.copytree(airflow.home / "keys", apart / "keys")
    undisturbed = audit(apart, manifest)
    assert outcome(settings_of(airflow.home), disturbed) == outcome(
        settings_of(apart), undisturbed["run_id"]
    )
    ledger_holds(airflow.home)


@pytest.fixture(scope="module")
def inquiries(engineer: Client, audited: DagRun) -> dict[str, DagRun]:
    """Four answers that wait for approval, by what is going to happen to them."""
    asked = {
        name: engineer.trigger(
            "answer_inquiry",
            inquiry=f"2026-{name}",
            authority="The authority of a test",
            runs=["support-dialogues"],
            requested_by="engineer",
        )
        for name in ("approved", "no-reason", "rejected")
    }
    for run in asked.values():
        run.waits("approve")
    return asked


def test_only_the_person_it_is_assigned_to_may_answer(airflow: Airflow, inquiries: dict):
    run = inquiries["approved"]
    for user in ("colleague", "engineer"):
        with airflow.client(user) as other:
            refused = DagRun(other, run.path).answer("approve", "Approve", reason="it looks right")
        assert refused.status_code == 403, refused.text
    assert run.task("approve")["state"] in {"awaiting_input", "deferred"}


def test_an_approval_with_a_reason_seals_the_answer(airflow: Airflow, inquiries: dict):
    run = inquiries["approved"]
    with airflow.client("dpo") as approver:
        mine = DagRun(approver, run.path)
        assert mine.answer("approve", "Approve", reason="checked against the files").is_success
        assert mine.answer("approve", "Reject", reason="second thoughts").status_code == 409
    assert run.end() == "success", run.states()
    sealed = run.pulled("seal")
    assert (airflow.home / sealed["folder"]).is_dir()
    ledger_holds(airflow.home)


def test_an_approval_without_a_reason_hands_over_nothing(airflow: Airflow, inquiries: dict):
    run = inquiries["no-reason"]
    with airflow.client("dpo") as approver:
        assert DagRun(approver, run.path).answer("approve", "Approve", reason="  ").is_success
    assert run.end() == "failed"
    states = run.states()
    assert (states["approve"], states["record"]) == ("success", "failed"), states
    assert run.task("record")["try_number"] == 1
    assert states["seal"] == "upstream_failed"


def test_a_rejection_is_recorded_and_does_not_end_as_a_success(airflow: Airflow, inquiries: dict):
    run = inquiries["rejected"]
    with airflow.client("dpo") as approver:
        assert DagRun(approver, run.path).answer("approve", "Reject", reason="wrong").is_success
    assert run.end() == "failed"
    states = run.states()
    assert (states["approve"], states["record"]) == ("success", "success"), states
    assert run.pulled("record")["outcome"] == "rejected"
    assert states["seal"] == "failed"
    ledger_holds(airflow.home)
