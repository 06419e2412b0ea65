"""Which texts are equal and which may be near, by SQL over the flat tables (see `placing`).

Of equal texts one, the first by place, stands for all until `preference` chooses. Band keys are
looked at a few bands at a time, the more records the fewer: what a query holds does not grow with
the number of bands, and only keys that two different texts share are ever written down.

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
from pipelines.kernels.shingles import SIZE
from pipelines.model.evidence import BANDS, LONGEST_COMPARED
from pipelines.stages.placing import BAND_COLUMNS

KEYS_AT_ONCE = 12_000_000
"""Band keys one query looks at, unless a single band has more: some 400 MB in DuckDB."""

REPEATED_TEXTS = """
SELECT texts.text_high, texts.text_low, MIN(texts.place) AS first_place, COUNT(*) AS copies
FROM texts GROUP BY texts.text_high, texts.text_low HAVING COUNT(*) > 1
"""
TOO_LONG = f"""
SELECT COUNT(*) AS texts,
  COUNT(CASE WHEN texts.chars > {LONGEST_COMPARED} THEN 1 END) AS too_long
FROM texts
"""  # noqa: S608  a number of ours
REPEATED = """
SELECT texts.place AS place, repeated_texts.first_place AS first_place, texts.chars AS chars,
  texts.source AS source, texts.text_high AS text_high, texts.text_low AS text_low
FROM texts JOIN repeated_texts
  ON texts.text_high = repeated_texts.text_high AND texts.text_low = repeated_texts.text_low
ORDER BY first_place, place
"""


def _shared_keys(columns: Sequence[str]) -> str:
    """The keys in `columns` that two texts share, each with its texts."""
    keys = " UNION ALL ".join(
        f"SELECT firsts.place AS place, firsts.{name} AS band_key FROM firsts"  # noqa: S608
        for name in columns
    )
    # a text shorter than a shingle is like no other text
    return f"""
WITH firsts AS (
  SELECT texts.place AS place, {", ".join(f"texts.{name} AS {name}" for name in columns)}
  FROM texts LEFT JOIN repeated
    ON texts.place = repeated.place AND repeated.place > repeated.first_place
  WHERE texts.chars >= {SIZE} AND texts.chars <= {LONGEST_COMPARED} AND repeated.place IS NULL
),
band_keys AS ({keys}),
shared AS (SELECT band_keys.band_key AS band_key FROM band_keys
  GROUP BY band_keys.band_key HAVING COUNT(*) > 1)
SELECT band_keys.band_key AS band_key, band_keys.place AS place
FROM band_keys JOIN shared ON band_keys.band_key = shared.band_key
ORDER BY band_key, place
"""  # noqa: S608  names and numbers of ours


SHARED_KEYS: Mapping[int, tuple[str, ...]] = {
    size: tuple(
        _shared_keys(BAND_COLUMNS[at : at + size]) for at in range(0, len(BAND_COLUMNS), size)
    )
    for size in (BANDS, 7, 3, 1)
}
"""By the number of bands at a time: the queries that together look at every band."""

MEMBERS = """
SELECT texts.place AS place, texts.chars AS chars, texts.source AS source,
  texts.text_high AS text_high, texts.text_low AS text_low
FROM texts JOIN places ON texts.place = places.place
ORDER BY place
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """The tables that say what records have in common, as they lie on the disk."""

    texts: int
    long: int
    """Texts above LONGEST_COMPARED, equal ones included."""
    repeated: str
    entries: tuple[str, ...]
    members: str


def answers(flat: Sequence[str], *, engine: Engine, folder: Path) -> Answers:
    """What DuckDB or Spark says of at least one `flat` table, as tables in `folder`."""
    ask = Asking(engine, folder)
    repeated_texts = ask(REPEATED_TEXTS, "repeated_texts", {"texts": flat})
    repeated = ask(REPEATED, "repeated", {"texts": flat, "repeated_texts": repeated_texts})
    counts = engine.fetch(ask(TOO_LONG, "counts", {"texts": flat}), 1).to_pylist()[0]
    entries = [
        ask(query, f"entries-{number:02d}", {"texts": flat, "repeated": repeated})
        for number, query in enumerate(SHARED_KEYS[bands_at_once(int(counts["texts"]))])
    ]
    pq.write_table(pa.table({"place": _places(entries)}), folder / "places.parquet")
    members = ask(MEMBERS, "members", {"texts": flat, "places": str(folder / "places.parquet")})
    return Answers(
        texts=int(counts["texts"]),
        long=int(counts["too_long"]),
        repeated=repeated,
        entries=tuple(entries),
        members=members,
    )


def bands_at_once(texts: int) -> int:
    """How many bands one query looks at: all where the texts are few, one where they are many."""
    return next((size for size in SHARED_KEYS if size * texts <= KEYS_AT_ONCE), 1)


class Asking:
    """Carries out queries whose answers are tables in a folder."""

    def __init__(self, engine: Engine, folder: Path) -> None:
        self._engine = engine
        self._folder = folder

    def __call__(self, query: str, out: str, tables: Mapping[str, str | Sequence[str]]) -> str:
        """Where the answer to `query` lies: the table `out`."""
        path = str(self._folder / f"{out}.parquet")
        self._engine.sql(query, tables, path)
        return path


def _places(parts: Sequence[str]) -> NDArray[np.int64]:
    """Every place with an entry, ascending."""
    known: NDArray[np.int64] = np.empty(0, np.int64)
    for part in parts:
        # a part at a time: memory follows the members, not the entries
        known = np.union1d(known, columns_of(part, places="place")["places"])
    return known


def columns_of(path: str, **names: str) -> dict[str, NDArray[np.int64]]:
    """The columns `names` of the table at `path` under their new names."""
    columns = list(names.values())
    parts = [
        [column.to_numpy() for column in batch.columns] for batch in batches_of(path, *columns)
    ]
    if not parts:
        return {name: np.empty(0, np.int64) for name in names}
    whole = [np.concatenate(part) for part in zip(*parts, strict=True)]
    return dict(zip(names, whole, strict=True))


def batches_of(path: str, *names: str) -> Iterator[pa.RecordBatch]:
    """The columns `names` of the table at `path`, in batches."""
    with pq.ParquetFile(path, memory_map=True) as file:
        # columns of numbers are copied faster than they are handed to a thread
        for batch in file.iter_batches(columns=list(names), use_threads=False):
            if batch.num_rows:
                yield batch.select(list(names))
