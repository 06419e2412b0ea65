"""What the ledger says of a run: ids, digests, counts and times, and nothing that data wrote."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import assert_never
from urllib.parse import quote

from pipelines.ledger.canonical import Json, canonical
from pipelines.ledger.statement import Predicate, Statement, Subject, statement
from pipelines.model.audit import ControlResult, GateDecision, StageRecord
from pipelines.model.finding import Finding
from pipelines.model.ids import Digest, digest_of
from pipelines.model.message import Message, Value
from pipelines.model.profile import SampleDraw
from pipelines.model.run import AuditRun

LONGEST = 500
"""Code points of a threshold or plan value; what is longer is in the policy, by its digest."""

_PLAIN_ID = re.compile(r"[A-Za-z0-9._-]{1,40}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")


def run_started(run: AuditRun, *, manifest: Digest) -> Statement:
    """The attempt `run.attempt` at the run began, over the dataset as `manifest` describes it."""
    return _of_run(
        Predicate.RUN_STARTED,
        run,
        f"started/{run.attempt}",
        [Subject("manifest", manifest)],
        {
            "attempt": run.attempt,
            "registration": run.registration,
            "code_version": run.code_version,
            "policy_digest": run.policy_digest,
        },
    )


def run_interrupted(run: AuditRun, *, manifest: Digest) -> Statement:
    """The attempt `run.attempt` ended before the run was sealed."""
    return _of_run(
        Predicate.RUN_INTERRUPTED,
        run,
        f"interrupted/{run.attempt}",
        [Subject("manifest", manifest)],
        {"attempt": run.attempt},
    )


def stage_evidence(run: AuditRun, record: StageRecord) -> Statement:
    """The evidence tables that one stage of the run left.

    Whether the result was reused is left out: an interrupted run and an undisturbed one have the
    same evidence.
    """
    tables = sorted({(table.kind, table.digest) for table in record.tables})
    count = Counter(table.kind for table in record.tables)
    rows = Counter[str]()
    for table in record.tables:
        rows[table.kind] += table.rows
    return _of_run(
        Predicate.EVIDENCE,
        run,
        f"evidence/{record.stage}",
        [_version(run), *(Subject(f"{kind}:{_short(digest)}", digest) for kind, digest in tables)],
        {
            "stage": record.stage,
            "key": record.key,
            "kinds": [
                {"kind": kind, "tables": count[kind], "rows": rows[kind]} for kind in sorted(count)
            ],
        },
    )


def findings(run: AuditRun, results: Sequence[ControlResult]) -> Statement:
    """How every control came out, and one digest over all findings."""
    return _of_run(
        Predicate.FINDINGS,
        run,
        "findings",
        [_version(run)],
        {
            "code_version": run.code_version,
            "policy_digest": run.policy_digest,
            "findings_digest": findings_digest(results),
            "controls": [_control(result) for result in results],
        },
    )


def gate(run: AuditRun, decision: GateDecision) -> Statement:
    """The proposed gate, and the controls that stand in the way of a better one."""
    return _of_run(
        Predicate.GATE,
        run,
        "gate",
        [_version(run)],
        {
            "policy_digest": run.policy_digest,
            "gate": decision.gate.value,
            "after_repair": decision.after_repair.value,
            "applied": decision.applied,
            "catalogue": decision.catalogue,
            "reasons": [
                {"control": label(reason.control), "rung": reason.rung.value}
                for reason in decision.reasons
            ],
            "waivers_used": [label(waiver) for waiver in decision.waivers_used],
        },
    )


def sample_draw(run: AuditRun, position: int, draw: SampleDraw) -> Statement:
    """The draw number `position` of the run: with frame, algorithm and seed it can be repeated.

    Lots are named by the data; a name that is more than a short id is replaced by the position.
    """
    return _of_run(
        Predicate.SAMPLE_DRAW,
        run,
        f"draw/{position}",
        [_version(run)],
        {
            "lot": draw.lot if _PLAIN_ID.fullmatch(draw.lot) else f"lot:{position}",
            "lot_size": draw.lot_size,
            "frame_digest": draw.frame_digest,
            "plan": _figures(draw.plan),
            "algorithm": draw.algorithm,
            "seed": draw.seed,
            "drawn": len(draw.items),
            "reviewed": draw.reviewed,
            "wrong": draw.wrong,
            "proposed": draw.proposed,
        },
    )


def findings_digest(results: Iterable[ControlResult]) -> Digest:
    """The digest of all findings of a run, over their canonical JSON, in the order given."""
    return digest_of(
        canonical(
            [
                {"control": result.control, "findings": [_finding(f) for f in result.findings]}
                for result in results
            ]
        )
    )


def label(chosen: str) -> str:
    """An id that somebody chose, in ASCII and without a space: percent-encoded, bounded."""
    return quote(chosen, safe=":", errors="backslashreplace")[:400] or "-"


def _of_run(
    predicate: Predicate,
    run: AuditRun,
    what: str,
    subjects: Sequence[Subject],
    body: Mapping[str, Json],
) -> Statement:
    return statement(
        predicate,
        key=f"{run.id}/{what}",
        at=run.at,
        subjects=subjects,
        body={"run": run.id, "dataset": run.dataset, **body},
    )


def _version(run: AuditRun) -> Subject:
    if run.version is None:
        raise ValueError("a run is sealed after its dataset version has been named")
    return Subject("dataset-version", run.version)


def _short(digest: Digest) -> str:
    return digest.removeprefix("sha256:")[:16]


def _control(result: ControlResult) -> Json:
    outcomes = Counter(finding.outcome.value for finding in result.findings)
    return {
        "control": result.control,
        "severity": result.severity.value,
        "lowered": result.lowered,
        "outcome": result.outcome.value,
        "findings": dict(outcomes),
        "evidence": dict(result.evidence),
        "thresholds": _figures(result.thresholds),
    }


def _finding(finding: Finding) -> Json:
    return {
        "subject": _well_formed(finding.subject),
        "outcome": finding.outcome.value,
        "message": _message(finding.message),
        "level": finding.level.value,
        "count": finding.count,
        "base": finding.base,
        "figures": {name: _plain(value) for name, value in finding.figures.items()},
        "places": [_well_formed(place) for place in finding.places],
    }


def _message(message: Message) -> Json:
    return {
        "text": message.text,
        "values": {name: _plain(value) for name, value in message.values.items()},
    }


def _plain(value: Value) -> Json:
    match value:
        case int():
            return value
        case str():
            return _well_formed(value)
        case Message():
            return _message(value)
    assert_never(value)


def _figures(values: Mapping[str, str | int]) -> dict[str, Json]:
    return {
        name: _CONTROL.sub(_escaped, _well_formed(value))[:LONGEST]
        if isinstance(value, str)
        else value
        for name, value in values.items()
    }


def _escaped(found: re.Match[str]) -> str:
    return f"\\x{ord(found.group()):02x}"


def _well_formed(text: str) -> str:
    """`text` with the lone surrogates of an undecodable file name written out as escapes."""
    return text.encode("utf-8", "backslashreplace").decode()
