"""Sweeps on record: what each planned, how its audits ended, and what the night came to."""

import hashlib
from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from pipelines.model.errors import EvidenceError
from pipelines.model.ids import DatasetId
from pipelines.model.message import msg
from pipelines.model.nightly import Attempt, Night, Planned, SweepPlan
from pipelines.store.codec import from_json, to_json
from pipelines.store.database import Store, writing
from pipelines.store.inserting import insert_once
from pipelines.store.nightly_tables import nights, sweep_attempts, sweeps

_NIGHTS = 7461003
"""Number of the PostgreSQL advisory lock under which nights get their numbers."""


def sweep_id(owner: str, at: datetime) -> str:
    """The id of the sweep of `owner` at that clock: a retried task finds its own again."""
    short = hashlib.sha256(f"{owner}\n{at.isoformat()}".encode()).hexdigest()[:8]
    return f"sweep-{at:%Y%m%d-%H%M}-{short}"


def open_sweep(store: Store, name: str, planned: Sequence[Planned], *, at: datetime) -> SweepPlan:
    """The plan of the sweep, on record: the one that was recorded first."""
    plan = SweepPlan(id=name, at=at, datasets=tuple(planned))
    with writing(store.engine) as connection:
        insert_once(connection, sweeps, [{"id": name, "at": at, "content": to_json(plan)}])
    return plan_of(store, name)


def find_plan(store: Store, name: str) -> SweepPlan | None:
    """The plan of the sweep, when it is on record."""
    with store.engine.connect() as connection:
        content = connection.execute(sa.select(sweeps.c.content).where(sweeps.c.id == name))
        found = content.scalar()
    return None if found is None else from_json(SweepPlan, str(found))


def plan_of(store: Store, name: str) -> SweepPlan:
    """The plan of the sweep.

    Raises:
        EvidenceError: there is no such sweep.
    """
    found = find_plan(store, name)
    if found is None:
        raise EvidenceError(
            msg("there is no sweep {sweep} in this store", sweep=name),
            advice=msg("run tda nightly again, and check TDA_HOME"),
        )
    return found


def record_attempt(store: Store, name: str, attempt: Attempt) -> None:
    """How the audit of one dataset ended is on record; a later attempt counts instead."""
    row = {"sweep": name, "dataset": attempt.dataset, "content": to_json(attempt)}
    with writing(store.engine) as connection:
        connection.execute(sweep_attempts.insert().values(row))


def attempts_of(store: Store, name: str) -> dict[DatasetId, Attempt]:
    """The last attempt at each dataset of the sweep that was tried."""
    query = (
        sa.select(sweep_attempts.c.content)
        .where(sweep_attempts.c.sweep == name)
        .order_by(sweep_attempts.c.id)
    )
    with store.engine.connect() as connection:
        found = [from_json(Attempt, str(row.content)) for row in connection.execute(query)]
    return {attempt.dataset: attempt for attempt in found}


def record_night(store: Store, night: Night) -> Night | None:
    """The night, on record: the one recorded first, where there is one of this sweep.

    None, and nothing on record, when `night.previous` is not the night recorded last any more.
    """
    with writing(store.engine) as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_NIGHTS)))
        known = _content(connection, night.sweep)
        if known is not None:
            return from_json(Night, known)
        newest = sa.select(nights.c.sweep, nights.c.number).order_by(nights.c.number.desc())
        last = connection.execute(newest.limit(1)).first()
        if night.previous != (None if last is None else last.sweep):
            return None
        number = 1 if last is None else last.number + 1
        connection.execute(
            nights.insert().values(
                sweep=night.sweep, number=number, at=night.at, content=to_json(night)
            )
        )
    return night


def night_of(store: Store, name: str) -> Night | None:
    """What the sweep came to, when it has ended."""
    with store.engine.connect() as connection:
        found = _content(connection, name)
    return None if found is None else from_json(Night, found)


def latest_night(store: Store) -> Night | None:
    """The night recorded last."""
    query = sa.select(nights.c.content).order_by(nights.c.number.desc()).limit(1)
    with store.engine.connect() as connection:
        found = connection.execute(query).scalar()
    return None if found is None else from_json(Night, str(found))


def clocks_until(store: Store, name: str) -> list[datetime]:
    """The clocks of the nights recorded up to and including that of the sweep."""
    mine = sa.select(nights.c.number).where(nights.c.sweep == name).scalar_subquery()
    query = sa.select(nights.c.at).where(nights.c.number <= mine).order_by(nights.c.number)
    with store.engine.connect() as connection:
        return [row.at for row in connection.execute(query)]


def _content(connection: sa.Connection, name: str) -> str | None:
    query = sa.select(nights.c.content).where(nights.c.sweep == name)
    found = connection.execute(query).scalar()
    return None if found is None else str(found)
