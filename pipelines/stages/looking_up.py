"""Texts that arrived, looked up among those that were there: what `met_keys` answers by SQL.

The flat tables of what was there go by in batches, column by column; what is held in memory are the
keys of the texts that arrived, and the rows that have one.
"""

from collections.abc import Iterator, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from pipelines.kernels.lookup import Lookup
from pipelines.kernels.shingles import SIZE
from pipelines.model.evidence import LONGEST_COMPARED
from pipelines.stages.placing import BAND_COLUMNS

MOST_LOOKED_UP = 100_000
"""Texts whose keys, some 60 MB, are looked up at a time."""

ROW = {"high": "text_high", "low": "text_low", "chars": "chars", "sources": "source"}
Rows = dict[str, NDArray[np.int64]]
"""Parallel arrays: `places`, and those of ROW."""
_BATCH = 65_536


def no_rows(*names: str) -> Rows:
    """Arrays called `names` without entries."""
    return {name: np.empty(0, np.int64) for name in names}


def together(parts: Sequence[Rows], *names: str) -> Rows:
    """The arrays called `names` of all `parts`, one part after the other."""
    if not parts:
        return no_rows(*names)
    return {name: np.concatenate([part[name] for part in parts]) for name in names}


def equal_rows(there: Sequence[str], high: NDArray[np.int64], low: NDArray[np.int64]) -> Rows:
    """The rows of the flat tables `there` whose text has one of the hashes (`high`, `low`)."""
    lookup, wanted = Lookup(high), np.unique(_pairs(high, low))
    found = []
    for batch in _batches(there, "place", *ROW.values()):
        columns = {"places": _values(batch, "place")}
        columns |= {ours: _values(batch, name) for ours, name in ROW.items()}
        rows = lookup.rows(columns["high"])
        rows = rows[np.isin(_pairs(columns["high"][rows], columns["low"][rows]), wanted)]
        if len(rows):
            found.append({name: column[rows] for name, column in columns.items()})
    return together(found, "places", *ROW)


def met_rows(
    there: Sequence[str], new: str, later: NDArray[np.int64], size: int
) -> tuple[list[Rows], Rows]:
    """The keys of the texts in the flat table `new`, and of others where they have one of these.

    `size` bands at a time: for each so many an array of `keys` and one of `places`. Then the rows
    of all these texts. Places in `later`, ascending, repeat an earlier text and do not count.
    """
    came = pq.read_table(new)
    came = came.filter(pa.array(_compared(_values(came, "chars"))))
    met: list[list[Rows]] = [[] for _ in range(0, len(BAND_COLUMNS), size)]
    lookups = []
    for band, name in enumerate(BAND_COLUMNS):
        keys = _values(came, name)
        met[band // size].append({"keys": keys, "places": _values(came, "place")})
        lookups.append(Lookup(keys))
    own = [_rows(came)]
    for batch in _batches(there, "place", *ROW.values(), *BAND_COLUMNS):
        compared = _compared(_values(batch, "chars"))
        places, hit = _values(batch, "place"), np.zeros(len(batch), np.bool_)
        for band, (name, lookup) in enumerate(zip(BAND_COLUMNS, lookups, strict=True)):
            keys = _values(batch, name)
            rows = lookup.rows(keys)
            rows = rows[compared[rows]]
            if len(rows):
                rows = rows[~np.isin(places[rows], later)]
                met[band // size].append({"keys": keys[rows], "places": places[rows]})
                hit[rows] = True
        if hit.any():
            own.append(_rows(batch.filter(pa.array(hit))))
    parts = [together(part, "keys", "places") for part in met]
    return parts, together(own, "places", *ROW)


def _rows(table: pa.Table | pa.RecordBatch) -> Rows:
    found = {ours: _values(table, name) for ours, name in ROW.items()}
    return {"places": _values(table, "place"), **found}


def _values(table: pa.Table | pa.RecordBatch, name: str) -> NDArray[np.int64]:
    values: NDArray[np.int64] = table.column(name).to_numpy()
    return values


def _compared(chars: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Whether texts of so many code points are compared for more than equality."""
    return (chars >= SIZE) & (chars <= LONGEST_COMPARED)


def _pairs(high: NDArray[np.int64], low: NDArray[np.int64]) -> NDArray[np.void]:
    """Both numbers of each text as one value."""
    both = np.ascontiguousarray(np.stack([high, low], axis=1))
    return both.view(np.dtype((np.void, 16))).ravel()


def _batches(paths: Sequence[str], *names: str) -> Iterator[pa.RecordBatch]:
    for path in paths:
        with pq.ParquetFile(path, memory_map=True) as file:
            yield from file.iter_batches(_BATCH, columns=list(names))
