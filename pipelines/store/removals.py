"""Which evidence was removed under the retention rules, and which of it is there again."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from pipelines.store.retention_tables import evidence_removals

REMOVED, THERE_AGAIN = "removed", "there_again"
_AT_ONCE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Removed:
    """A table that retention removed."""

    digest: str
    at: datetime
    entry: str | None
    """Key of the ledger entry that announced it."""


def removed_among(connection: sa.Connection, digests: Iterable[str]) -> set[str]:
    """Those of `digests` whose last event is a removal."""
    return {removed.digest for removed in removals_among(connection, digests)}


def removals_among(connection: sa.Connection, digests: Iterable[str]) -> list[Removed]:
    """The removal of each of `digests` whose last event is one, the newest first."""
    if connection.execute(sa.select(evidence_removals.c.id).limit(1)).first() is None:
        return []
    wanted = sorted(set(digests))
    last: dict[str, tuple[str, int, Removed]] = {}
    for start in range(0, len(wanted), _AT_ONCE):
        query = (
            sa.select(evidence_removals)
            .where(evidence_removals.c.digest.in_(wanted[start : start + _AT_ONCE]))
            .order_by(evidence_removals.c.id)
        )
        for row in connection.execute(query):
            removed = Removed(digest=row.digest, at=row.recorded_at, entry=row.entry)
            last[row.digest] = (row.event, row.id, removed)
    found = [(number, removed) for event, number, removed in last.values() if event != THERE_AGAIN]
    return [removed for _, removed in sorted(found, key=lambda pair: -pair[0])]


def mark(
    connection: sa.Connection,
    items: Sequence[tuple[str, str]],
    event: str,
    *,
    entry: str | None,
    at: datetime,
) -> None:
    """Each (kind, digest) of `items` came to `event`; `entry` is that of the ledger."""
    rows = [
        {"kind": kind, "digest": digest, "event": event, "entry": entry, "recorded_at": at}
        for kind, digest in items
    ]
    if rows:
        connection.execute(evidence_removals.insert(), rows)
