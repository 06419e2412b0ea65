import json
from datetime import UTC, datetime

import pytest

from pipelines.ledger import audit_statements as say
from pipelines.model.audit import ControlResult, GateDecision, GateReason, StageRecord
from pipelines.model.evidence import TableRef
from pipelines.model.finding import Finding
from pipelines.model.ids import digest_of
from pipelines.model.message import msg
from pipelines.model.outcome import Gate, Outcome, Severity
from pipelines.model.profile import SampleDraw
from pipelines.model.run import AuditRun

RUN = AuditRun(
    id="run-20261120-0100-0a1b2c3d",
    dataset="tiny",
    registration=1,
    version=digest_of(b"version"),
    at=datetime(2026, 11, 20, 1, 0, tzinfo=UTC),
    policy_digest=digest_of(b"policy"),
    code_version="tda 0.1.0",
    state="running",
    owner="process:host:1:2",
    attempt=2,
)


def predicate(statement):
    return json.loads(statement.payload)["predicate"]


def subjects(statement):
    return [s["name"] for s in json.loads(statement.payload)["subject"]]


def finding(**changes):
    values = {"subject": "dataset", "outcome": Outcome.FAILED, "message": msg("{n} bad", n=1)}
    return Finding(**{**values, **changes})


def result(*findings, **changes):
    values = {"control": "SRC-06", "severity": Severity.HIGH, "lowered": True}
    return ControlResult(**{**values, **changes}, findings=findings or (finding(),))


def table(kind, content, rows=3):
    return TableRef(kind=kind, digest=digest_of(content), rows=rows, uri="/home/somebody/x.parquet")


def test_start_and_interruption_are_told_apart_by_attempt():
    manifest = digest_of(b"manifest")
    started = say.run_started(RUN, manifest=manifest)
    stopped = say.run_interrupted(RUN, manifest=manifest)
    assert started.key == f"{RUN.id}/started/2"
    assert stopped.key == f"{RUN.id}/interrupted/2"
    assert predicate(started)["attempt"] == 2
    assert b"process:host" not in started.payload


def test_evidence_names_every_table_once_and_no_place():
    record = StageRecord(
        stage="scan",
        key=digest_of(b"key"),
        reused=False,
        summary={},
        tables=(table("records", b"a"), table("hits", b"none", 0), table("hits", b"none", 0)),
    )
    made = say.stage_evidence(RUN, record)
    assert len(subjects(made)) == 3
    assert subjects(made)[0] == "dataset-version"
    assert predicate(made)["kinds"] == [
        {"kind": "hits", "tables": 2, "rows": 0},
        {"kind": "records", "tables": 1, "rows": 3},
    ]
    assert b"/home/" not in made.payload


def test_evidence_is_the_same_whether_it_was_reused_and_in_whatever_order():
    tables = (table("records", b"a"), table("records", b"b"))
    records = [
        StageRecord(stage="scan", key=digest_of(b"k"), reused=reused, summary={}, tables=order)
        for reused, order in ((False, tables), (True, tables[::-1]))
    ]
    assert len({say.stage_evidence(RUN, record).payload for record in records}) == 1


def test_findings_say_the_outcome_of_each_control_and_one_digest_over_all():
    results = [
        result(finding(), finding(outcome=Outcome.PASSED), thresholds={"minimum": "0.67", "n": 5}),
        result(finding(outcome=Outcome.CANT_TELL), control="PI-04"),
    ]
    body = predicate(say.findings(RUN, results))
    assert [(c["control"], c["outcome"]) for c in body["controls"]] == [
        ("SRC-06", "failed"),
        ("PI-04", "cantTell"),
    ]
    assert body["controls"][0]["findings"] == {"failed": 1, "passed": 1}
    assert body["controls"][0]["thresholds"] == {"minimum": "0.67", "n": 5}
    assert body["findings_digest"] == say.findings_digest(results)


@pytest.mark.parametrize(
    "changed",
    [
        finding(subject="source:b"),
        finding(outcome=Outcome.PASSED),
        finding(message=msg("{n} bad", n=2)),
        finding(message=msg("{n} bad", n=msg("one"))),
        finding(count=1),
        finding(figures={"share": "0.5"}),
        finding(places=("a.jsonl#1",)),
    ],
)
def test_the_digest_changes_with_anything_a_finding_says(changed):
    assert say.findings_digest([result(changed)]) != say.findings_digest([result(finding())])


def test_a_file_name_that_is_not_utf_8_has_a_digest_too():
    odd = finding(places=(b"\xff.jsonl".decode("utf-8", "surrogateescape"),))
    assert say.findings_digest([result(odd)]) != say.findings_digest([result(finding())])


def test_what_findings_name_stays_out_of_the_ledger():
    secret = finding(
        subject="annotator:Wang Wei",
        message=msg("{who} labelled", who="Wang Wei"),
        places=("Wang Wei.jsonl#1",),
    )
    made = say.findings(RUN, [result(secret)])
    assert b"Wang" not in made.payload


def test_a_gate_says_which_controls_stand_in_its_way():
    decision = GateDecision(
        gate=Gate.FAIL,
        reasons=(
            GateReason(
                control="SRC-06", rung=Gate.FAIL, message=msg("no licence of {s}", s="Wang")
            ),
            GateReason(control="waiver:演示 1", rung=Gate.CONDITIONAL, message=msg("used")),
        ),
        after_repair=Gate.CONDITIONAL,
        applied=12,
        catalogue=80,
        waivers_used=("演示 1",),
    )
    body = predicate(say.gate(RUN, decision))
    assert body["gate"] == "fail"
    assert body["reasons"][1] == {
        "control": "waiver:%E6%BC%94%E7%A4%BA%201",
        "rung": "conditional",
    }
    assert b"Wang" not in say.gate(RUN, decision).payload


def drawn(lot):
    return SampleDraw(
        lot=lot,
        lot_size=200,
        frame_digest=digest_of(b"frame"),
        plan={"standard": "ISO 2859-1", "aql": "1.0", "sample_size": 32},
        algorithm="sha256-order-v1",
        seed="20261118",
        items=("item-1", "item-2"),
        reviewed=2,
        wrong=0,
        proposed="accept",
    )


def test_a_draw_can_be_repeated_from_what_is_said_and_holds_no_item():
    made = say.sample_draw(RUN, 0, drawn("rules-1.4"))
    body = predicate(made)
    assert (body["lot"], body["seed"], body["drawn"]) == ("rules-1.4", "20261118", 2)
    assert b"item-1" not in made.payload


@pytest.mark.parametrize("name", ["I am text of a record", "一段文字", "x" * 41, "", "a\n"])
def test_a_lot_whose_name_could_be_text_is_known_by_its_position(name):
    assert predicate(say.sample_draw(RUN, 3, drawn(name)))["lot"] == "lot:3"


def test_a_policy_value_with_control_characters_is_written_out():
    body = predicate(say.findings(RUN, [result(thresholds={"odd": "a\nb\x9f" + "x" * 900})]))
    shown = body["controls"][0]["thresholds"]["odd"]
    assert shown.startswith("a\\x0ab\\x9fx")
    assert len(shown) == say.LONGEST


def test_a_run_without_a_named_version_is_not_sealed():
    import dataclasses

    unnamed = dataclasses.replace(RUN, version=None)
    with pytest.raises(ValueError, match="version"):
        say.findings(unnamed, [result()])


@pytest.mark.parametrize("chosen", ["", "x" * 9000, "名" * 500, "a\nb", "\udcff"])
def test_any_id_somebody_chose_becomes_a_bounded_label(chosen):
    made = say.label(chosen)
    assert made.isascii()
    assert 1 <= len(made) <= 400
    assert " " not in made
    assert "\n" not in made
