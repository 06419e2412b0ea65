"""The table of what was decided on answers to inquiries; names and words stay here."""

import sqlalchemy as sa

from pipelines.store.metadata import METADATA, UtcDateTime

inquiry_decisions = sa.Table(
    "inquiry_decisions",
    METADATA,
    sa.Column("entry", sa.String(200), primary_key=True),  # key of the ledger entry
    sa.Column("inquiry", sa.String(64), nullable=False, index=True),
    sa.Column("authority", sa.Text, nullable=False),
    sa.Column("due", sa.Date),
    sa.Column("requested_by", sa.Text, nullable=False),
    sa.Column("triggered_by", sa.Text),
    sa.Column("runs", sa.Text, nullable=False),  # JSON list of run ids
    sa.Column("draft_digest", sa.String(80), nullable=False),
    sa.Column("files", sa.Integer, nullable=False),
    sa.Column("bytes", sa.BigInteger, nullable=False),
    sa.Column("outcome", sa.String(20), nullable=False),
    sa.Column("decided_by", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("decided_at", UtcDateTime, nullable=False),
    sa.Column("owner", sa.Text, nullable=False),  # `airflow:<dag id>/<run id>`
    sa.Column("recorded_at", UtcDateTime, nullable=False),
)

APPEND_ONLY = ("inquiry_decisions",)
"""Tables of this module whose rows are never changed or deleted; a trigger refuses both."""
