"""What holds for a time, as it is on record for a run: qualifications and consents."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from pipelines.model.annotation import Annotator
from pipelines.model.evidence import TableRef
from pipelines.model.ids import RunId
from pipelines.store.codec import from_json
from pipelines.store.database import Store
from pipelines.store.tables import qualifications, run_stages, runs, stage_results


@dataclass(frozen=True, slots=True, kw_only=True)
class Qualified:
    """The days of one qualification; whose it is does not matter here."""

    first: date | None
    last: date | None
    suspended: date | None


def qualifications_of(store: Store, run_id: RunId) -> list[Qualified]:
    """The qualifications that the run's `register` stage recorded, or one with the same result."""
    columns = (qualifications.c[name] for name in ("valid_from", "valid_to", "suspended_from"))
    with store.engine.connect() as connection:
        rows = connection.execute(_registered(run_id, *columns)).all()
    # days are kept as midnights of UTC, whatever zone they are days of
    return [Qualified(**dict(zip(_FIELDS, map(_day, row), strict=True))) for row in rows]


def people_of(store: Store, run_id: RunId) -> tuple[Annotator, ...]:
    """The people on the register of the run, in its order, as it was when the run registered it.

    Their file lies with the data, and may be another one by now.
    """
    with store.engine.connect() as connection:
        rows = connection.execute(_registered(run_id, *qualifications.c)).all()
    return tuple(
        Annotator(
            id=row.annotator,
            roles=from_json(tuple[str, ...], row.roles),
            vendor=row.vendor,
            topics=from_json(tuple[str, ...], row.topics),
            qualified_from=_day(row.valid_from),
            qualified_to=_day(row.valid_to),
            suspended_from=_day(row.suspended_from),
        )
        for row in rows
    )


def _registered(run_id: RunId, *columns: sa.Column[Any]) -> sa.Select[*tuple[Any, ...]]:
    """`columns` of the qualifications that the run's `register` stage recorded, in order.

    A stage that was reused has recorded nothing under the run's own registration; its facts are
    those of an earlier run with the same stage key.
    """
    mine = sa.select(run_stages.c.key).where(
        run_stages.c.run == run_id, run_stages.c.stage == "register"
    )
    same = (
        sa.select(sa.func.max(runs.c.registration))
        .join(run_stages, run_stages.c.run == runs.c.id)
        .where(
            run_stages.c.stage == "register",
            run_stages.c.key == mine.scalar_subquery(),
            sa.exists().where(qualifications.c.registration == runs.c.registration),
        )
    )
    recorded = qualifications.c.registration == same.scalar_subquery()
    return sa.select(*columns).where(recorded).order_by(qualifications.c.id)


def consent_tables(store: Store, run_id: RunId) -> Iterator[TableRef]:
    """The tables of consents that the run's `register` stage left."""
    query = (
        sa.select(stage_results.c.tables)
        .join(run_stages, run_stages.c.key == stage_results.c.key)
        .where(run_stages.c.run == run_id, run_stages.c.stage == "register")
    )
    with store.engine.connect() as connection:
        text = connection.execute(query).scalar()
    tables = () if text is None else from_json(tuple[TableRef, ...], str(text))
    yield from (table for table in tables if table.kind == "consents" and table.rows)


_FIELDS = ("first", "last", "suspended")


def _day(moment: datetime | None) -> date | None:
    return None if moment is None else moment.date()
