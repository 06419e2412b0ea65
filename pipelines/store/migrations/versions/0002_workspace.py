"""The workspace a database belongs to."""

import sqlalchemy as sa
from alembic import op

from pipelines.store.append_only import append_only_ddl

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table; the next run says which workspace it is."""
    op.create_table(
        "workspaces",
        sa.Column("slot", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("slot", name=op.f("pk_workspaces")),
    )
    for statement in append_only_ddl(op.get_bind().dialect.name, ("workspaces",)):
        op.execute(statement)
