"""The datasets that are audited every night: which, by what manifest, under what policy."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

import sqlalchemy as sa

from pipelines.model.ids import DatasetId
from pipelines.store.database import Store, writing
from pipelines.store.nightly_tables import registered_datasets


class Registering(StrEnum):
    """What registering a dataset changed."""

    ADDED = "added"
    UPDATED = "updated"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    """A dataset that is audited every night."""

    dataset: DatasetId
    manifest: Path
    policy: Path | None
    """None: the policy that ships with the code."""
    recorded_at: datetime
    """Since when it is registered like this."""


def register(
    store: Store, dataset: DatasetId, *, manifest: Path, policy: Path | None, at: datetime
) -> Registering:
    """`dataset` is audited every night by `manifest`, under `policy`, from now on."""
    with writing(store.engine) as connection:
        newest = _newest(connection, dataset)
        given = (str(manifest), None if policy is None else str(policy))
        if newest is not None and newest.active and (newest.manifest, newest.policy) == given:
            return Registering.UNCHANGED
        _add(connection, dataset, *given, active=True, at=at)
    known = newest is not None and newest.active
    return Registering.UPDATED if known else Registering.ADDED


def retire(store: Store, dataset: str, *, at: datetime) -> bool:
    """`dataset` is swept no longer; False where it was not registered. What is on record stays."""
    with writing(store.engine) as connection:
        newest = _newest(connection, dataset)
        if newest is None or not newest.active:
            return False
        _add(connection, dataset, newest.manifest, newest.policy, active=False, at=at)
    return True


def registered(store: Store) -> tuple[Registered, ...]:
    """Every registered dataset, by name."""
    newest = sa.select(sa.func.max(registered_datasets.c.id)).group_by(
        registered_datasets.c.dataset
    )
    query = (
        sa.select(registered_datasets)
        .where(registered_datasets.c.id.in_(newest), registered_datasets.c.active)
        .order_by(registered_datasets.c.dataset)
    )
    with store.engine.connect() as connection:
        return tuple(map(_as_registered, connection.execute(query)))


def find(store: Store, dataset: str) -> Registered | None:
    """The registered dataset of that name."""
    with store.engine.connect() as connection:
        row = _newest(connection, dataset)
    return _as_registered(row) if row is not None and row.active else None


def _newest(connection: sa.Connection, dataset: str) -> sa.Row[tuple[object, ...]] | None:
    query = (
        sa.select(registered_datasets)
        .where(registered_datasets.c.dataset == dataset)
        .order_by(registered_datasets.c.id.desc())
        .limit(1)
    )
    return connection.execute(query).first()


def _add(
    connection: sa.Connection,
    dataset: str,
    manifest: str,
    policy: str | None,
    *,
    active: bool,
    at: datetime,
) -> None:
    connection.execute(
        registered_datasets.insert().values(
            dataset=dataset, manifest=manifest, policy=policy, active=active, recorded_at=at
        )
    )


def _as_registered(row: sa.Row[tuple[object, ...]]) -> Registered:
    return Registered(
        dataset=DatasetId(row.dataset),
        manifest=Path(row.manifest),
        policy=None if row.policy is None else Path(row.policy),
        recorded_at=row.recorded_at,
    )
