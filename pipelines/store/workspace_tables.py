"""The one workspace (`$TDA_HOME`) whose evidence, keys and reports belong to the database."""

import sqlalchemy as sa

from pipelines.store.metadata import METADATA

workspaces = sa.Table(
    "workspaces",
    METADATA,
    sa.Column("slot", sa.SmallInteger, primary_key=True, autoincrement=False),  # always 1
    sa.Column("id", sa.String(40), nullable=False),
)

APPEND_ONLY = ("workspaces",)
"""Tables of this module whose rows are never changed or deleted; a trigger refuses both."""
