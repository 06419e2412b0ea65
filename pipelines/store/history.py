"""Which runs of a dataset were sealed, and in which order; what stages left for several runs."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence

import sqlalchemy as sa

from pipelines.model.audit import GateDecision
from pipelines.model.ids import RunId
from pipelines.model.outcome import Gate, Outcome
from pipelines.model.run import AuditRun
from pipelines.store.codec import from_json
from pipelines.store.database import Store
from pipelines.store.ledger_tables import ledger_entries
from pipelines.store.runs import run
from pipelines.store.tables import control_results, gates, run_stages, runs, stage_results


def sealed_runs(
    store: Store, dataset: str, *, upto: RunId | None = None, limit: int
) -> list[AuditRun]:
    """The newest `limit` runs of `dataset` whose gate is in the ledger, oldest first.

    Those up to the run `upto` have a clock that is not later and a gate sealed before; `upto`
    itself is the last of them. What is sealed afterwards never changes this list.
    """
    key = runs.c.id + sa.literal("/gate")
    query = (
        sa.select(runs.c.id)
        .join(ledger_entries, ledger_entries.c.entry_key == key)
        .where(runs.c.dataset == dataset)
        .order_by(runs.c.at.desc(), ledger_entries.c.position.desc())
        .limit(limit)
    )
    with store.engine.connect() as connection:
        if upto is not None:
            mine = connection.execute(
                sa.select(ledger_entries.c.position).where(
                    ledger_entries.c.entry_key == f"{upto}/gate"
                )
            ).scalar()
            if mine is None:
                return []
            query = query.where(ledger_entries.c.position <= mine, runs.c.at <= run(store, upto).at)
        found = [RunId(row.id) for row in connection.execute(query)]
    return [run(store, run_id) for run_id in reversed(found)]


def summaries(
    store: Store, run_ids: Sequence[RunId], stages: Sequence[str]
) -> Mapping[RunId, Mapping[str, Mapping[str, object]]]:
    """The summary each of `stages` left for each of the runs."""
    query = (
        sa.select(run_stages.c.run, run_stages.c.stage, stage_results.c.summary)
        .join(stage_results, run_stages.c.key == stage_results.c.key)
        .where(run_stages.c.run.in_(run_ids), run_stages.c.stage.in_(stages))
    )
    found: dict[RunId, dict[str, Mapping[str, object]]] = defaultdict(dict)
    with store.engine.connect() as connection:
        for row in connection.execute(query):
            found[RunId(row.run)][row.stage] = json.loads(row.summary)
    return found


def gates_of(store: Store, run_ids: Sequence[RunId]) -> Mapping[RunId, Gate]:
    """The gate each of the runs reached."""
    query = sa.select(gates.c.run, gates.c.content).where(gates.c.run.in_(run_ids))
    with store.engine.connect() as connection:
        return {
            RunId(row.run): from_json(GateDecision, str(row.content)).gate
            for row in connection.execute(query)
        }


def outcomes_of(store: Store, run_ids: Sequence[RunId]) -> Mapping[RunId, Mapping[Outcome, int]]:
    """Controls by outcome for each of the runs, worst first."""
    query = (
        sa.select(control_results.c.run, control_results.c.outcome, sa.func.count().label("n"))
        .where(control_results.c.run.in_(run_ids))
        .group_by(control_results.c.run, control_results.c.outcome)
    )
    found: dict[RunId, dict[Outcome, int]] = defaultdict(dict)
    with store.engine.connect() as connection:
        for row in connection.execute(query):
            found[RunId(row.run)][Outcome(row.outcome)] = row.n
    return {
        run_id: dict(sorted(counts.items(), key=lambda item: item[0].rank))
        for run_id, counts in found.items()
    }
