"""What was decided on answers to inquiries."""

import sqlalchemy as sa
from alembic import op

from pipelines.store.append_only import append_only_ddl

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table, and the triggers that keep it append-only."""
    op.create_table(
        "inquiry_decisions",
        sa.Column("entry", sa.String(length=200), nullable=False),
        sa.Column("inquiry", sa.String(length=64), nullable=False),
        sa.Column("authority", sa.Text(), nullable=False),
        sa.Column("due", sa.Date(), nullable=True),
        sa.Column("requested_by", sa.Text(), nullable=False),
        sa.Column("triggered_by", sa.Text(), nullable=True),
        sa.Column("runs", sa.Text(), nullable=False),
        sa.Column("draft_digest", sa.String(length=80), nullable=False),
        sa.Column("files", sa.Integer(), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.Column("outcome", sa.String(length=20), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("entry", name=op.f("pk_inquiry_decisions")),
    )
    op.create_index(
        op.f("ix_inquiry_decisions_inquiry"), "inquiry_decisions", ["inquiry"], unique=False
    )
    for statement in append_only_ddl(op.get_bind().dialect.name, ("inquiry_decisions",)):
        op.execute(statement)
