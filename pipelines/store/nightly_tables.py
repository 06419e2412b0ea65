"""Tables of the nightly audit: registered datasets, sweeps, their attempts, what they came to."""

import sqlalchemy as sa

from pipelines.store.metadata import METADATA, UtcDateTime

registered_datasets = sa.Table(
    "registered_datasets",
    METADATA,
    # the newest row of a dataset counts; the others say what was known before
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("dataset", sa.String(200), nullable=False, index=True),
    sa.Column("manifest", sa.Text, nullable=False),  # absolute path
    sa.Column("policy", sa.Text),  # absolute path; NULL: the default policy
    sa.Column("active", sa.Boolean, nullable=False),
    sa.Column("recorded_at", UtcDateTime, nullable=False),
)
sweeps = sa.Table(
    "sweeps",
    METADATA,
    sa.Column("id", sa.String(80), primary_key=True),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Column("content", sa.Text, nullable=False),  # SweepPlan by store.codec
)
sweep_attempts = sa.Table(
    "sweep_attempts",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("sweep", sa.ForeignKey("sweeps.id"), nullable=False, index=True),
    sa.Column("dataset", sa.String(200), nullable=False),
    sa.Column("content", sa.Text, nullable=False),  # Attempt by store.codec
)
nights = sa.Table(
    "nights",
    METADATA,
    sa.Column("sweep", sa.ForeignKey("sweeps.id"), primary_key=True),
    sa.Column("number", sa.Integer, nullable=False, unique=True),  # from 1, in the order of sealing
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Column("content", sa.Text, nullable=False),  # Night by store.codec
)

APPEND_ONLY = ("registered_datasets", "sweeps", "sweep_attempts", "nights")
"""Tables of this module whose rows are never changed or deleted; a trigger refuses both."""
