"""Decisions on answers to inquiries, as they were recorded."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from pipelines.store.database import Store, writing
from pipelines.store.inquiry_tables import inquiry_decisions
from pipelines.store.inserting import insert_once

Row = Mapping[str, Any]
"""A row by the columns of `inquiry_decisions`."""


def record(store: Store, row: Mapping[str, object]) -> None:
    """The decision `row`, by the columns of the table, is on record, once."""
    with writing(store.engine) as connection:
        insert_once(connection, inquiry_decisions, [row])


def decision(store: Store, entry: str) -> Row | None:
    """What was decided under the ledger entry `entry`."""
    found = _rows(store, inquiry_decisions.c.entry == entry)
    return found[0] if found else None


def decisions_on(store: Store, inquiry: str) -> list[Row]:
    """Everything decided on `inquiry`, oldest first."""
    return _rows(store, inquiry_decisions.c.inquiry == inquiry)


def _rows(store: Store, condition: sa.ColumnElement[bool]) -> list[Row]:
    query = (
        sa.select(inquiry_decisions)
        .where(condition)
        .order_by(inquiry_decisions.c.decided_at, inquiry_decisions.c.entry)
    )
    with store.engine.connect() as connection:
        return [dict(row) for row in connection.execute(query).mappings()]
