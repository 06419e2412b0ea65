"""Run by Alembic; the connection comes from `pipelines.store.database`."""

from alembic import context

from pipelines.store.database import complete_metadata

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=complete_metadata())
with context.begin_transaction():
    context.run_migrations()
