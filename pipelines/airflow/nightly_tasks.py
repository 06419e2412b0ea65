"""What the tasks of nightly_audit do; they pass the id of the sweep and ids of datasets only."""

import logging
from collections.abc import MutableMapping, Sequence
from typing import Any

from airflow.sdk.exceptions import AirflowFailException

from pipelines.airflow.connections import object_store_access
from pipelines.airflow.misuse import misuse_is_not_retried
from pipelines.engine.opening import open_engine
from pipelines.model.ids import DatasetId
from pipelines.model.message import Message
from pipelines.nightly import auditing, closing
from pipelines.settings import read_settings
from pipelines.store import sweeps
from pipelines.store.database import open_store

MAPPED = 1_024
"""Most tasks a mapping may become (`[core] max_map_length` as it ships)."""

Context = MutableMapping[str, Any]
"""The context of a task, as Airflow gives it."""

logger = logging.getLogger(__name__)


def sweep_all(context: Context) -> str:
    """The id of the sweep of this DAG run, its plan on record; its clock is when the run began."""
    begun = context["dag_run"].start_date or context["dag_run"].run_after
    with misuse_is_not_retried(), object_store_access():
        settings = read_settings()
        plan = auditing.sweep(
            owner=_owner(context), at=begun, settings=settings, store=open_store(settings)
        )
    logger.info("%s: %d known, %d to audit", plan.id, len(plan.datasets), len(plan.changed()))
    return plan.id


def changed_batches(sweep: str) -> list[list[str]]:
    """The datasets to audit: one a batch, several where they would be more than MAPPED batches."""
    changed = sweeps.plan_of(open_store(read_settings()), sweep).changed()
    return batches(changed)


def batches(datasets: Sequence[str], most: int = MAPPED) -> list[list[str]]:
    """`datasets` in at most `most` batches, in order, as even as they come."""
    size = max(1, -(-len(datasets) // most))
    return [list(datasets[at : at + size]) for at in range(0, len(datasets), size)]


def audit_batch(sweep: str, datasets: Sequence[str], context: Context) -> None:
    """Every dataset of the batch was tried; the task bears their names.

    Raises:
        RuntimeError: one could not be audited; a retry tries that one again, and no other.
        AirflowFailException: each of those needs a person first, so a retry would be idle.
    """
    context["datasets"] = ", ".join(datasets)[:200]
    settings = read_settings()
    store = open_store(settings)
    with (
        misuse_is_not_retried(),
        object_store_access(),
        open_engine(settings) as engine,
    ):
        attempts = auditing.audit_changed(
            sweeps.plan_of(store, sweep),
            [DatasetId(name) for name in datasets],
            owner=_owner(context),
            settings=settings,
            store=store,
            engine=engine,
        )
    failed = [attempt for attempt in attempts if attempt.problem is not None]
    if failed:
        text = "not audited: " + "; ".join(f"{one.dataset} ({one.problem})" for one in failed)
        raise AirflowFailException(text) if all(f.misuse for f in failed) else RuntimeError(text)


def close_night(sweep: str | None) -> str:
    """The digest of the sweep is written: the id of the sweep, whatever became of its audits.

    Raises:
        AirflowFailException: nothing was swept; no digest says so, and a retry would find no more.
    """
    if sweep is None:
        raise AirflowFailException(
            "there was no sweep, and so there is no night to tell of: mend what the log of the "
            "task sweep says, then clear that task"
        )
    settings = read_settings()
    store = open_store(settings)
    night = closing.close(sweeps.plan_of(store, sweep), settings=settings, store=store)
    ran, reused, undone = night.stages()
    logger.info("%s: stages: %d ran, %d reused, %d left undone", sweep, ran, reused, undone)
    return sweep


def require_complete(sweep: str) -> None:
    """Nothing, when every registered dataset has a gate that speaks for it as it is.

    Raises:
        AirflowFailException: one has not; the DAG run never turns green by silence.
    """
    night = sweeps.night_of(open_store(read_settings()), sweep)
    if night is None:
        raise AirflowFailException("the sweep has not been closed")
    missing: list[tuple[str, Message | None]] = [
        (found.dataset, found.problem) for found in night.datasets if not found.state.current
    ]
    if missing:
        named = "; ".join(f"{name} ({why})" for name, why in missing[:20])
        raise AirflowFailException(f"datasets not audited: {len(missing)}: {named}")


def _owner(context: Context) -> str:
    return f"airflow:{context['dag'].dag_id}/{context['run_id']}"
