"""Registered datasets, sweeps, their attempts, and what each night came to."""

import sqlalchemy as sa
from alembic import op

from pipelines.store.append_only import append_only_ddl

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

APPEND_ONLY = ("registered_datasets", "sweeps", "sweep_attempts", "nights")


def upgrade() -> None:
    """Create the tables, and the triggers that keep them append-only."""
    op.create_table(
        "registered_datasets",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("dataset", sa.String(length=200), nullable=False),
        sa.Column("manifest", sa.Text(), nullable=False),
        sa.Column("policy", sa.Text(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registered_datasets")),
    )
    op.create_index(
        op.f("ix_registered_datasets_dataset"), "registered_datasets", ["dataset"], unique=False
    )
    op.create_table(
        "sweeps",
        sa.Column("id", sa.String(length=80), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sweeps")),
    )
    op.create_table(
        "sweep_attempts",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("sweep", sa.String(length=80), nullable=False),
        sa.Column("dataset", sa.String(length=200), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["sweep"], ["sweeps.id"], name=op.f("fk_sweep_attempts_sweep_sweeps")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sweep_attempts")),
    )
    op.create_index(op.f("ix_sweep_attempts_sweep"), "sweep_attempts", ["sweep"], unique=False)
    op.create_table(
        "nights",
        sa.Column("sweep", sa.String(length=80), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["sweep"], ["sweeps.id"], name=op.f("fk_nights_sweep_sweeps")),
        sa.PrimaryKeyConstraint("sweep", name=op.f("pk_nights")),
        sa.UniqueConstraint("number", name=op.f("uq_nights_number")),
    )
    for statement in append_only_ddl(op.get_bind().dialect.name, APPEND_ONLY):
        op.execute(statement)
