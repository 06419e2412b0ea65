"""Inserting a row that may be there already, on SQLite and PostgreSQL alike."""

from collections.abc import Mapping, Sequence

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite


def insert_once(
    connection: sa.Connection, table: sa.Table, rows: Sequence[Mapping[str, object]]
) -> None:
    """Every one of `rows` is in `table`; a row whose primary key is there already is left alone."""
    if not rows:
        return
    maker = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    connection.execute(maker(table).on_conflict_do_nothing(), list(rows))
