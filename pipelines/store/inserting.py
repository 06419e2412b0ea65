"""Inserting a row that may be there already, on SQLite and PostgreSQL alike."""

from collections.abc import Mapping, Sequence

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite


def insert_once(
    connection: sa.Connection, table: sa.Table, rows: Sequence[Mapping[str, object]]
) -> None:
    """Every one of `rows` is in `table`; a row whose primary key is there already is left alone."""
    if rows:
        connection.execute(_insert(connection, table).on_conflict_do_nothing(), list(rows))


def insert_new(connection: sa.Connection, table: sa.Table, row: Mapping[str, object]) -> bool:
    """Whether `row` is in `table` now and was not before; its primary key was free."""
    statement = _insert(connection, table).values(row).on_conflict_do_nothing()
    # the row count of an INSERT is not known after the cursor is closed; what it returns is
    added = connection.execute(statement.returning(*table.primary_key)).first()
    return added is not None


def insert_or_replace(
    connection: sa.Connection, table: sa.Table, row: Mapping[str, object]
) -> None:
    """`row` is in `table`, in place of the one that had its primary key."""
    keys = [column.name for column in table.primary_key]
    others = {name: value for name, value in row.items() if name not in keys}
    statement = _insert(connection, table).values(row)
    connection.execute(statement.on_conflict_do_update(index_elements=keys, set_=others))


def _insert(connection: sa.Connection, table: sa.Table) -> postgresql.Insert | sqlite.Insert:
    if connection.dialect.name == "postgresql":
        return postgresql.insert(table)
    return sqlite.insert(table)
