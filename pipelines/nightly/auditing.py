"""Audits of a night: one failing dataset never stops the others.

Sweeps that overlap take turns at a dataset: what one has audited the other does not audit again.
"""

import logging
import traceback
from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy.exc import SQLAlchemyError

from pipelines import flow
from pipelines.engine.base import Engine
from pipelines.model.errors import AuditError, ConfigError
from pipelines.model.ids import DatasetId, RunId
from pipelines.model.message import Message, msg
from pipelines.model.nightly import Attempt, Planned, Standing, SweepPlan
from pipelines.model.run import AuditRun
from pipelines.nightly.planning import Policies, plan
from pipelines.ownership import kept_owner
from pipelines.settings import Settings
from pipelines.stages.base import Progress, Silent
from pipelines.store import registry, runs, sweeps, turns
from pipelines.store.database import Store
from pipelines.store.registry import Registered

logger = logging.getLogger(__name__)


def sweep(*, owner: str, at: datetime, settings: Settings, store: Store) -> SweepPlan:
    """Every registered dataset compared with its last audit, on record before anything is audited.

    The same owner and clock find the same plan again: a retried task does not sweep anew.
    """
    name = sweeps.sweep_id(owner, at)
    known = sweeps.find_plan(store, name)
    if known is not None:
        return known
    policies = Policies()
    planned = [
        _planned(one, at=at, settings=settings, store=store, policies=policies)
        for one in registry.registered(store)
    ]
    return sweeps.open_sweep(store, name, planned, at=at)


def _planned(
    known: Registered, *, at: datetime, settings: Settings, store: Store, policies: Policies
) -> Planned:
    try:
        return plan(known, at=at, settings=settings, store=store, policies=policies)
    except SQLAlchemyError:
        raise  # the database is there for all of them: the sweep is to be tried again
    except AuditError as error:
        problem = error.message
    except Exception as error:  # the next dataset is looked at whatever this one stumbled over
        kind = _logged(known.dataset, error)
        problem = msg("it cannot be compared with its last audit: {kind}; see the log", kind=kind)
    last = runs.latest(store, known.dataset)
    return Planned(
        dataset=known.dataset,
        standing=Standing.UNREADABLE,
        last=None if last is None else last.id,
        problem=problem,
    )


def audit_changed(
    sweep_plan: SweepPlan,
    datasets: Sequence[DatasetId],
    *,
    owner: str,
    settings: Settings,
    store: Store,
    engine: Engine,
    progress: Progress | None = None,
    told: Callable[[Attempt], None] | None = None,
) -> tuple[Attempt, ...]:
    """How the audit of each of `datasets` ended, each on record as soon as it has.

    One that was audited in this sweep already is not audited again.
    """
    before = sweeps.attempts_of(store, sweep_plan.id)
    planned = {one.dataset: one for one in sweep_plan.datasets}
    attempts = []
    for dataset in datasets:
        attempt = before.get(dataset)
        if attempt is None or attempt.problem is not None:
            attempt = _attempt(
                planned[dataset],
                sweep_plan.at,
                owner=owner,
                settings=settings,
                store=store,
                engine=engine,
                progress=progress or Silent(),
            )
            sweeps.record_attempt(store, sweep_plan.id, attempt)
        if told is not None:
            told(attempt)
        attempts.append(attempt)
    return tuple(attempts)


def _attempt(
    planned: Planned,
    at: datetime,
    *,
    owner: str,
    settings: Settings,
    store: Store,
    engine: Engine,
    progress: Progress,
) -> Attempt:
    dataset = planned.dataset
    run_id: RunId | None = None
    problem: Message | None = None
    misuse = False
    try:
        with turns.turn(store, dataset):
            known = _registered(store, dataset)
            done = _done_since(planned, known, at=at, settings=settings, store=store)
            if done is not None:
                # a retried task may find what it had sealed itself before it was killed
                return Attempt(dataset=dataset, run=done.id, reused=done.owner != kept_owner(owner))
            run_id = flow.begin(
                known.manifest,
                policy=known.policy,
                at=at,
                owner=owner,
                settings=settings,
                store=store,
            )
            for _stage in flow.carry_out(
                run_id, settings=settings, store=store, engine=engine, progress=progress
            ):
                pass
    except AuditError as error:
        problem, misuse = error.message, isinstance(error, ConfigError)
    except Exception as error:  # the next dataset is audited whatever this one stumbled over
        kind = _logged(dataset, error)
        problem = msg("the audit broke off: {kind}; see the log", kind=kind)
    return Attempt(dataset=dataset, run=run_id, problem=problem, misuse=misuse)


def _logged(dataset: DatasetId, error: Exception) -> str:
    """The class of `error`, logged with its place: its text may quote what it stumbled over."""
    place = traceback.extract_tb(error.__traceback__)[-1]
    kind = type(error).__name__
    logger.error("%s broke: %s, %s:%s", dataset, kind, place.filename, place.lineno)
    return kind


def _done_since(
    planned: Planned, known: Registered, *, at: datetime, settings: Settings, store: Store
) -> AuditRun | None:
    """The run that was sealed after the plan was made, when it speaks for the dataset as it is."""
    last = runs.latest(store, planned.dataset)
    if last is None or last.id == planned.last:
        return None
    again = plan(known, at=at, settings=settings, store=store, policies=Policies())
    return last if again.standing is Standing.UNCHANGED else None


def _registered(store: Store, dataset: DatasetId) -> Registered:
    known = registry.find(store, dataset)
    if known is None:
        raise ConfigError(
            msg("{dataset} is not registered any more", dataset=dataset),
            advice=msg("register it again with tda register, or leave it"),
        )
    return known
