"""Legal holds: what must not be removed, whatever its age, until the hold is released."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa

from pipelines.model.errors import ConfigError
from pipelines.model.message import msg
from pipelines.store.database import Store
from pipelines.store.engines import one_at_a_time
from pipelines.store.retention_tables import holds

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}")
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_RUN = re.compile(r"run-[A-Za-z0-9._-]{1,76}")
_DATASET = re.compile(r"[a-z0-9-]{1,200}")


class Scope(StrEnum):
    """What a hold holds."""

    ALL = "all"
    DATASET = "dataset"
    RUN = "run"
    DIGEST = "digest"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """A hold, with who placed it (in what `release` gives: who released it), why and when."""

    name: str
    scope: Scope
    """`all` also where the row does not say: a hold nobody understands holds everything."""
    target: str
    by: str
    reason: str
    recorded_at: datetime


PLACED, RELEASED = "placed", "released"


def place(
    connection: sa.Connection, name: str, target: str, *, by: str, reason: str, at: datetime
) -> tuple[int, Hold]:
    """The hold `name` on `target` (a dataset, a run, a digest, or `all`) is in force: its row.

    Raises:
        ConfigError: there is a hold of that name, or one of the arguments says nothing.
    """
    scope = scope_of(target)
    _require(name, by, reason)
    one_at_a_time(connection, holds.name, "all")
    if any(hold.name == name for hold in in_force(connection)):
        raise ConfigError(
            msg("a hold called {name} is in force already", name=name),
            advice=msg("choose another name, or see: tda retention holds"),
        )
    said = Hold(
        name=name,
        scope=scope,
        target=target,
        by=by.strip(),
        reason=reason.strip(),
        recorded_at=at,
    )
    return _record(connection, PLACED, said), said


def release(
    connection: sa.Connection, name: str, *, by: str, reason: str, at: datetime
) -> tuple[int, Hold]:
    """The hold `name` is no longer in force; that it was stays on record: the row that says so.

    Raises:
        ConfigError: no hold of that name is in force, or nobody says who and why.
    """
    _require(name, by, reason)
    one_at_a_time(connection, holds.name, "all")
    found = next((hold for hold in in_force(connection) if hold.name == name), None)
    if found is None:
        raise ConfigError(
            msg("no hold called {name} is in force", name=name),
            advice=msg("see: tda retention holds"),
        )
    said = replace(found, by=by.strip(), reason=reason.strip(), recorded_at=at)
    return _record(connection, RELEASED, said), said


def in_force(connection: sa.Connection) -> list[Hold]:
    """The holds that were placed and not released, by name."""
    rows = connection.execute(sa.select(holds).order_by(holds.c.id))
    last = {row.name: row for row in rows}
    return [
        Hold(
            name=row.name,
            scope=Scope(row.scope) if row.scope in set(Scope) else Scope.ALL,
            target=row.target,
            by=row.by,
            reason=row.reason,
            recorded_at=row.recorded_at,
        )
        for _, row in sorted(last.items())
        if row.event != RELEASED
    ]


def all_in_force(store: Store) -> list[Hold]:
    """The holds in force, by name."""
    with store.engine.connect() as connection:
        return in_force(connection)


def holding(found: Iterable[Hold], scope: Scope, target: str) -> Hold | None:
    """The first of `found` that holds `target`."""
    return next(
        (
            hold
            for hold in found
            if hold.scope is Scope.ALL or (hold.scope is scope and hold.target == target)
        ),
        None,
    )


def scope_of(target: str) -> Scope:
    """What `target` names.

    Raises:
        ConfigError: nothing that can be held.
    """
    if target == "all":
        return Scope.ALL
    if _DIGEST.fullmatch(target):
        return Scope.DIGEST
    if _RUN.fullmatch(target):
        return Scope.RUN
    if _DATASET.fullmatch(target):
        return Scope.DATASET
    raise ConfigError(
        msg("{target} names no dataset, run or digest", target=target[:200]),
        advice=msg("give a dataset id, a run id, sha256:<64 hex digits>, or all"),
    )


def _require(name: str, by: str, reason: str) -> None:
    if not _NAME.fullmatch(name):
        raise ConfigError(
            msg("{name} is no name for a hold", name=name[:200]),
            advice=msg("use letters, digits, dots and dashes, at most 80"),
        )
    if not by.strip() or not reason.strip():
        raise ConfigError(
            msg("a hold says who placed or released it, and why"),
            advice=msg("add --by and --reason"),
        )


def _record(connection: sa.Connection, event: str, said: Hold) -> int:
    added = connection.execute(
        holds.insert().values(
            name=said.name,
            event=event,
            scope=said.scope.value,
            target=said.target,
            by=said.by,
            reason=said.reason,
            recorded_at=said.recorded_at,
        )
    )
    key = added.inserted_primary_key
    assert key is not None  # noqa: S101  an autoincrement column always has one
    return int(key[0])
