"""Records, hits and pairs of two runs in memory, as arrays by which they can be compared.

Rows of both runs lie in one array: those of the run before, then, from `split` on, those of the
run after. A place is the ordinal of a file and a row, as in `placing`; the ordinal is where the
name of the file stands among all names in question, ascending.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from pipelines.model.evidence import KEYS, TableRef
from pipelines.stages.placing import ROW_BITS, ordinals_of
from pipelines.stages.placing import rows_of as row_numbers
from pipelines.stages.tables_to_compare import SIDES, BySide
from pipelines.store.evidence import EvidenceStore

RECORD = ("file", "row", "record_digest")
CHANGES = pa.schema(
    [
        ("what", pa.string()),  # record | hit | pair
        ("kind", pa.string()),  # added | removed | changed | moved
        ("before_file", pa.string()),
        ("before_row", pa.int64()),
        ("after_file", pa.string()),
        ("after_row", pa.int64()),
        ("detail", pa.string()),  # type and tier of a hit, method of a pair
    ]
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """Records of both runs; parallel arrays, of each run by place."""

    names: pa.Array
    """Of files, ascending."""
    places: NDArray[np.int64]
    digests: pa.Array
    split: int

    def at(self, places: NDArray[np.int64], split: int) -> NDArray[np.int64]:
        """Which record stands at each of `places` of its own run; -1 where none does."""
        was = found(self.places[: self.split], places[:split])
        now = found(self.places[self.split :], places[split:])
        return np.concatenate((was, np.where(now < 0, now, now + self.split)))

    def changed(self) -> NDArray[np.int64]:
        """The places, ascending, at which the two runs do not have the same record."""
        kinds = codes_of(self.digests)
        was, now = self.places[: self.split], self.places[self.split :]
        at = found(now, was)
        same = at >= 0
        same[same] = kinds[: self.split][same] == kinds[self.split :][at[same]]
        return np.setdiff1d(self.places, was[same])


def placed(records: pa.Table, split: int, names: pa.Array) -> Placed:
    """`records`, with the columns RECORD, whose files are all in `names`."""
    at = places_in(names, records["file"], records["row"])
    order = in_order(at, split)
    digests = records["record_digest"].combine_chunks().take(pa.array(order))
    return Placed(names=names, places=at[order], digests=digests, split=split)


def count(tables: BySide) -> int:
    """Rows of the tables of both runs."""
    return sum(table.rows for held in tables.values() for table in held)


def read(
    evidence: EvidenceStore, kind: str, tables: BySide, columns: Sequence[str]
) -> tuple[pa.Table, int]:
    """The `columns` of the tables of both runs, and how many rows are of the run before.

    Raises:
        EvidenceError: a table is gone or cannot be read.
    """
    sides = [read_all(evidence, kind, tables.get(side, ()), columns) for side in SIDES]
    return pa.concat_tables(sides), sides[0].num_rows


def read_all(
    evidence: EvidenceStore, kind: str, tables: Sequence[TableRef], columns: Sequence[str]
) -> pa.Table:
    """The `columns` of all `tables`; no rows where there is none."""
    empty = KEYS[kind][0].empty_table().select(list(columns))
    return pa.concat_tables([empty, *(evidence.read(table, columns=columns) for table in tables)])


def names_of(*columns: pa.ChunkedArray) -> pa.Array:
    """The names in `columns`, each once, ascending by their bytes, as SQL has them in order."""
    chunks = [chunk for column in columns for chunk in column.chunks]
    names = pc.unique(pa.chunked_array(chunks, pa.string()))
    return names.take(pc.sort_indices(names))


def places_in(names: pa.Array, files: pa.ChunkedArray, rows: pa.ChunkedArray) -> NDArray[np.int64]:
    """The place of each row; of a file that is not in `names`, one where nothing stands."""
    ordinals = pc.fill_null(pc.index_in(files, value_set=names), -1).to_numpy().astype(np.int64)
    places: NDArray[np.int64] = (ordinals << ROW_BITS) + rows.to_numpy()
    return np.where(ordinals < 0, -1, places)


def in_order(at: NDArray[np.int64], split: int) -> NDArray[np.int64]:
    """The rows of the run before by their place in `at`, then those of the run after."""
    sides = np.arange(len(at)) >= split
    order: NDArray[np.int64] = np.lexsort((at, sides))
    return order


def found(among: NDArray[np.int64], wanted: NDArray[np.int64]) -> NDArray[np.int64]:
    """Where each of `wanted` stands in `among`, which ascends; -1 where it does not."""
    if not len(among):
        return np.full(len(wanted), -1, np.int64)
    at = np.minimum(np.searchsorted(among, wanted), len(among) - 1)
    return np.where(among[at] == wanted, at, -1)


def codes_of(values: pa.Array | pa.ChunkedArray) -> NDArray[np.int64]:
    """A number from 0 for each of `values`, which are not null; equal where they are."""
    whole = values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values
    codes: NDArray[np.int64] = whole.dictionary_encode().indices.to_numpy().astype(np.int64)
    return codes


def came_and_went(
    what: str,
    rows: NDArray[np.int64],
    split: int,
    names: pa.Array,
    places: NDArray[np.int64],
    detail: pa.ChunkedArray | None = None,
) -> list[pa.Table]:
    """Tables of CHANGES: `rows` of the run after came, those of the run before went."""
    went, came = rows[rows < split], rows[rows >= split]
    told = [None if detail is None else detail.take(pa.array(chosen)) for chosen in (came, went)]
    return [
        changes_at(what, "added", names, None, places[came], told[0]),
        changes_at(what, "removed", names, places[went], None, told[1]),
    ]


def changes_at(
    what: str,
    kind: str,
    names: pa.Array,
    before: NDArray[np.int64] | None,
    after: NDArray[np.int64] | None,
    detail: pa.ChunkedArray | None = None,
) -> pa.Table:
    """A table of CHANGES at the places `before` and `after`, one of which may be None."""
    given = before if before is not None else after
    length = 0 if given is None else len(given)
    columns: list[pa.Array | pa.ChunkedArray] = [
        pa.repeat(pa.scalar(text, pa.string()), length) for text in (what, kind)
    ]
    for at in (before, after):
        if at is None:
            columns += [pa.nulls(length, pa.string()), pa.nulls(length, pa.int64())]
        else:
            columns += [names.take(pa.array(ordinals_of(at))), pa.array(row_numbers(at))]
    columns.append(pa.nulls(length, pa.string()) if detail is None else detail)
    return pa.table(columns, schema=CHANGES)
