"""The DAGs in a whole Airflow: four services, LocalExecutor, SQLite, everything over REST."""

import json
import os
import re
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urljoin

import pytest
from airflow_client import Client, DagRun, until
from airflow_services import Airflow
from disturbing import (
    CLOCK,
    audit,
    in_the_middle_of_the_scan,
    ledger_holds,
    outcome,
    settings_of,
    tda,
)
from generated_texts import many_texts, with_consents

from pipelines.ledger.canonical import parse
from pipelines.ledger.dsse import read_envelope
from pipelines.model.ids import RunId
from pipelines.store import runs, sweeps
from pipelines.store.database import open_store
from pipelines.store.ledger_entries import reading

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "examples" / "support-dialogues" / "dataset.yaml"
DAGS = {"answer_inquiry", "audit_dataset", "nightly_audit"}
FILES = 10
pytestmark = [pytest.mark.airflow, pytest.mark.slow]


@pytest.fixture(scope="module")
def airflow(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Airflow]:
    home = tmp_path_factory.mktemp("workspace")
    approver = {"id": "dpo", "name": "Data protection officer"}
    (home / "approvers.json").write_text(json.dumps({"approvers": [approver]}), encoding="utf-8")
    registered = tda(home, "register", str(EXAMPLE))  # before the form of audit_dataset is parsed
    assert registered.returncode == 0, registered.stderr
    users = {"engineer": "admin", "dpo": "op", "colleague": "op"}
    with Airflow(home, users=users, more={}) as started:
        yield started


@pytest.fixture(scope="module")
def engineer(airflow: Airflow) -> Iterator[Client]:
    with airflow.client("engineer") as client:
        for dag in sorted(DAGS):
            client.unpause(dag)
        yield client


@pytest.fixture(scope="module")
def audited(engineer: Client) -> DagRun:
    """A run of audit_dataset over the registered example, that came to its end."""
    run = engineer.trigger("audit_dataset", dataset="support-dialogues", at=CLOCK)
    assert run.end() == "success", run.states()
    return run


def test_airflow_has_the_dags_that_are_driven_here_and_no_other(engineer: Client):
    assert {dag["dag_id"] for dag in engineer.get("/dags")["dags"]} == DAGS
    assert engineer.get("/importErrors")["total_entries"] == 0


def test_a_registered_dataset_is_audited_over_rest_and_its_tab_leads_to_the_report(
    airflow: Airflow, engineer: Client, audited: DagRun
):
    store = open_store(settings_of(airflow.home))
    run = runs.run(store, RunId(audited.pulled("begin")))
    assert run.state == "sealed"
    assert run.owner == f"airflow:audit_dataset/{audited.id}"
    assert runs.gate_of(store, run.id).gate == "fail"
    assert {task["try_number"] for task in audited.tasks().values()} == {1}
    assert (airflow.home / "reports" / run.id / "report.zh.html").exists()

    tab = f"/dag-runs/audit_dataset/{audited.id}"
    listed = engineer.page(tab)
    links = re.findall(r'<a href="([^"]+)"', listed)
    assert [Path(link).suffix for link in links] == [".html", ".html", ".json"]
    for link in links:
        assert run.id in engineer.page(urljoin(tab, link))


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"dataset": "nobody-registered-it"}, "param dataset: 'nobody-registered-it' is not one"),
        ({"manifest": "not/absolute.yaml"}, "param manifest: 'not/absolute.yaml' does not match"),
        ({"manifest": 7}, "param manifest: 7 is not of type"),
        ({"purpose": "whatever"}, "param purpose: 'whatever' is not one"),
        ({"policy": "strict.yaml"}, "param policy: 'strict.yaml' does not match"),
    ],
)
def test_a_wrong_value_is_refused_before_a_run_begins(engineer: Client, wrong: dict, said: str):
    answer = engineer.ask("audit_dataset", wrong)
    assert answer.status_code == 400
    assert said in answer.text


def test_a_name_the_form_has_not_ends_the_run_at_once_with_a_sentence(engineer: Client):
    run = engineer.trigger("audit_dataset", dataset="support-dialogues", polcy="/strict.yaml")
    assert run.end() == "failed"
    assert run.tasks()["begin"]["try_number"] == 1
    assert "there is no parameter polcy" in run.log("begin")


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


def test_a_night_over_rest_is_green_only_when_every_registered_dataset_is_audited(
    airflow: Airflow, engineer: Client, audited: DagRun, tmp_path: Path
):
    manifests = [with_consents(tmp_path / name, name) for name in ("breaks", "good")]
    registered = tda(airflow.home, "register", *map(str, manifests))
    assert registered.returncode == 0, registered.stderr
    consents = tmp_path / "breaks" / "consents.csv"
    whole = consents.read_text(encoding="utf-8")
    consents.write_text("no,columns,of,ours\n1,2,3,4\n", encoding="utf-8")

    night = engineer.trigger("nightly_audit")
    assert night.end() == "failed", night.states()
    audits = night.mapped("audit")
    assert (audits["breaks"], audits["good"]) == ("failed", "success")
    states = night.states()
    assert (states["digest"], states["all_audited"]) == ("success", "failed")
    found = on_record(airflow, night)
    # the night has the clock of the machine: what the example rests on may have lapsed since CLOCK
    assert found.pop("support-dialogues") in {"audited", "reused"}
    assert found == {"breaks": "not_audited", "good": "audited"}

    consents.write_text(whole, encoding="utf-8")
    night = engineer.trigger("nightly_audit")
    assert night.end() == "success", night.states()
    assert night.mapped("audit") == {"breaks": "success"}
    expected = {"breaks": "audited", "good": "reused", "support-dialogues": "reused"}
    assert on_record(airflow, night) == expected
    ledger_holds(airflow.home)


def test_an_event_of_the_asset_starts_a_night_and_is_believed_for_nothing_else(
    airflow: Airflow, engineer: Client, audited: DagRun
):
    nights = "/dags/nightly_audit/dagRuns"
    before = {run["dag_run_id"] for run in engineer.get(nights)["dag_runs"]}
    (asset,) = engineer.get("/assets?name_pattern=tda-registered-data")["assets"]
    claim = {"changed": ["nobody-registered-it"], "unchanged": ["support-dialogues"]}
    sent = engineer.http.post("/assets/events", json={"asset_id": asset["id"], "extra": claim})
    assert sent.is_success, sent.text

    def begun() -> list[str]:
        known = [run["dag_run_id"] for run in engineer.get(nights)["dag_runs"]]
        return [run_id for run_id in known if run_id not in before]

    (run_id,) = until("the event has started a night", begun)
    night = DagRun(engineer, f"{nights}/{run_id}")
    assert engineer.get(night.path)["run_type"] == "asset_triggered"
    assert night.end() == "success", night.states()
    listed = json.loads(tda(airflow.home, "registered", "--json").stdout)
    assert set(on_record(airflow, night)) == {one["dataset"] for one in listed}


def on_record(airflow: Airflow, night: DagRun) -> dict[str, str]:
    """What became of each dataset: the same in the database, in the ledger and in the digest."""
    store = open_store(settings_of(airflow.home))
    closed = sweeps.night_of(store, night.pulled("digest"))
    assert closed is not None
    states = {one.dataset: one.state.value for one in closed.datasets}
    with reading(store.engine) as book:
        entry = book.entry(f"{closed.sweep}/sweep")
    assert entry is not None
    body = parse(read_envelope(entry.envelope).payload)["predicate"]
    assert {one["dataset"]: one["state"] for one in body["datasets"]} == states
    written = (airflow.home / "reports" / "nightly").glob("*.json")
    digests = [json.loads(path.read_text(encoding="utf-8")) for path in written]
    (mine,) = [digest for digest in digests if digest["sweep"] == closed.sweep]
    assert {one["dataset"]: one["state"] for one in mine["datasets"]} == states
    store.engine.dispose()
    return states


@pytest.fixture(scope="module")
def inquiries(airflow: Airflow, engineer: Client, audited: DagRun) -> dict[str, DagRun]:
    """Three answers that wait for approval, by what is going to happen to them."""
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
        airflow.parked(run, "approve")
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
