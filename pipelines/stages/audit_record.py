"""A finished run as one value, read back from the store and the evidence."""

from collections import Counter
from collections.abc import Sequence

from expectations.verdicts import propose
from pipelines.engine.base import Engine
from pipelines.model.audit import AuditRecord, LedgerHead
from pipelines.model.history import Changes, RunPoint
from pipelines.model.ids import RunId
from pipelines.model.profile import Agreement, ConsentCoverage, SampleDraw
from pipelines.stages.base import policy_of
from pipelines.stages.changes import changes_between
from pipelines.stages.compare import contamination_of
from pipelines.stages.controls import annotators_of
from pipelines.stages.history import history_of
from pipelines.stages.profile import of_kind, profile_of
from pipelines.store import runs
from pipelines.store.codec import from_json
from pipelines.store.database import Store
from pipelines.store.stage_results import stages_of

QUARANTINE_ROWS = 200
CHANGED_PLACES = 5
"""Of each kind of change since the last run, in a report."""


def audit_record(run_id: RunId, store: Store, engine: Engine) -> AuditRecord:
    """Everything a report says about the run.

    What came before it is read up to its own place in the ledger, so that a report rendered again,
    after later runs, is the same.
    """
    history = history_of(store, runs.run(store, run_id).dataset, upto=run_id)
    dataset = runs.dataset_of(store, run_id)
    policy = policy_of(run_id, store)
    results = runs.findings_of(store, run_id)
    sampled = runs.stage_summary(store, run_id, "sample")
    agreement, draws = sampled.get("agreement"), sampled.get("draws")
    consents = runs.stage_summary(store, run_id, "controls").get("consents")
    validation: list[dict[str, str | int | None]] = []
    for ref in of_kind(runs.stage_tables(store, run_id, "validate"), "validation"):
        validation.extend(store.evidence.read(ref).to_pylist())
    return AuditRecord(
        run=runs.run(store, run_id),
        dataset=dataset,
        policy_version=policy.version,
        policy_thresholds={result.control: result.thresholds for result in results},
        profile=profile_of(run_id, store),
        consents=from_json(ConsentCoverage, str(consents)) if consents else None,
        results=results,
        clauses=propose(results),
        gate=runs.gate_of(store, run_id),
        # the stage that renders this is not on record the first time, and must not be later
        stages=tuple(row for row in stages_of(store, run_id) if row.stage != "report"),
        quarantine=_quarantine(run_id, store),
        validation=validation,
        annotators=annotators_of(run_id, store) or (),
        label_counts=_label_counts(run_id, store),
        agreement=from_json(Agreement, str(agreement)) if agreement else None,
        draws=from_json(tuple[SampleDraw, ...], str(draws)) if draws else (),
        contamination=contamination_of(run_id, store),
        head=_head(run_id, store),
        history=history,
        changes=_since_last(history, store, engine),
    )


def _since_last(history: Sequence[RunPoint], store: Store, engine: Engine) -> Changes | None:
    """What changed since the run before; None for the first one."""
    if len(history) < 2:
        return None
    return changes_between(
        history[-2].run, history[-1].run, store=store, engine=engine, places=CHANGED_PLACES
    )


def _quarantine(run_id: RunId, store: Store) -> list[dict[str, str | int | None]]:
    rows: list[dict[str, str | int | None]] = []
    for ref in of_kind(runs.stage_tables(store, run_id, "scan"), "quarantine"):
        if ref.rows and len(rows) < QUARANTINE_ROWS:
            rows.extend(store.evidence.read(ref).to_pylist())
    return rows[:QUARANTINE_ROWS]


def _label_counts(run_id: RunId, store: Store) -> dict[str, int]:
    counts: Counter[str] = Counter()
    for ref in of_kind(runs.stage_tables(store, run_id, "register"), "labels"):
        counts.update(store.evidence.read(ref, columns=["label"]).column("label").to_pylist())
    return dict(sorted(counts.items()))


def _head(run_id: RunId, store: Store) -> LedgerHead | None:
    found = runs.stage_summary(store, run_id, "seal").get("head")
    return from_json(LedgerHead, str(found)) if found else None
