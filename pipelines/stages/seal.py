"""seal: what the run found and decided is appended to the ledger, and a head is signed over it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from pipelines.engine.base import Engine
from pipelines.ledger import audit_statements as say
from pipelines.ledger.keys import public_keys, signing_key
from pipelines.ledger.log import append, sign_tree
from pipelines.ledger.statement import Statement
from pipelines.model.ids import RunId
from pipelines.model.profile import SampleDraw
from pipelines.model.run import AuditRun
from pipelines.settings import Settings
from pipelines.stages.base import Progress, StageOutput
from pipelines.store import runs
from pipelines.store.codec import from_json, to_json
from pipelines.store.database import Store
from pipelines.store.ledger_entries import appending
from pipelines.store.stage_results import stages_of

VERSION = "1"
POLICY: tuple[str, ...] = ()


_AFTER = frozenset({"seal", "report"})
"""Stages that come after what is sealed."""


def inputs(run_id: RunId, store: Store) -> Mapping[str, object]:
    """The run itself: every run is sealed, also one whose stages were all on record."""
    return {"run": run_id}


def seal(
    run_id: RunId, *, settings: Settings, store: Store, engine: Engine, progress: Progress
) -> StageOutput:
    """The statements of the run are in the ledger, once, under a signed head."""
    progress.start("seal", None)
    statements = statements_of(run_id, store)
    key = signing_key(settings.keys)
    at = runs.run(store, run_id).at
    with appending(store.engine) as book:
        positions = append(book, statements, key=key)
        signed = sign_tree(book, at=at, key=key, trusted=public_keys(settings.keys))
    progress.done("seal")
    return StageOutput(
        summary={
            "head": to_json(signed.for_report()),
            "log_id": signed.head.log_id,
            "entries": list(positions),
        }
    )


def statements_of(run_id: RunId, store: Store) -> list[Statement]:
    """What the ledger is told of a run: the evidence of each stage, draws, findings, gate."""
    audited = runs.run(store, run_id)
    records = [record for record in stages_of(store, run_id) if record.stage not in _AFTER]
    return [
        *(say.stage_evidence(audited, record) for record in records),
        *(
            say.sample_draw(audited, position, draw)
            for position, draw in enumerate(_draws(run_id, store))
        ),
        say.findings(audited, runs.findings_of(store, run_id)),
        say.gate(audited, runs.gate_of(store, run_id)),
    ]


def record_start(store: Store, run: AuditRun) -> None:
    """The ledger says that this attempt at the run began."""
    manifest = runs.dataset_of(store, run.id).manifest_digest
    _record(store, say.run_started(run, manifest=manifest))


def record_interruption(store: Store, run: AuditRun) -> None:
    """The ledger says that this attempt at the run, and each before it, ended before the seal.

    Whoever took the run over may have been killed before it could say so; what is said already is
    not said twice.
    """
    manifest = runs.dataset_of(store, run.id).manifest_digest
    attempts = [replace(run, attempt=number) for number in range(1, run.attempt + 1)]
    statements = [
        say_so(attempt, manifest=manifest)
        for attempt in attempts
        for say_so in (say.run_started, say.run_interrupted)
    ]
    _record(store, *statements)


def _record(store: Store, *statements: Statement) -> None:
    key = signing_key(store.settings.keys)
    with appending(store.engine) as book:
        append(book, statements, key=key)


def _draws(run_id: RunId, store: Store) -> Sequence[SampleDraw]:
    text = runs.stage_summary(store, run_id, "sample").get("draws")
    return from_json(tuple[SampleDraw, ...], str(text)) if text else ()
