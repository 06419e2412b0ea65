import json
from datetime import UTC, datetime

import pytest
from jsonschema import Draft202012Validator

from pipelines.ledger import statement as module
from pipelines.ledger.canonical import canonical
from pipelines.ledger.statement import Predicate, Subject, read_statement, statement
from pipelines.model.errors import LedgerError
from pipelines.model.ids import digest_of

AT = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
SUBJECT = Subject("dataset-version", digest_of(b"version"))
PERSON = "hmac-sha256:0a1b2c3d:" + "e" * 64
DIGEST = digest_of(b"x")
RUN = {"run": "run-20261120-0100-0a1b2c3d", "dataset": "alpaca-zh"}

BODIES = {
    Predicate.RUN_STARTED: {
        **RUN,
        "attempt": 1,
        "registration": 3,
        "code_version": "tda 0.1.0",
        "policy_digest": DIGEST,
    },
    Predicate.RUN_INTERRUPTED: {**RUN, "attempt": 1},
    Predicate.EVIDENCE: {
        **RUN,
        "stage": "scan",
        "key": DIGEST,
        "kinds": [{"kind": "records", "tables": 2, "rows": 70_000}],
    },
    Predicate.FINDINGS: {
        **RUN,
        "code_version": "tda 0.1.0",
        "policy_digest": DIGEST,
        "findings_digest": DIGEST,
        "controls": [
            {
                "control": "SRC-06",
                "severity": "blocker",
                "lowered": False,
                "outcome": "failed",
                "findings": {"failed": 1, "passed": 5},
                "evidence": {"sources": DIGEST},
                "thresholds": {"minimum_alpha": "0.67", "maximum": 5},
            }
        ],
    },
    Predicate.GATE: {
        **RUN,
        "policy_digest": DIGEST,
        "gate": "fail",
        "after_repair": "incomplete",
        "applied": 69,
        "catalogue": 80,
        "reasons": [{"control": "SRC-06", "rung": "fail"}],
        "waivers_used": ["WV-0009"],
    },
    Predicate.SAMPLE_DRAW: {
        **RUN,
        "lot": "L-2026-031",
        "lot_size": 12_480,
        "frame_digest": DIGEST,
        "plan": {"aql": "1.0", "accept": 7},
        "algorithm": "sha256-order",
        "seed": "20261118",
        "drawn": 315,
        "reviewed": 315,
        "wrong": 9,
        "proposed": "rework",
    },
    Predicate.DECISION: {
        "run": RUN["run"],
        "clause": "IM2023 7(1)",
        "proposed": "not_established",
        "decided": "conforms",
        "decided_by": PERSON,
        "reason": PERSON,
    },
    Predicate.WAIVER: {
        "waiver": "WV-0009",
        "control": "ANN-08",
        "approved_by": PERSON,
        "reason": PERSON,
        "valid_from": "2026-11-01",
        "valid_to": "2026-12-31",
    },
    Predicate.EXPORT: {
        "export": "inquiry-7",
        "purpose": "inquiry",
        "runs": [RUN["run"]],
        "outcome": "rejected",
        "decided_by": PERSON,
        "reason": PERSON,
        "files": 12,
        "bytes": 99,
    },
    Predicate.TEXT_READ: {
        **RUN,
        "reader": PERSON,
        "purpose": "review",
        "event": "deleted",
        "records": 315,
    },
    Predicate.RETENTION: {
        "evidence_days": 1096,
        "report_days": 365,
        "runs_kept": 1,
        "shorter_because": PERSON,
        "runs": 2,
        "tables": 40,
        "reports": 2,
        "bytes": 1_000_000,
        "removed": DIGEST,
    },
    Predicate.HOLD: {
        "hold": "letter-2026-14",
        "event": "placed",
        "scope": "dataset",
        "target": "alpaca-zh",
        "decided_by": PERSON,
        "reason": PERSON,
    },
    Predicate.SWEEP: {
        "sweep": "sweep-20261120-0100-0a1b2c3d",
        "previous": "sweep-20261119-0100-0a1b2c3d",
        "code_version": "tda 0.1.0",
        "stages": {"ran": 11, "reused": 11, "undone": 0},
        "datasets": [
            {
                "dataset": "alpaca-zh",
                "state": "unreachable",
                "run": RUN["run"],
                "gate": "pass",
                "stale_since": "2026-11-20T01:00:00Z",
            }
        ],
    },
}


def make(predicate, body, key="some/entry", subjects=(SUBJECT,)):
    return statement(predicate, key=key, at=AT, subjects=subjects, body=body)


@pytest.mark.parametrize("predicate", list(Predicate))
def test_each_predicate_has_a_schema_that_accepts_what_it_is_for(predicate):
    made = make(predicate, BODIES[predicate])
    value = json.loads(made.payload)
    assert value["_type"] == "https://in-toto.io/Statement/v1"
    assert value["predicateType"] == f"urn:tda:predicate:{predicate}:v1" == made.predicate
    assert value["predicate"]["at"] == "2026-11-20T01:00:00Z"
    assert value["subject"][0]["digest"] == {"sha256": DIGEST_OF_VERSION}
    assert read_statement(made.payload) == made


DIGEST_OF_VERSION = SUBJECT.digest.removeprefix("sha256:")


@pytest.mark.parametrize("predicate", list(Predicate))
def test_no_predicate_takes_a_member_too_many_or_too_few(predicate):
    body = BODIES[predicate]
    with pytest.raises(LedgerError, match="additionalProperties"):
        make(predicate, {**body, "note": "free text"})
    for name in body:
        with pytest.raises(LedgerError, match="required"):
            make(predicate, {k: v for k, v in body.items() if k != name})


def strings_of(value, path=()):
    if isinstance(value, str):
        yield path
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield from strings_of(inner, (*path, name))
    elif isinstance(value, list):
        for position, inner in enumerate(value):
            yield from strings_of(inner, (*path, position))


def replaced(value, path, text):
    if not path:
        return text
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = replaced(value[path[0]], path[1:], text)
    return copy


@pytest.mark.parametrize("predicate", list(Predicate))
def test_no_string_of_a_predicate_takes_text_of_a_record(predicate):
    text = "请介绍一下你自己。\n" * 40
    paths = list(strings_of(BODIES[predicate]))
    assert paths
    for path in paths:
        with pytest.raises(LedgerError, match="breaks its schema") as raised:
            make(predicate, replaced(BODIES[predicate], path, text))
        assert "介绍" not in str(raised.value)


@pytest.mark.parametrize("predicate", [Predicate.DECISION, Predicate.EXPORT, Predicate.TEXT_READ])
def test_a_person_is_never_named(predicate):
    for name in ("decided_by", "reader"):
        if name in BODIES[predicate]:
            for text in ("Wang Wei", "C-02", DIGEST):
                with pytest.raises(LedgerError, match="breaks its schema"):
                    make(predicate, {**BODIES[predicate], name: text})


def test_a_line_feed_at_the_end_slips_through_no_pattern():
    for name, value in (("run", "run-1\n"), ("dataset", "a\n")):
        with pytest.raises(LedgerError, match=name):
            make(Predicate.RUN_INTERRUPTED, {**BODIES[Predicate.RUN_INTERRUPTED], name: value})


def test_a_statement_is_about_something_with_a_digest():
    for subjects in ((), (Subject("x", "sha256:00"),), (Subject("A name", DIGEST),)):
        with pytest.raises(LedgerError, match="subject"):
            make(Predicate.GATE, BODIES[Predicate.GATE], subjects=subjects)


def test_floats_do_not_enter():
    with pytest.raises(TypeError, match="float"):
        make(Predicate.GATE, {**BODIES[Predicate.GATE], "applied": 69.0})


def test_every_schema_is_a_valid_schema_and_bears_its_own_name():
    schemas = module._schemas()
    assert {f"{p}" for p in Predicate} == set(schemas) - {"common", "statement"}
    for name, schema in schemas.items():
        Draft202012Validator.check_schema(schema)
        assert schema["$id"].split(":")[-2] == name


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"{}",
        b"[1]",
        b'{"_type":"other","predicate":{"entry":"a"},"predicateType":"b"}',
        b"\xff",
    ],
)
def test_bytes_that_are_no_statement_are_refused(payload):
    with pytest.raises(LedgerError):
        read_statement(payload)


def test_a_statement_of_an_unknown_type_is_not_signed():
    payload = json.loads(make(Predicate.GATE, BODIES[Predicate.GATE]).payload)
    payload["predicateType"] = "urn:tda:predicate:promise:v1"
    with pytest.raises(LedgerError, match="no schema"):
        module.check_schema(canonical(payload))
