"""Parquet: batches of a bounded number of rows, scalars as text."""

import hashlib
import sys
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from connectors.base import BLOCK_BYTES, BLOCK_ROWS, Block, Location, ReadRequest, Reason
from connectors.framing import Fault
from connectors.parquet_pages import (
    dictionary_bytes,
    dictionary_page,
    first_page,
    longest_in_dictionary,
)
from connectors.parquet_values import as_texts, lengths, raw_bytes
from connectors.records import Gathering, Rows, only, padded, present
from pipelines.model.ids import Digest, digest_of

_MAGIC = b"PAR1"
_BUFFER_BYTES = 1024 * 1024
_EXPANDED_BYTES = 8 * BLOCK_BYTES
"""What a batch may hold if every value of it were the whole dictionary."""
_ERRORS = (pa.ArrowException, OSError, OverflowError)


def read_parquet(
    path: Location, request: ReadRequest, *, wanted: Rows | None = None
) -> Iterator[Block]:
    """The rows of a Parquet file; the rest of a broken row group is one item of unknown extent.

    Memory follows the largest page of the file: a page is decoded as a whole.
    """
    source = path if isinstance(path, Path) else path.open("rb")
    try:
        file = pq.ParquetFile(source, pre_buffer=False, buffer_size=_BUFFER_BYTES)
    except _ERRORS:
        if wanted is None:
            yield from only(request.columns, _unreadable(path))
        return
    with file:
        columns = present(request, file.schema_arrow.names)
        narrowed = replace(request, columns=columns)
        found = _RowGroups(path, file, narrowed, wanted).blocks()
        yield from padded(found, request.columns)


def _unreadable(path: Location) -> Fault:
    """TRUNCATED for a file that begins as Parquet and does not end so, else UNREADABLE."""
    size = path.stat().st_size
    with path.open("rb") as file:
        start = file.read(4)
        file.seek(max(0, size - 4))
        cut = start == _MAGIC and file.read(4) != _MAGIC
        file.seek(0)
        sha = hashlib.sha256()
        while chunk := file.read(_BUFFER_BYTES):
            sha.update(chunk)
    digest = Digest("sha256:" + sha.hexdigest())
    reason = Reason.TRUNCATED if cut else Reason.UNREADABLE
    return Fault(reason=reason, digest=digest, bytes=size, extent="unknown")


class _RowGroups:
    """One pass over the row groups of a file."""

    def __init__(
        self, path: Location, file: pq.ParquetFile, request: ReadRequest, wanted: Rows | None
    ) -> None:
        self._path = path
        self._file = file
        self._columns = request.columns
        self._limit = request.max_record_bytes
        self._wanted = wanted
        present = set(file.schema_arrow.names)
        self._absent = bool(set(request.columns) - present)
        self._gathering = Gathering(request.columns)

    def blocks(self) -> Iterator[Block]:
        """The rows in order; with `wanted` only those, without what is quarantined."""
        begin = 0
        for group in range(self._file.num_row_groups):
            end = begin + self._file.metadata.row_group(group).num_rows
            if self._wants(begin, end):
                yield from self._group(group, begin, end)
            begin = end
        yield from self._gathering.rest()

    def _wants(self, begin: int, end: int) -> bool:
        if self._wanted is None:
            return True
        first, last = np.searchsorted(self._wanted, (begin, end))
        return bool(last > first)

    def _group(self, group: int, begin: int, end: int) -> Iterator[Block]:
        row = begin
        try:
            for batch in self._batches(group):
                yield from self._batch(batch, row)
                row += batch.num_rows
                if not self._wants(row, end):
                    break
        except _ERRORS:
            if self._wanted is None:
                fault = Fault(
                    reason=Reason.UNREADABLE, digest=digest_of(b""), bytes=0, extent="unknown"
                )
                yield from self._gathering.quarantine(row, fault)

    def _batches(self, group: int) -> Iterator[pa.RecordBatch]:
        """The wanted columns of a row group; where one is absent, only rows to be counted."""
        columns: list[str] = list(self._columns)
        if self._absent or not columns:
            columns = self._narrowest(group)
        rows = self._batch_rows(group, columns)
        yield from self._file.iter_batches(
            batch_size=rows, row_groups=[group], columns=columns, use_threads=False
        )

    def _narrowest(self, group: int) -> list[str]:
        metadata = self._file.metadata.row_group(group)
        leaves = [metadata.column(place) for place in range(metadata.num_columns)]
        narrowest = min(leaves, key=lambda leaf: leaf.total_uncompressed_size, default=None)
        return [] if narrowest is None else [narrowest.path_in_schema]

    def _batch_rows(self, group: int, columns: list[str]) -> int:
        """Rows a batch, so that neither usual values nor a repeated huge one fill the memory."""
        metadata = self._file.metadata.row_group(group)
        plain: int = 0
        expanded: int = 0
        dictionaries: list[tuple[pq.ColumnChunkMetaData, int]] = []
        with self._path.open("rb") as file:
            for place in range(metadata.num_columns):
                leaf = metadata.column(place)
                if leaf.path_in_schema.split(".")[0] not in columns:
                    continue
                plain += leaf.total_uncompressed_size
                try:
                    page = dictionary_page(file, leaf, self._file.metadata.created_by)
                except ValueError:  # the decoder will meet the damage, if it is any
                    return 1
                if page is not None:
                    expanded += dictionary_bytes(file, page)
                    dictionaries.append((leaf, page))
            usual: int = BLOCK_BYTES * max(1, metadata.num_rows) // max(1, plain)
            rows = min(BLOCK_ROWS, usual)
            if rows * expanded > _EXPANDED_BYTES:
                # no row is larger than all values together; how large one can be, the values tell
                longest = sum(self._longest_value(file, group, *one) for one in dictionaries)
                expanded = min(expanded, longest)
        return max(1, min(rows, _EXPANDED_BYTES // max(1, expanded)))

    def _longest_value(
        self, file: BinaryIO, group: int, leaf: pq.ColumnChunkMetaData, page: int
    ) -> int:
        """Bytes of the longest value in the dictionary of `leaf`, which is at `page`."""
        if leaf.physical_type == "BYTE_ARRAY":
            found = longest_in_dictionary(file, page, leaf.compression)
            if found is not None:
                return found
        if page != first_page(leaf):
            return sys.maxsize  # the first value that Arrow gives is not of the dictionary
        name = leaf.path_in_schema
        source = self._path if isinstance(self._path, Path) else self._path.open("rb")
        options = {"pre_buffer": False, "buffer_size": _BUFFER_BYTES}
        with pq.ParquetFile(source, read_dictionary=[name], **options) as decoded:
            first = next(decoded.iter_batches(1, row_groups=[group], columns=[name]), None)
            column = None if first is None or first.num_columns != 1 else first.column(0)
            if not isinstance(column, pa.DictionaryArray):
                return sys.maxsize  # a type whose values Arrow does not leave in a dictionary
            return int(pc.max(pc.binary_length(column.dictionary)).as_py() or 0)

    def _batch(self, batch: pa.RecordBatch, begin: int) -> Iterator[Block]:
        rows: Rows = np.arange(begin, begin + batch.num_rows, dtype=np.int64)
        if self._wanted is not None:
            rows = self._wanted[slice(*np.searchsorted(self._wanted, (begin, rows[-1] + 1)))]
            batch = batch.take(pa.array(rows - begin))
        if self._absent:
            absent = dict.fromkeys(range(batch.num_rows), Reason.COLUMN_ABSENT)
            yield from self._faults(batch, rows, absent)
            return
        columns = [batch.column(name) for name in self._columns]
        texts = []
        faults: dict[int, Reason] = {}
        for column in columns:
            text, without = as_texts(column)
            texts.append(text)
            faults = without | faults
        sizes = sum((lengths(text) for text in texts), start=np.zeros(len(rows), np.int64))
        large = np.flatnonzero(sizes > self._limit).tolist()
        faults |= dict.fromkeys(large, Reason.TOO_LARGE)
        yield from self._good(rows, texts, sizes, faults)
        yield from self._faults(batch, rows, faults)

    def _good(
        self, rows: Rows, texts: list[pa.Array], sizes: Rows, faults: Mapping[int, Reason]
    ) -> Iterator[Block]:
        """Hand the good rows on in parts that fit a block."""
        good = np.delete(np.arange(len(rows)), sorted(faults))
        if faults:
            texts = [text.take(pa.array(good)) for text in texts]
        ends = np.cumsum(sizes[good])
        start = 0
        while start < len(good):
            before = ends[start - 1] if start else 0
            stop = max(start + 1, int(np.searchsorted(ends, before + BLOCK_BYTES, side="right")))
            columns = [text.slice(start, stop - start) for text in texts]
            size = int(ends[stop - 1] - before)
            yield from self._gathering.add(rows[good[start:stop]], columns, size)
            start = stop

    def _faults(
        self, batch: pa.RecordBatch, rows: Rows, faults: Mapping[int, Reason]
    ) -> Iterator[Block]:
        if self._wanted is not None:
            return
        for position, reason in sorted(faults.items()):
            raw = b""
            if not self._absent:
                raw = b"\n".join(raw_bytes(batch.column(name), position) for name in self._columns)
            fault = Fault(reason=reason, digest=digest_of(raw), bytes=len(raw))
            yield from self._gathering.quarantine(int(rows[position]), fault)
