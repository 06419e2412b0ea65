"""Which texts are equal and which may be near, by SQL over the flat tables (see `placing`).

The queries keep to what DuckDB and Spark both understand, name no reserved word and assume no
order but the one they ask for.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from pipelines.engine.base import Engine
from pipelines.kernels.grouping import Groups, group
from pipelines.kernels.shingles import SIZE
from pipelines.model.evidence import LONGEST_COMPARED
from pipelines.stages.placing import BAND_COLUMNS

DISTINCT_TEXTS = """
SELECT texts.text_high, texts.text_low, MIN(texts.place) AS first_place, COUNT(*) AS copies,
  MAX(texts.chars) AS chars
FROM texts GROUP BY texts.text_high, texts.text_low
"""
COUNTS = f"""
SELECT COUNT(*) AS different, SUM(distinct_texts.copies) AS texts,
  SUM(CASE WHEN distinct_texts.chars > {LONGEST_COMPARED} THEN 1 ELSE 0 END) AS too_long
FROM distinct_texts
"""  # noqa: S608  a number of ours
REPEATED = """
SELECT texts.place AS place, distinct_texts.first_place AS first_place
FROM texts JOIN distinct_texts
  ON texts.text_high = distinct_texts.text_high AND texts.text_low = distinct_texts.text_low
WHERE distinct_texts.copies > 1 AND texts.place > distinct_texts.first_place
ORDER BY place
"""
# a text shorter than a shingle is like no other text
FIRSTS = f"""
SELECT texts.place, texts.chars, {", ".join(f"texts.{name}" for name in BAND_COLUMNS)}
FROM texts JOIN distinct_texts ON texts.place = distinct_texts.first_place
WHERE texts.chars >= {SIZE} AND texts.chars <= {LONGEST_COMPARED}
"""  # noqa: S608  names and numbers of ours
_KEYS = " UNION ALL ".join(
    f"SELECT firsts.place AS place, firsts.chars AS chars, firsts.{name} AS band_key FROM firsts"  # noqa: S608
    for name in BAND_COLUMNS
)
SHARED_KEYS = f"""
WITH band_keys AS ({_KEYS}),
shared AS (SELECT band_key FROM band_keys GROUP BY band_key HAVING COUNT(*) > 1)
SELECT band_keys.band_key AS band_key, band_keys.place AS place, band_keys.chars AS chars
FROM band_keys JOIN shared ON band_keys.band_key = shared.band_key
ORDER BY band_key, place
"""  # noqa: S608
MEMBERS = """
SELECT entries.place AS place, MAX(entries.chars) AS chars
FROM entries GROUP BY entries.place ORDER BY place
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidates:
    """Equal texts, and the texts that share a band key with another one."""

    texts: int
    """Records whose text is not empty."""
    different: int
    """Texts that are not equal to an earlier one."""
    too_long: int
    """Of these, the ones longer than LONGEST_COMPARED: none of them is a candidate."""
    repeated: NDArray[np.int64]
    """Places of the records whose text is equal to an earlier one, ascending."""
    firsts: NDArray[np.int64]
    """The place of the first record with the same text, parallel to `repeated`."""
    places: NDArray[np.int64]
    """Places of the candidates for near duplicates, in the order of judgement."""
    chars: NDArray[np.int64]
    """Code points of the normalised text of each candidate."""
    groups: Groups


def find_candidates(flat: Sequence[str], *, engine: Engine, folder: Path) -> Candidates:
    """The candidates among the texts of at least one `flat` table; works in `folder`."""

    def ask(query: str, out: str, tables: Mapping[str, str | Sequence[str]]) -> str:
        path = str(folder / f"{out}.parquet")
        engine.sql(query, tables, path)
        return path

    different = ask(DISTINCT_TEXTS, "distinct_texts", {"texts": flat})
    both: dict[str, str | Sequence[str]] = {"texts": flat, "distinct_texts": different}
    counts = engine.fetch(ask(COUNTS, "counts", {"distinct_texts": different}), 1).to_pylist()[0]
    repeated: NDArray[np.int64] = np.empty(0, np.int64)
    firsts = repeated
    if counts["texts"] > counts["different"]:
        repeated, firsts = _columns(ask(REPEATED, "repeated", both), "place", "first_place")
    entries = ask(SHARED_KEYS, "entries", {"firsts": ask(FIRSTS, "firsts", both)})
    members, chars = _columns(ask(MEMBERS, "members", {"entries": entries}), "place", "chars")
    order, groups = group(*_entries(entries, members), len(members))
    return Candidates(
        texts=int(counts["texts"]),
        different=int(counts["different"]),
        too_long=int(counts["too_long"]),
        repeated=repeated,
        firsts=firsts,
        places=members[order],
        chars=chars[order],
        groups=groups,
    )


def _entries(path: str, members: NDArray[np.int64]) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Number of the key, and of the member, of each entry; 8 bytes an entry in memory."""
    keys = np.empty(_rows(path), np.int32)
    numbers = np.empty(len(keys), np.int32)
    at, last, number = 0, None, -1
    for batch in _batches(path, "band_key", "place"):
        values = batch.column(0).to_numpy()
        part = slice(at, at + len(values))
        begins = np.concatenate(([values[0] != last], values[1:] != values[:-1]))
        keys[part] = number + np.cumsum(begins)
        numbers[part] = np.searchsorted(members, batch.column(1).to_numpy())
        at, last, number = part.stop, values[-1], int(keys[part.stop - 1])
    return keys, numbers


def _rows(path: str) -> int:
    with pq.ParquetFile(path) as file:
        return int(file.metadata.num_rows)


def _columns(path: str, *names: str) -> list[NDArray[np.int64]]:
    parts = [[column.to_numpy() for column in batch.columns] for batch in _batches(path, *names)]
    if not parts:
        return [np.empty(0, np.int64) for _ in names]
    return [np.concatenate(part) for part in zip(*parts, strict=True)]


def _batches(path: str, *names: str) -> Iterator[pa.RecordBatch]:
    with pq.ParquetFile(path) as file:
        for batch in file.iter_batches(columns=list(names)):
            if batch.num_rows:
                yield batch.select(list(names))
