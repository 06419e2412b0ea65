"""Texts that arrived, looked up among those that were there: what `met_keys` answers by SQL.

The flat tables of what was there go by in batches, column by column; what is held in memory are the
keys of the texts that arrived, and the rows that have one, of which alone other columns are read.
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
_HIGH = (ROW["high"],)
_NO_ROWS: NDArray[np.int64] = np.empty(0, np.int64)


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
    for path in there:
        with pq.ParquetFile(path, memory_map=True) as file:
            alike = [begin + lookup.rows(column) for begin, (column,) in _columns(file, _HIGH)]
            columns = _read_rows(file, np.concatenate([_NO_ROWS, *alike]))
        equal = np.isin(_pairs(columns["high"], columns["low"]), wanted)
        found.append({name: column[equal] for name, column in columns.items()})
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
    for path in there:
        with pq.ParquetFile(path, memory_map=True) as file:
            hits = [
                (band, begin + rows, keys[rows])
                for begin, columns in _columns(file, BAND_COLUMNS)
                for band, (keys, lookup) in enumerate(zip(columns, lookups, strict=True))
                if len(rows := lookup.rows(keys))
            ]
            every = np.unique(np.concatenate([_NO_ROWS, *(rows for _, rows, _ in hits)]))
            found = _read_rows(file, every)
        counts = _compared(found["chars"]) & ~np.isin(found["places"], later)
        for band, rows, keys in hits:
            at = np.searchsorted(every, rows)
            at, keys = at[counts[at]], keys[counts[at]]
            met[band // size].append({"keys": keys, "places": found["places"][at]})
        own.append({name: column[counts] for name, column in found.items()})
    parts = [together(part, "keys", "places") for part in met]
    return parts, together(own, "places", *ROW)


def _columns(
    file: pq.ParquetFile, names: Sequence[str]
) -> Iterator[tuple[int, list[NDArray[np.int64]]]]:
    """The columns `names` in batches, each with the number of its first row in the file."""
    begin = 0
    for batch in file.iter_batches(_BATCH, columns=list(names)):
        yield begin, [_values(batch, name) for name in names]
        begin += len(batch)


def _read_rows(file: pq.ParquetFile, rows: NDArray[np.int64]) -> Rows:
    """What ROW says of the texts in the ascending `rows`; no row group without one is read."""
    told = file.metadata
    sizes = np.array([told.row_group(n).num_rows for n in range(told.num_row_groups)], np.int64)
    ends = np.cumsum(sizes)
    group = np.searchsorted(ends, rows, side="right")
    groups, of = np.unique(group, return_inverse=True)
    moved = (ends - sizes)[groups] - (np.cumsum(sizes[groups]) - sizes[groups])
    names = ["place", *ROW.values()]
    table = file.read_row_groups(groups.tolist(), columns=names, use_threads=False)
    return _rows(table.take(pa.array(rows - moved[of])))


def _rows(table: pa.Table) -> Rows:
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
