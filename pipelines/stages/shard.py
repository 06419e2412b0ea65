"""The scan of one file: its records in bounded memory, its evidence in parts, its marker last."""

import functools
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pyarrow as pa

from connectors.reading import read
from pipelines.engine.base import Summary
from pipelines.kernels.pseudonym import keyed_digest
from pipelines.model.errors import EvidenceError
from pipelines.model.evidence import TableRef
from pipelines.model.message import msg
from pipelines.stages.shard_files import write_whole
from pipelines.stages.shard_plan import Plan, Shard, ShardResult, read_plan
from pipelines.stages.shard_tables import (
    Keyed,
    hit_tables,
    quarantine_table,
    record_table,
    valid_hits,
)
from pipelines.store.codec import from_json, to_json
from pipelines.store.evidence import EvidenceStore
from pipelines.store.keys import identifier_key

PART_ROWS = 65_536
"""Rows of an evidence table at most, give or take a block: memory does not grow with the file."""


def scan_file(item: str) -> Summary:
    """The file that the Shard in `item` describes is scanned; its ShardResult as `result`.

    Idempotent: the result of an earlier scan under the same key is found by its marker, so that
    a scan that was killed goes on file by file.

    Raises:
        EvidenceError: the file is not the one that was hashed.
        ConnectorError: the file cannot be opened.
    """
    shard = from_json(Shard, item)
    plan = read_plan(shard.plan)
    key, key_id = identifier_key(plan.settings)
    marker = plan.settings.evidence / "shards" / f"{shard.key(plan, key_id)}.json"
    result = _kept(marker, shard)
    if result is None:
        keyed = functools.partial(keyed_digest, key=key, key_id=key_id)
        result = _scan(shard, plan, keyed)
        write_whole(marker, to_json(result))
    return {"result": to_json(result), "error": None}


def _kept(marker: Path, shard: Shard) -> ShardResult | None:
    """The result of an earlier scan, if all of its tables are still there."""
    if not marker.exists():
        return None
    kept = from_json(ShardResult, marker.read_text(encoding="ascii"))
    whole = all(Path(part.uri).exists() for part in kept.parts)
    return replace(kept, ordinal=shard.ordinal) if whole else None


def _scan(shard: Shard, plan: Plan, keyed: Keyed) -> ShardResult:
    path = plan.root / shard.file
    if path.stat().st_size != shard.bytes:
        raise EvidenceError(
            msg("{file} was changed while it was being audited", file=shard.file),
            advice=msg("audit again once nothing writes to the files any more"),
        )
    store = EvidenceStore(plan.settings.evidence)
    records, hits, quarantine = (Parts(store, kind) for kind in ("records", "hits", "quarantine"))
    empty, valid = 0, 0
    for block in read(path, shard.request(plan)):
        if block.quarantined:
            quarantine.add(quarantine_table(block.quarantined, shard))
        if block.batch.num_rows == 0:
            continue
        table = record_table(block.batch, shard, plan, keyed)
        empty += table["bands"].null_count
        records.add(table)
        for found in hit_tables(block.batch, shard, plan.inspected, keyed):
            valid += valid_hits(found)
            hits.add(found)
    return ShardResult(
        file=shard.file,
        ordinal=shard.ordinal,
        quarantined=quarantine.rows,
        empty=empty,
        valid_hits=valid,
        parts=tuple(ref for parts in (records, hits, quarantine) for ref in parts.done()),
        records=records.rows,
        hits=hits.rows,
    )


class Parts:
    """Tables of one kind, written whenever PART_ROWS have come together."""

    def __init__(self, store: EvidenceStore, kind: str) -> None:
        self.rows = 0
        self._store = store
        self._kind = kind
        self._waiting: list[pa.Table] = []
        self._refs: list[TableRef] = []

    def add(self, table: pa.Table) -> None:
        """Take the rows of `table`."""
        self.rows += table.num_rows
        self._waiting.append(table)
        if sum(part.num_rows for part in self._waiting) >= PART_ROWS:
            self._write()

    def done(self) -> Iterator[TableRef]:
        """Every table, the last rows written."""
        if self._waiting:
            self._write()
        yield from self._refs

    def _write(self) -> None:
        self._refs.append(self._store.write(self._kind, pa.concat_tables(self._waiting)))
        self._waiting = []
