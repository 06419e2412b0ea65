"""Which evidence was removed under the retention rules, and which of it is there again."""

from collections.abc import Iterable, Sequence
from datetime import datetime

import sqlalchemy as sa

from pipelines.store.retention_tables import evidence_removals

REMOVED, THERE_AGAIN = "removed", "there_again"
_AT_ONCE = 500


def removed_among(connection: sa.Connection, digests: Iterable[str]) -> set[str]:
    """Those of `digests` whose last event is a removal."""
    if connection.execute(sa.select(evidence_removals.c.id).limit(1)).first() is None:
        return set()
    wanted = sorted(set(digests))
    last: dict[str, str] = {}
    for start in range(0, len(wanted), _AT_ONCE):
        query = (
            sa.select(evidence_removals.c.digest, evidence_removals.c.event)
            .where(evidence_removals.c.digest.in_(wanted[start : start + _AT_ONCE]))
            .order_by(evidence_removals.c.id)
        )
        last.update((row.digest, row.event) for row in connection.execute(query))
    return {digest for digest, event in last.items() if event != THERE_AGAIN}


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
