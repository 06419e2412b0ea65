"""The scan of some files: records in bounded memory, evidence in parts, the marker last."""

import functools
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa

from connectors.location import locate, unreadable
from connectors.object_errors import changed
from connectors.object_store import StoredObject
from connectors.reading import read
from pipelines.engine.base import Summary
from pipelines.kernels.pseudonym import keyed_digests
from pipelines.model.evidence import TableRef
from pipelines.stages.base import Silent
from pipelines.stages.figures import Figures, merged
from pipelines.stages.ingest import hashed
from pipelines.stages.keywords import Searching
from pipelines.stages.shard_figures import BlockFigures, quarantine_figures
from pipelines.stages.shard_files import write_whole
from pipelines.stages.shard_plan import Batch, BatchResult, Plan, Shard, read_plan
from pipelines.stages.shard_record import kept_result, marker_of
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


def scan_batch(item: str) -> Summary:
    """The files that the Batch in `item` describes are scanned; its BatchResult as `result`.

    Idempotent: the result of an earlier scan under the same key is found by its marker, so that
    a scan that was killed goes on batch by batch.

    Raises:
        EvidenceError: a file is not the one that was hashed.
        ConnectorError: a file cannot be opened.
    """
    batch = from_json(Batch, item)
    plan = read_plan(batch.plan)
    key, key_id = identifier_key(plan.settings)
    result = kept_result(batch, plan, key_id)
    if result is None:
        keyed = functools.partial(keyed_digests, key=key, key_id=key_id)
        scanning = _Scanning(plan, keyed)
        for shard in batch.shards:
            scanning.scan(shard)
        result = scanning.result(batch)
        write_whole(marker_of(batch, plan, key_id), to_json(result))
    return {"result": to_json(result), "error": None}


@contextmanager
def unchanged(plan: Plan, shard: Shard) -> Iterator[Path | StoredObject]:
    """The file of `shard`, which has the digest it was ingested with from begin to end.

    A local file is hashed before it is read, and its times are compared after; an object is held
    to one version while it is read, and hashed from what is read.

    Raises:
        EvidenceError: it has not.
    """
    found = locate(plan.root, shard.file)
    if isinstance(found, StoredObject):
        yield found
        if found.digest() != shard.digest:
            raise changed(shard.file)
        return
    before = _stamp(found)
    if before[0] != shard.bytes or hashed(found, Silent())[0] != shard.digest:
        raise changed(shard.file)
    yield found
    if _stamp(found) != before:
        raise changed(shard.file)


def _stamp(path: Path) -> tuple[int, int, int, int]:
    """What no writer leaves as it was: size, times of content and of metadata, place on disk."""
    try:
        found = path.stat()
    except OSError as error:
        raise unreadable(path.name, error) from error
    return found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino


class _Scanning:
    """The files of one batch, one after the other, into the same tables."""

    def __init__(self, plan: Plan, keyed: Keyed) -> None:
        store = EvidenceStore(plan.settings.evidence)
        self._plan = plan
        self._keyed = keyed
        self._records = Parts(store, "records")
        self._hits = Parts(store, "hits")
        self._keywords = Parts(store, "keywords")
        self._searching = Searching.of(plan)
        self._quarantine = Parts(store, "quarantine")
        self._empty = 0
        self._valid = 0
        self._figures = Figures()

    def scan(self, shard: Shard) -> None:
        """Take the records of the file, what was found in them, and what is no record."""
        plan = self._plan
        with unchanged(plan, shard) as found:
            for block in read(found, shard.request(plan)):
                if block.quarantined:
                    quarantined = quarantine_table(block.quarantined, shard)
                    self._figures = merged([self._figures, quarantine_figures(quarantined)])
                    self._quarantine.add(quarantined)
                if block.batch.num_rows == 0:
                    continue
                table = record_table(block.batch, shard, plan, self._keyed, self._searching)
                self._empty += table["bands"].null_count
                self._records.add(table)
                figures = BlockFigures(table)
                if self._searching is not None:
                    keywords = self._searching.found(block.batch, shard.file)
                    figures.add_keywords(keywords)
                    self._keywords.add(keywords)
                for hits in hit_tables(block.batch, shard, plan.inspected, self._keyed):
                    self._valid += valid_hits(hits)
                    figures.add_hits(hits)
                    self._hits.add(hits)
                self._figures = merged([self._figures, figures.counted()])

    def result(self, batch: Batch) -> BatchResult:
        """What was found, all of it written."""
        kinds = (self._records, self._hits, self._keywords, self._quarantine)
        return BatchResult(
            ordinal=batch.shards[0].ordinal,
            files=len(batch.shards),
            bytes=sum(shard.bytes for shard in batch.shards),
            records=self._records.rows,
            empty=self._empty,
            quarantined=self._quarantine.rows,
            hits=self._hits.rows,
            valid_hits=self._valid,
            keywords=self._keywords.rows,
            parts=tuple(ref for parts in kinds for ref in parts.done()),
            figures=self._figures,
        )


class Parts:
    """Tables of one kind, written whenever PART_ROWS have come together."""

    def __init__(self, store: EvidenceStore, kind: str) -> None:
        self.rows = 0
        self._store = store
        self._kind = kind
        self._waiting: list[pa.Table] = []
        self._rows_waiting = 0
        self._refs: list[TableRef] = []

    def add(self, table: pa.Table) -> None:
        """Take the rows of `table`."""
        self.rows += table.num_rows
        self._waiting.append(table)
        self._rows_waiting += table.num_rows
        if self._rows_waiting >= PART_ROWS:
            self._write()

    def done(self) -> Iterator[TableRef]:
        """Every table, the last rows written."""
        if self._waiting:
            self._write()
        yield from self._refs

    def _write(self) -> None:
        self._refs.append(self._store.write(self._kind, pa.concat_tables(self._waiting)))
        self._waiting, self._rows_waiting = [], 0
