"""The place of a record among all records as one number, and the flat tables that carry it.

The place is ordinal of the file * 2**40 + row: places are in the order of the records, and SQL
compares and joins them without strings. A flat table has one row for each text that is not empty.
"""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from pipelines.engine.base import Summary
from pipelines.model.evidence import BANDS

ROW_BITS = 40
BAND_COLUMNS = tuple(f"b{band:02d}" for band in range(BANDS))
"""One column a band: a list column would need another SQL in each engine."""

FLAT = pa.schema(
    [
        ("place", pa.int64()),
        ("text_high", pa.int64()),
        ("text_low", pa.int64()),
        ("chars", pa.int64()),  # code points of the normalised text, above 0
        *((name, pa.int64()) for name in BAND_COLUMNS),
    ]
)


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
) -> pa.Table:
    """A FLAT table from arrays of n texts: `hashes` (n, 2), `bands` (n, BANDS)."""
    columns = [place, hashes[:, 0], hashes[:, 1], chars]
    columns += [np.ascontiguousarray(bands[:, band]) for band in range(BANDS)]
    return pa.table([pa.array(column) for column in columns], schema=FLAT)


def flatten(item: str, *, ordinals: Mapping[str, int], folder: str) -> Summary:
    """The `records` evidence table at path `item` as a flat table in `folder`: where, and counts.

    Gives `out` (a path, or None when every text is empty), `records` and `empty`.
    """
    names = ["file", "row", "text_hash_high", "text_hash_low", "normal_chars", "bands"]
    table = pq.read_table(item, columns=names)
    texts = table.filter(pc.greater(table["normal_chars"], 0))
    counts = {"records": table.num_rows, "empty": table.num_rows - texts.num_rows}
    if texts.num_rows == 0:
        return {"item": item, "out": None, **counts}
    ordinal = np.array([ordinals[name] for name in texts["file"].to_pylist()], np.int64)
    bands = texts["bands"].combine_chunks().flatten().to_numpy().reshape(-1, BANDS)
    hashes = [texts[name].to_numpy() for name in ("text_hash_high", "text_hash_low")]
    flat = flat_table(
        (ordinal << ROW_BITS) + texts["row"].to_numpy(),
        np.stack(hashes, axis=1),
        texts["normal_chars"].to_numpy(),
        bands,
    )
    out = Path(folder) / Path(item).name
    pq.write_table(flat, out, compression="zstd", compression_level=1)
    return {"item": item, "out": str(out), **counts}
