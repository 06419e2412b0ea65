"""What stages left, by the key of what decided it; a result on record is not computed again."""

import json
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from pipelines.model.audit import StageRecord
from pipelines.model.errors import EvidenceError
from pipelines.model.evidence import TableRef
from pipelines.model.ids import RunId
from pipelines.model.message import msg
from pipelines.store.codec import from_json, to_json
from pipelines.store.database import Store, writing
from pipelines.store.evidence import EvidenceStore
from pipelines.store.inserting import insert_once, insert_or_replace
from pipelines.store.removals import THERE_AGAIN, mark, removed_among
from pipelines.store.tables import run_stages, stage_results

_records = sa.select(
    run_stages.c.stage,
    run_stages.c.key,
    run_stages.c.reused,
    stage_results.c.summary,
    stage_results.c.tables,
).join(stage_results, run_stages.c.key == stage_results.c.key)


def find(store: Store, key: str) -> tuple[dict[str, object], tuple[TableRef, ...]] | None:
    """The summary and tables on record under `key`, if all its tables are still there and sound.

    A table that was removed under the retention rules is absent, also where a file bears its name.
    So is one whose file is damaged: the stage is carried out again, and writes it anew.
    """
    query = sa.select(stage_results).where(stage_results.c.key == key)
    with store.engine.connect() as connection:
        row = connection.execute(query).first()
        if row is None:
            return None
        tables = _tables(row.tables, store.evidence.root)
        if removed_among(connection, [table.digest for table in tables]):
            return None
    # used, and so left alone by a removal that has begun meanwhile
    if not all(store.evidence.use(table) for table in tables):
        return None
    return json.loads(row.summary), tables


def record(
    store: Store,
    run_id: RunId,
    stage: str,
    key: str,
    *,
    position: int,
    version: str,
    summary: str,
    tables: Sequence[TableRef],
    reused: bool,
    at: datetime,
) -> None:
    """`stage` of the run came out as the result under `key`; this is its done-marker.

    An earlier marker of the same stage gives way: a resumed run whose files have changed meanwhile
    audits what lies there now.
    """
    result = {
        "key": key,
        "stage": stage,
        "version": version,
        "summary": summary,
        "tables": to_json(tuple(tables)),
        "recorded_at": at,
    }
    marker = {
        "run": run_id,
        "stage": stage,
        "position": position,
        "key": key,
        "reused": reused,
        "recorded_at": at,
    }
    with writing(store.engine) as connection:
        insert_once(connection, stage_results, [result])
        insert_or_replace(connection, run_stages, marker)
        _there_again(connection, tables, at)


def _there_again(connection: sa.Connection, tables: Sequence[TableRef], at: datetime) -> None:
    """Tables that had been removed, and that a stage has written anew, are on record as such."""
    removed = removed_among(connection, [table.digest for table in tables])
    again = sorted({(table.kind, table.digest) for table in tables if table.digest in removed})
    mark(connection, again, THERE_AGAIN, entry=None, at=at)


def stages_of(store: Store, run_id: RunId) -> tuple[StageRecord, ...]:
    """The stages of the run that are done, in the order of the flow."""
    query = _records.where(run_stages.c.run == run_id).order_by(run_stages.c.position)
    with store.engine.connect() as connection:
        return tuple(_as_record(row, store) for row in connection.execute(query))


def stage_of(store: Store, run_id: RunId, stage: str) -> StageRecord:
    """The record of one stage of the run.

    Raises:
        EvidenceError: the stage has not been done in this run.
    """
    query = _records.where(run_stages.c.run == run_id, run_stages.c.stage == stage)
    with store.engine.connect() as connection:
        row = connection.execute(query).first()
    if row is not None:
        return _as_record(row, store)
    raise EvidenceError(
        msg("stage {stage} of run {run} has left nothing", stage=stage, run=run_id),
        advice=msg("run the audit again; it goes on where it stopped"),
    )


def _as_record(row: sa.Row[*tuple[Any, ...]], store: Store) -> StageRecord:
    return StageRecord(
        stage=row.stage,
        key=row.key,
        reused=row.reused,
        summary=json.loads(row.summary),
        tables=_tables(row.tables, store.evidence.root),
    )


@lru_cache(maxsize=32)
def _tables(text: str, root: Path) -> tuple[TableRef, ...]:
    """The tables in `text`: three for each file scanned, and every later stage asks for them."""
    evidence = EvidenceStore(root)
    return tuple(evidence.here(table) for table in from_json(tuple[TableRef, ...], text))


def stage_tables(store: Store, run_id: RunId, stage: str) -> list[TableRef]:
    """The evidence tables `stage` left."""
    return list(stage_of(store, run_id, stage).tables)


def stage_summary(store: Store, run_id: RunId, stage: str) -> dict[str, object]:
    """The summary `stage` left."""
    return dict(stage_of(store, run_id, stage).summary)
