"""What is said of a run whose evidence retention removed: when, under which rule, what is left."""

import json
from collections.abc import Mapping
from typing import Any

from pipelines.ledger.dsse import read_envelope
from pipelines.model.errors import ConfigError
from pipelines.model.ids import RunId
from pipelines.model.message import msg
from pipelines.store import removals, runs, stage_results
from pipelines.store.database import Store
from pipelines.store.ledger_entries import reading
from pipelines.store.removals import Removed


def explained(store: Store, run_id: RunId) -> ConfigError | None:
    """Why the evidence of the run cannot be read, where retention removed it; else None."""
    digests = [
        table.digest for stage in stage_results.stages_of(store, run_id) for table in stage.tables
    ]
    with store.engine.connect() as connection:
        found = removals.removals_among(connection, digests)
    if not found:
        return None
    newest = found[0]
    rule = _announced(store, newest)
    report = store.settings.reports / run_id
    left = (
        msg("its report as it was written is in {folder}", folder=str(report))
        if report.is_dir()
        else msg("its report is no longer there")
    )
    return ConfigError(
        msg(
            "the evidence of {run} was removed on {day}: what is older than {days} days and not"
            " of the newest {runs} runs of its dataset goes (ledger entry {entry})",
            run=run_id,
            day=newest.at.date().isoformat(),
            days=str(rule.get("evidence_days", "?")),
            runs=str(rule.get("runs_kept", "?")),
            entry=newest.entry or "?",
        ),
        advice=msg(
            "findings, gate, ledger entries and documents are kept, {left}; to have the evidence"
            " again, audit the same files with --at {at}",
            left=left,
            at=runs.run(store, run_id).at.isoformat(),
        ),
    )


def _announced(store: Store, removed: Removed) -> Mapping[str, Any]:
    """The rules as the ledger states them; nothing where it has no such entry."""
    if removed.entry is None:
        return {}
    with reading(store.engine) as book:
        entry = book.entry(removed.entry)
    if entry is None:
        return {}
    said: dict[str, Any] = json.loads(read_envelope(entry.envelope).payload)["predicate"]
    return said
