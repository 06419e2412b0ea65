"""The DAG answer_inquiry. `dag.test()` never answers a question: here the question answers itself.

Who may answer over the REST API, and who is refused there, is tested with the real services.
"""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from pipelines.airflow.environment import isolated_environment
from pipelines.settings import Settings
from pipelines.store import inquiries
from pipelines.store.database import open_store

ROOT = Path(__file__).resolve().parents[2]
DAGS = ROOT / "dags"
pytestmark = pytest.mark.airflow

SCRIPT = """
import json, sys
from datetime import datetime, timezone
from airflow.utils.db import initdb
initdb()
from airflow.dag_processing.dagbag import DagBag
from airflow.providers.standard.operators.hitl import HITLOperator
from airflow.serialization.serialized_objects import DagSerialization

dags, out = sys.argv[1:3]
conf, answers = map(json.loads, sys.argv[3:5])
bags = [DagBag(dag_folder=dags) for _ in range(2)]
dag = bags[0].dags["answer_inquiry"]
texts = [json.dumps(DagSerialization.to_dict(bag.dags["answer_inquiry"])) for bag in bags]
approve = dag.get_task("approve")
result = {
    "errors": {str(k): str(v) for k, v in bags[0].import_errors.items()},
    "same": texts[0] == texts[1],
    "graph": {task.task_id: sorted(task.downstream_task_ids) for task in dag.tasks},
    "assigned": approve.assigned_users,
    "options": approve.options,
    "bounded": all(
        task.execution_timeout or getattr(task, "response_timeout", None) for task in dag.tasks
    ),
    "runs": [],
}
given = None

def answer_itself(self, context):
    context["ti"].xcom_push(key="shown", value=[self.subject, self.body])
    return self.execute_complete(context, {**given, "responded_at": datetime.now(timezone.utc)})

HITLOperator.execute = answer_itself
for given in answers:
    run = dag.test(run_conf=conf)
    states = {ti.task_id: str(ti.state) for ti in run.get_task_instances()}
    by_id = {ti.task_id: ti for ti in run.get_task_instances()}
    result["runs"].append({
        "id": run.run_id, "state": str(run.state), "tasks": states,
        "shown": by_id["approve"].xcom_pull(task_ids="approve", key="shown"),
        "draft": by_id["approve"].xcom_pull(task_ids="draft"),
        "sealed": by_id["approve"].xcom_pull(task_ids="seal"),
    })
json.dump(result, open(out, "w"))
"""

CONF = {
    "inquiry": "INQ-2026-0007",
    "authority": "某市网信办",
    "runs": ["support-dialogues"],
    "requested_by": "compliance",
    "due": "2026-12-01",
}


def answer(option: str, form: dict[str, str], user: str = "dpo") -> dict[str, object]:
    person = {"id": user, "name": user}
    return {"chosen_options": [option], "params_input": form, "responded_by_user": person}


ANSWERS = [
    answer("Approve", {"reason": "reviewed with legal"}),
    answer("Approve", {}),
    answer("Approve", {"reason": "I may"}, user="admin"),
    answer("Reject", {"reason": "figures are missing"}),
]


@pytest.fixture(scope="module")
def home(audit_example, tmp_path_factory) -> Path:
    made = tmp_path_factory.mktemp("inquiry") / "home"
    shutil.copytree(audit_example("support-dialogues").home, made)
    listed = [{"id": "dpo", "name": "Data protection officer"}, {"id": "compliance"}]
    (made / "approvers.json").write_text(json.dumps({"approvers": listed}), encoding="utf-8")
    return made


@pytest.fixture(scope="module")
def outcome(home) -> dict:
    out = home.parent / "outcome.json"
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(DAGS), str(out), json.dumps(CONF), json.dumps(ANSWERS)],
        env=isolated_environment(home, DAGS),
        capture_output=True,
        text=True,
        check=False,
        cwd=home.parent,
    )
    assert out.exists(), done.stdout[-3000:] + done.stderr[-3000:]
    return json.loads(out.read_text(encoding="utf-8")) | {"log": done.stdout + done.stderr}


def test_the_question_stands_between_the_draft_and_everything_else(outcome):
    assert outcome["errors"] == {}
    assert outcome["same"]
    assert outcome["bounded"]
    assert outcome["graph"] == {
        "draft": ["approve"],
        "approve": ["record"],
        "record": ["seal"],
        "seal": [],
    }


def test_the_question_goes_to_the_listed_approvers_only(outcome):
    assert outcome["options"] == ["Approve", "Reject"]
    assert outcome["assigned"] == [
        {"id": "compliance", "name": "compliance"},
        {"id": "dpo", "name": "Data protection officer"},
    ]


def test_a_reasoned_approval_ends_in_a_sealed_answer(outcome, home):
    run = outcome["runs"][0]
    assert run["state"] == "success"
    subject, body = run["shown"]
    assert "INQ-2026-0007" in subject
    assert run["draft"]["digest"] in body
    assert "/tda/inquiries/INQ-2026-0007/cover.zh.html" in body
    folder = home / run["sealed"]["folder"]
    check = ["sha256sum", "--strict", "--quiet", "-c", "sealed.sha256"]
    assert subprocess.run(check, cwd=folder, check=False).returncode == 0


@pytest.mark.parametrize(
    ("place", "sentence"),
    [(1, "the approval gives no reason"), (2, "whoever answered is not listed as an approver")],
)
def test_an_answer_that_does_not_count_fails_and_leaves_nothing(place, sentence, outcome):
    run = outcome["runs"][place]
    assert run["state"] == "failed"
    assert run["tasks"]["record"] == "failed"
    assert run["tasks"]["seal"] == "upstream_failed"
    assert sentence in outcome["log"]


def test_a_rejection_is_recorded_and_never_a_success(outcome):
    run = outcome["runs"][3]
    assert run["state"] == "failed"
    assert run["tasks"]["record"] == "success"
    assert run["tasks"]["seal"] == "failed"
    assert "the answer to inquiry INQ-2026-0007 was rejected" in outcome["log"]


def test_exactly_the_answers_that_count_are_on_record(outcome, home):
    store = open_store(
        Settings(home=home, database_url=f"sqlite:///{home / 'audit.db'}", workers=1)
    )
    rows = inquiries.decisions_on(store, "INQ-2026-0007")
    owners = [f"airflow:answer_inquiry/{outcome['runs'][place]['id']}" for place in (0, 3)]
    assert [(row["outcome"], row["owner"]) for row in rows] == [
        ("approved", owners[0]),
        ("rejected", owners[1]),
    ]
    assert (rows[0]["decided_by"], rows[0]["triggered_by"]) == ("dpo", "dag_test")
    sealed = home / "inquiries" / "INQ-2026-0007" / "sealed"
    assert len(list(sealed.iterdir())) == 1
