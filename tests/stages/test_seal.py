import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from tiny_dataset import write_tiny

from connectors.manifest import read_manifest
from expectations.policy import load_policy
from pipelines.ledger.audit_statements import findings_digest
from pipelines.ledger.dsse import read_envelope
from pipelines.ledger.keys import signing_key
from pipelines.model.audit import ControlResult, GateDecision, GateReason, LedgerHead
from pipelines.model.errors import ConfigError, LedgerError
from pipelines.model.finding import Finding
from pipelines.model.ids import digest_of
from pipelines.model.message import msg
from pipelines.model.outcome import Gate, Outcome, Severity
from pipelines.model.profile import SampleDraw
from pipelines.stages import seal as stage
from pipelines.stages.base import Silent
from pipelines.stages.ledger_view import inspect_store, newest_head, proof_of
from pipelines.store import registrations, runs, stage_results
from pipelines.store.codec import from_json, to_json
from pipelines.store.ledger_entries import reading

AT = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
FINDING = Finding(
    subject="source:own", outcome=Outcome.FAILED, message=msg("{n} records", n=3), places=("a#1",)
)
RESULTS = (
    ControlResult(
        control="SRC-06",
        severity=Severity.HIGH,
        lowered=True,
        findings=(FINDING,),
        evidence={"sources": digest_of(b"sources")},
        thresholds={"minimum": "0.5"},
    ),
)
DECISION = GateDecision(
    gate=Gate.INCOMPLETE,
    reasons=(GateReason(control="SRC-06", rung=Gate.INCOMPLETE, message=msg("three records")),),
    after_repair=Gate.PASS,
    applied=1,
    catalogue=80,
)
DRAW = SampleDraw(
    lot="1.4",
    lot_size=200,
    frame_digest=digest_of(b"frame"),
    plan={"standard": "ISO 2859-1", "aql": "1.0", "sample_size": 32},
    algorithm="tda-draw-1",
    seed="7",
    items=("item-1",),
    reviewed=1,
    wrong=0,
    proposed="accept",
)


@pytest.fixture
def begin(store, tmp_path):
    manifest = write_tiny(tmp_path)

    def begun(at=AT):
        dataset = read_manifest(manifest)
        registration = registrations.register(store, dataset, at=at)
        policy = load_policy(None)
        run_id = runs.start(
            store,
            dataset=dataset.id,
            registration=registration,
            policy=policy.to_json(),
            policy_digest=policy.digest,
            code_version="tda 0.1.0",
            at=at,
            owner="process:here:1:2",
        )
        stage.record_start(store, runs.run(store, run_id))
        return run_id

    return begun


def judge(store, run_id, results=RESULTS):
    """What the stages before the seal leave on record."""
    runs.name_version(store, run_id, version=digest_of(b"v"), files=1, size=18, at=AT)
    audited = runs.run(store, run_id)
    summaries = {"ingest": {}, "sample": {"draws": to_json((DRAW,))}, "controls": {}, "gate": {}}
    for position, (name, summary) in enumerate(summaries.items()):
        stage_results.record(
            store,
            run_id,
            name,
            digest_of(name.encode()),
            position=position,
            version="1",
            summary=json.dumps(summary),
            tables=(),
            reused=False,
            at=audited.at,
        )
    runs.record_results(store, run_id, results)
    runs.record_gate(store, run_id, DECISION, at=audited.at)


def sealed(store, run_id):
    return stage.seal(run_id, settings=store.settings, store=store, engine=None, progress=Silent())


def entries(store):
    with reading(store.engine) as book:
        return {entry.key: payload(entry) for entry in book.entries()}


def payload(entry):
    return json.loads(read_envelope(entry.envelope).payload)


def test_a_sealed_run_is_in_the_ledger_from_start_to_gate(store, begin):
    run_id = begin()
    judge(store, run_id)
    output = sealed(store, run_id)
    assert list(entries(store)) == [
        f"{run_id}/{what}"
        for what in (
            "started/1",
            "evidence/ingest",
            "evidence/sample",
            "evidence/controls",
            "evidence/gate",
            "draw/0",
            "findings",
            "gate",
        )
    ]
    assert output.summary["entries"] == [1, 2, 3, 4, 5, 6, 7]
    assert inspect_store(store).reason == "ok"


def test_the_statements_say_what_the_store_says(store, begin):
    run_id = begin()
    judge(store, run_id)
    sealed(store, run_id)
    kept = entries(store)
    gate = kept[f"{run_id}/gate"]["predicate"]
    assert (gate["gate"], gate["applied"], gate["at"]) == ("incomplete", 1, "2026-11-20T01:00:00Z")
    findings = kept[f"{run_id}/findings"]["predicate"]
    assert findings["findings_digest"] == findings_digest(RESULTS)
    assert findings["controls"][0]["outcome"] == "failed"
    assert kept[f"{run_id}/draw/0"]["predicate"]["seed"] == "7"
    version = {"name": "dataset-version", "digest": {"sha256": digest_of(b"v")[7:]}}
    assert kept[f"{run_id}/gate"]["subject"] == [version]


def test_the_report_finds_the_signed_head_in_the_summary(store, begin):
    run_id = begin()
    judge(store, run_id)
    printed = from_json(LedgerHead, sealed(store, run_id).summary["head"])
    head = newest_head(store)
    assert (printed.size, printed.root, printed.at) == (8, head.head.root, AT)
    assert printed.signature == head.signature
    assert printed.key_id == signing_key(store.settings.keys).key_id


def test_sealing_again_after_an_interruption_adds_and_changes_nothing(store, begin):
    run_id = begin()
    judge(store, run_id)
    assert sealed(store, run_id) == sealed(store, run_id)
    assert len(entries(store)) == 8
    with reading(store.engine) as book:
        assert len(book.heads()) == 1


def test_a_resumed_run_shows_the_attempt_that_was_interrupted(store, begin):
    run_id = begin()
    first = runs.run(store, run_id)
    for _ in range(2):  # the second time as if killed right after the first
        stage.record_interruption(store, first)
        stage.record_start(store, replace(first, attempt=2))
    judge(store, run_id)
    sealed(store, run_id)
    keys = list(entries(store))
    assert keys[:3] == [f"{run_id}/{w}" for w in ("started/1", "interrupted/1", "started/2")]
    assert len(keys) == 10


def test_the_same_run_is_never_sealed_with_other_findings(store, begin, monkeypatch):
    run_id = begin()
    judge(store, run_id)
    sealed(store, run_id)
    other = (replace(RESULTS[0], findings=(replace(FINDING, outcome=Outcome.PASSED),)),)
    monkeypatch.setattr(runs, "findings_of", lambda *_: other)
    with pytest.raises(LedgerError, match="findings"):
        sealed(store, run_id)
    assert inspect_store(store).reason == "ok"


def test_two_runs_share_one_tree_and_the_second_head_covers_both(store, begin):
    first, second = begin(), begin(datetime(2026, 11, 21, 1, 0, tzinfo=UTC))
    for run_id in (first, second):
        judge(store, run_id)
        sealed(store, run_id)
    assert newest_head(store).head.size == len(entries(store)) == 16
    assert proof_of(store, f"{first}/gate")["size"] == 16
    assert inspect_store(store).reason == "ok"


def test_no_leaf_holds_a_place_a_path_or_a_word_of_a_finding(store, begin):
    run_id = begin()
    judge(store, run_id)
    sealed(store, run_id)
    text = json.dumps(entries(store))
    for secret in ("a#1", "source:own", "records", "item-1", str(store.settings.home), "here:1:2"):
        assert secret not in text


def test_a_proof_needs_an_entry_and_a_head_over_it(store, begin):
    with pytest.raises(ConfigError, match="no entry"):
        proof_of(store, "0")
    begin()
    with pytest.raises(ConfigError, match="No signed head covers"):
        proof_of(store, "0")
    with pytest.raises(ConfigError, match="no signed head"):
        newest_head(store)
