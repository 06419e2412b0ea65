"""What records have in common once files have come and gone, from what they had in common before.

The keys and hashes of the files that came are looked up among those that were there; what the
others have in common stays as it was found. A record of a file that has gone gives its place to a
living one with the same text, where there is one: equal texts have equal keys. The result is what
`candidates` finds in all living files at once.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from pipelines.engine.base import Engine
from pipelines.kernels.shingles import SIZE
from pipelines.model.evidence import LONGEST_COMPARED
from pipelines.stages.candidates import (
    MEMBERS,
    SHARED_KEYS,
    Answers,
    Asking,
    batches_of,
    columns_of,
)
from pipelines.stages.placing import BAND_COLUMNS, FLAT, ordinals_of

EQUAL_TO_ARRIVED = """
SELECT texts.place AS place, texts.text_high AS text_high, texts.text_low AS text_low,
  texts.chars AS chars, texts.source AS source
FROM texts JOIN (
  SELECT arrived.text_high AS text_high, arrived.text_low AS text_low
  FROM arrived GROUP BY arrived.text_high, arrived.text_low
) hashes
  ON texts.text_high = hashes.text_high AND texts.text_low = hashes.text_low
"""


def _met_keys(columns: Sequence[str]) -> str:
    """The keys in `columns` of texts that arrived and of another one, each with its texts."""
    came = " UNION ALL ".join(
        f"SELECT arrived.place AS place, arrived.{name} AS band_key FROM arrived "  # noqa: S608
        f"WHERE arrived.chars >= {SIZE} AND arrived.chars <= {LONGEST_COMPARED}"
        for name in columns
    )
    there = " UNION ALL ".join(
        f"SELECT texts.place AS place, texts.{name} AS band_key FROM texts "  # noqa: S608
        f"WHERE texts.chars >= {SIZE} AND texts.chars <= {LONGEST_COMPARED}"
        for name in columns
    )
    return f"""
WITH came AS ({came}),
asked AS (SELECT came.band_key AS band_key FROM came GROUP BY came.band_key),
there AS (
  SELECT texts.place AS place, texts.band_key AS band_key
  FROM ({there}) texts JOIN asked ON texts.band_key = asked.band_key
),
met AS (
  SELECT there.place AS place, there.band_key AS band_key
  FROM there LEFT JOIN repeated
    ON there.place = repeated.place AND repeated.place > repeated.first_place
  WHERE repeated.place IS NULL
  UNION ALL SELECT came.place AS place, came.band_key AS band_key FROM came
),
shared AS (SELECT met.band_key AS band_key FROM met GROUP BY met.band_key HAVING COUNT(*) > 1)
SELECT met.band_key AS band_key, met.place AS place
FROM met JOIN shared ON met.band_key = shared.band_key
"""  # noqa: S608  names and numbers of ours


MET_KEYS: Mapping[int, tuple[str, ...]] = {
    size: tuple(_met_keys(BAND_COLUMNS[at : at + size]) for at in range(0, len(BAND_COLUMNS), size))
    for size in SHARED_KEYS
}
"""As SHARED_KEYS: by the number of bands at a time."""

_NONE = np.iinfo(np.int64).max


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What has come and gone; all places are numbered as when their file first came."""

    before: Answers
    there: Sequence[str]
    """Flat tables of what was there, with what has gone since."""
    arrived: Sequence[str]
    """Flat tables of what came."""
    was: NDArray[np.bool_]
    """Whether the file with this number was there before."""
    alive: NDArray[np.bool_]
    """Whether it is still there, or has come."""
    texts: int
    """Living texts."""
    long: int
    """Of these, the ones above LONGEST_COMPARED."""


def answers_after(change: Change, *, engine: Engine, folder: Path, bands: int) -> Answers:
    """The answers for the living files, as tables in `folder`; `bands` are looked at at a time."""
    ask = Asking(engine, folder)
    rows = _equal_rows(change, ask)
    stands = _StandIns(rows, change.alive)
    names = {"keys": "band_key", "places": "place"}
    parts = [columns_of(part, **names) for part in change.before.entries]
    new = _new_texts(rows, change, folder)
    if new is not None:
        tables: dict[str, str | Sequence[str]] = {
            "texts": change.there,
            "arrived": new,
            "repeated": change.before.repeated,
        }
        parts += [
            columns_of(ask(query, f"met-{number:02d}", tables), **names)
            for number, query in enumerate(MET_KEYS[bands])
        ]
    keys, places = _entries(parts, stands)
    entries = folder / "entries.parquet"
    pq.write_table(pa.table({"band_key": keys, "place": places}), entries)
    return Answers(
        texts=change.texts,
        long=change.long,
        repeated=_write_repeated(rows, change.alive, folder),
        entries=(str(entries),),
        members=_write_members(np.unique(places), change, ask, folder),
    )


_ROW = {"high": "text_high", "low": "text_low", "chars": "chars", "sources": "source"}
Rows = dict[str, NDArray[np.int64]]


def _equal_rows(change: Change, ask: Asking) -> Rows:
    """What came and what is or was equal to it, or repeated before: by text, then by place."""
    parts = [columns_of(change.before.repeated, places="place", **_ROW)]
    parts += [columns_of(path, places="place", **_ROW) for path in change.arrived]
    if change.arrived:
        found = ask(EQUAL_TO_ARRIVED, "equal", {"texts": change.there, "arrived": change.arrived})
        parts.append(columns_of(found, places="place", **_ROW))
    rows = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    order = np.lexsort((rows["places"], rows["low"], rows["high"]))
    order = order[np.diff(rows["places"][order], prepend=-1) != 0]  # a place is of one text
    return {name: column[order] for name, column in rows.items()}


def _heads(rows: Rows) -> NDArray[np.int64]:
    """Where each text begins in `rows`."""
    new = np.diff(rows["high"], prepend=0) != 0
    new |= np.diff(rows["low"], prepend=0) != 0
    new[:1] = True
    return np.flatnonzero(new)


def _new_texts(rows: Rows, change: Change, folder: Path) -> str | None:
    """A flat table of what came and is like nothing that was there before; None if nothing is.

    What the others have in common with what was there is known: equal texts have equal keys.
    """
    heads = _heads(rows)
    if not len(heads):
        return None
    was = change.was[ordinals_of(rows["places"])]
    known = np.logical_or.reduceat(was, heads)
    new = rows["places"][~np.repeat(known, np.diff(heads, append=len(was)))]
    new = np.sort(new)
    path = folder / "new-texts.parquet"
    found = 0
    with pq.ParquetWriter(path, FLAT, compression="zstd", compression_level=1) as writer:
        for flat in change.arrived:
            for batch in batches_of(flat, *FLAT.names):
                places = batch.column("place").to_numpy()
                chosen = pa.array(np.isin(places, new, assume_unique=True))
                part = batch.filter(chosen)
                found += part.num_rows
                writer.write_batch(part.cast(FLAT))
    return str(path) if found else None


class _StandIns:
    """Which living record has the text of a record, for every record there ever was."""

    def __init__(self, rows: Rows, alive: NDArray[np.bool_]) -> None:
        self._alive = alive
        heads = _heads(rows)
        living = np.where(alive[ordinals_of(rows["places"])], rows["places"], _NONE)
        first = np.minimum.reduceat(living, heads) if len(heads) else living
        order = np.argsort(rows["places"])
        self._places = rows["places"][order]
        self._first = np.repeat(first, np.diff(heads, append=len(living)))[order]

    def __call__(self, places: NDArray[np.int64]) -> NDArray[np.int64]:
        """The least living place with the text of each of `places`; _NONE where there is none."""
        itself = np.where(self._alive[ordinals_of(places)], places, _NONE)
        if not len(self._places):
            return itself
        at = np.minimum(np.searchsorted(self._places, places), len(self._places) - 1)
        return np.where(self._places[at] == places, self._first[at], itself)


def _entries(
    parts: Sequence[Rows], stands: _StandIns
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Keys that two living texts share, and the texts: ascending, each pair once."""
    keys = np.concatenate([part["keys"] for part in parts])
    places = stands(np.concatenate([part["places"] for part in parts]))
    there = places != _NONE
    keys, places = keys[there], places[there]
    order = np.lexsort((places, keys))
    keys, places = keys[order], places[order]
    once = np.ones(len(keys), np.bool_)
    once[1:] = (keys[1:] != keys[:-1]) | (places[1:] != places[:-1])
    keys, places = keys[once], places[once]
    shared = np.zeros(len(keys), np.bool_)
    same = keys[1:] == keys[:-1]
    shared[1:] |= same
    shared[:-1] |= same
    return keys[shared], places[shared]


def _write_repeated(rows: Rows, alive: NDArray[np.bool_], folder: Path) -> str:
    """The living records of every text that two or more of them have."""
    living = alive[ordinals_of(rows["places"])]
    rows = {name: column[living] for name, column in rows.items()}
    heads = _heads(rows)
    sizes = np.diff(heads, append=len(rows["places"]))
    first = np.repeat(rows["places"][heads], sizes)
    several = np.repeat(sizes > 1, sizes)
    order = np.lexsort((rows["places"][several], first[several]))
    columns = {"place": rows["places"], "first_place": first}
    columns |= {name: rows[ours] for ours, name in _ROW.items()}
    path = folder / "repeated-now.parquet"
    pq.write_table(pa.table({n: c[several][order] for n, c in columns.items()}), path)
    return str(path)


def _write_members(places: NDArray[np.int64], change: Change, ask: Asking, folder: Path) -> str:
    """What is known of the texts at `places`: from before, and from the flat tables for others."""
    before = columns_of(change.before.members, places="place", **_ROW)
    kept = np.isin(before["places"], places)
    known = {name: column[kept] for name, column in before.items()}
    missing = np.setdiff1d(places, known["places"])
    if len(missing):
        wanted = folder / "wanted.parquet"
        pq.write_table(pa.table({"place": missing}), wanted)
        flat = [*change.there, *change.arrived]
        found = ask(MEMBERS, "missing", {"texts": flat, "places": str(wanted)})
        more = columns_of(found, places="place", **_ROW)
        known = {name: np.concatenate((known[name], more[name])) for name in known}
    order = np.argsort(known["places"])
    columns = {"place": known["places"]} | {name: known[ours] for ours, name in _ROW.items()}
    path = folder / "members-now.parquet"
    pq.write_table(pa.table({n: c[order] for n, c in columns.items()}), path)
    return str(path)
