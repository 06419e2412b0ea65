"""Tables of retention: legal holds as they were placed and released, and evidence that was removed.

Both are histories: the last event of a hold or of a piece of evidence says how it is now.
"""

import sqlalchemy as sa

from pipelines.store.metadata import METADATA, UtcDateTime

holds = sa.Table(
    "holds",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("name", sa.String(80), nullable=False, index=True),
    sa.Column("event", sa.String(20), nullable=False),  # placed | released
    sa.Column("scope", sa.String(20), nullable=False),  # all | dataset | run | digest
    sa.Column("target", sa.Text, nullable=False),  # what of the scope; * for all
    sa.Column("by", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("recorded_at", UtcDateTime, nullable=False),
)
evidence_removals = sa.Table(
    "evidence_removals",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("kind", sa.String(40), nullable=False),  # kind of table, `document` or `report`
    sa.Column("digest", sa.String(80), nullable=False, index=True),  # of a report: its run
    sa.Column("event", sa.String(20), nullable=False),  # removed | there_again
    sa.Column("entry", sa.String(200)),  # ledger entry of the removal
    sa.Column("recorded_at", UtcDateTime, nullable=False),
)

APPEND_ONLY = ("holds", "evidence_removals")
"""Tables of this module whose rows are never changed or deleted; a trigger refuses both."""
