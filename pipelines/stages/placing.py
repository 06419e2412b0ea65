"""The place of a record among all records as one number, and the flat tables that carry it.

The place is ordinal of the file * 2**40 + row: places are in the order of the records, and SQL
compares and joins them without strings. A flat table has one row for each text that is not empty.
The source of a record is its number in the sorted ids of the manifest: policy may prefer one.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from pipelines.engine.base import Summary
from pipelines.model.evidence import BANDS
from pipelines.ownership import temporary_name

ROW_BITS = 40
BAND_COLUMNS = tuple(f"b{band:02d}" for band in range(BANDS))
"""One column a band: a list column would need another SQL in each engine."""

NO_SOURCE = -1

FLAT = pa.schema(
    pa.field(name, pa.int64(), nullable=False)
    for name in (
        "place",
        "text_high",
        "text_low",
        "chars",  # code points of the normalised text, above 0
        "source",  # number of the source, NO_SOURCE where it cannot be told
        *BAND_COLUMNS,
    )
)
"""Without nulls, values lie in a file as they do in memory: to read them takes half the time."""


def places(ordinal: int, rows: NDArray[np.int64]) -> NDArray[np.int64]:
    """The places of `rows` of the file with `ordinal`."""
    return (np.int64(ordinal) << ROW_BITS) + rows


def ordinals_of(place: NDArray[np.int64]) -> NDArray[np.int64]:
    """The ordinal of the file of each place."""
    return place >> ROW_BITS


def rows_of(place: NDArray[np.int64]) -> NDArray[np.int64]:
    """The row of each place."""
    return place & ((np.int64(1) << ROW_BITS) - 1)


def flat_table(
    place: NDArray[np.int64],
    hashes: NDArray[np.int64],
    chars: NDArray[np.int64],
    bands: NDArray[np.int64],
    sources: NDArray[np.int64] | None = None,
) -> pa.Table:
    """A FLAT table from arrays of n texts: `hashes` (n, 2), `bands` (n, BANDS)."""
    if sources is None:
        sources = np.full(len(place), NO_SOURCE, np.int64)
    columns = [place, hashes[:, 0], hashes[:, 1], chars, sources]
    columns += [np.ascontiguousarray(bands[:, band]) for band in range(BANDS)]
    return pa.table([pa.array(column) for column in columns], schema=FLAT)


@contextmanager
def flat_writer(out: Path) -> Iterator[pq.ParquetWriter]:
    """Writes a FLAT table that is at `out`, whole, at the end: two workers may be at one item."""
    part = out.with_name(temporary_name())
    try:
        # hashes are as many bytes when they are compressed, and never repeat as values of words do
        with pq.ParquetWriter(part, FLAT, compression="none", use_dictionary=False) as writer:
            yield writer
        part.replace(out)
    finally:
        part.unlink(missing_ok=True)


def flatten(item: str, *, sources: Sequence[str], folder: str, alike: str | None = None) -> Summary:
    """The `records` evidence tables that `item` names as one flat table.

    `item` is a JSON list of [path, {file: its ordinal}]. Gives `out` (a path in `folder`, or None
    when it would have no row) and `counts`, of records and of empty texts in each table. With the
    path of a file that `keep_keys` wrote as `alike`, only texts that share one of its keys count.
    """
    out = Path(folder) / f"texts-{hashlib.sha256(item.encode()).hexdigest()[:32]}.parquet"
    counts: list[dict[str, int]] = []
    texts = 0
    with flat_writer(out) as writer:
        for path, ordinals in json.loads(item):
            records, flat = _flattened(path, ordinals, sources)
            counts.append({"records": records, "empty": records - flat.num_rows})
            if alike is not None:
                flat = flat.filter(shares_a_key(flat, alike))
            texts += flat.num_rows
            writer.write_table(flat)
    return {"item": item, "out": str(out) if texts else None, "counts": counts}


KEY_COLUMNS = ("text_high", *BAND_COLUMNS)
"""Columns of a flat table of which two texts share a value where they are equal or compared."""


def keep_keys(flat: Sequence[str], path: Path) -> None:
    """The keys of the texts in the `flat` tables are in the file at `path`."""
    tables = [pq.read_table(one, columns=list(KEY_COLUMNS)) for one in flat]
    columns = [table[name].to_numpy() for table in tables for name in KEY_COLUMNS]
    np.save(path, np.unique(np.concatenate(columns)), allow_pickle=False)


def shares_a_key(flat: pa.Table, path: str) -> pa.Array:
    """Whether each text of `flat` may be equal to, or compared with, one whose keys are kept."""
    keys = _kept_keys(path)
    there = np.zeros(flat.num_rows, np.bool_)
    for name in KEY_COLUMNS if len(keys) else ():
        values = flat[name].to_numpy()
        at = np.minimum(np.searchsorted(keys, values), len(keys) - 1)
        there |= keys[at] == values
    return pa.array(there)


@lru_cache(maxsize=1)
def _kept_keys(path: str) -> NDArray[np.int64]:
    keys: NDArray[np.int64] = np.load(path, mmap_mode="r", allow_pickle=False)
    return keys


def files_of(path: str) -> list[str]:
    """The files whose records are in the `records` evidence table at `path`."""
    names: list[str] = pq.read_table(path, columns=["file"])["file"].unique().to_pylist()
    return names


def _flattened(
    path: str, ordinals: Mapping[str, int], sources: Sequence[str]
) -> tuple[int, pa.Table]:
    """The number of records in a records table, and the flat table of its texts."""
    names = ["file", "row", "text_hash_high", "text_hash_low", "source", "normal_chars", "bands"]
    table = pq.read_table(path, columns=names)
    texts = table.filter(pc.greater(table["normal_chars"], 0))
    if texts.num_rows == 0:
        return table.num_rows, FLAT.empty_table()
    ordinal = np.array([ordinals[name] for name in texts["file"].to_pylist()], np.int64)
    source = pc.index_in(texts["source"], pa.array(sources, pa.string()))
    hashes = [texts[name].to_numpy() for name in ("text_hash_high", "text_hash_low")]
    flat = flat_table(
        (ordinal << ROW_BITS) + texts["row"].to_numpy(),
        np.stack(hashes, axis=1),
        texts["normal_chars"].to_numpy(),
        texts["bands"].combine_chunks().flatten().to_numpy().reshape(-1, BANDS),
        pc.fill_null(source, NO_SOURCE).to_numpy().astype(np.int64),
    )
    return table.num_rows, flat
