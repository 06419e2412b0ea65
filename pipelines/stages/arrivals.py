"""What records have in common once files have come and gone, from what they had in common before.

The keys and hashes of the files that came are looked up among those that were there; what the
others have in common stays as it was found, and where no key of a table of entries is touched, so
does the table. A record of a file that has gone gives its place to a living one with the same text,
where there is one: equal texts have equal keys. The result is what `candidates` finds in all living
files at once.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from pipelines.engine.base import Engine
from pipelines.kernels.lookup import Lookup
from pipelines.model.errors import EvidenceError
from pipelines.model.message import msg
from pipelines.stages import looking_up
from pipelines.stages.candidates import (
    MEMBERS,
    SHARED_KEYS,
    Answers,
    Asking,
    bands_at_once,
    batches_of,
    columns_of,
)
from pipelines.stages.entries import NOWHERE, changed
from pipelines.stages.looking_up import ROW, Rows, no_rows, together
from pipelines.stages.met_keys import EQUAL_TO_ARRIVED, MET_KEYS
from pipelines.stages.placing import FLAT, flat_writer, ordinals_of


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


def answers_after(change: Change, *, engine: Engine, folder: Path) -> Answers:
    """The answers for the living files, as tables in `folder` or where they were before."""
    ask = Asking(engine, folder)
    rows = _equal_rows(change, ask)
    stands = StandIns(rows, change.alive)
    size = bands_of(change.before)
    new = _new_texts(rows, change, folder)
    if new is None:
        met = [no_rows("keys", "places") for _ in change.before.entries]
        known = no_rows("places", *ROW)
    elif new.texts <= looking_up.MOST_LOOKED_UP:
        later = _later(change.before.repeated)
        met, known = looking_up.met_rows(change.there, new.path, later, size)
    else:
        met, known = _met_by_sql(new.path, change, ask, size)
    entries, members = [], _Members(change.before)
    for number, (part, came) in enumerate(zip(change.before.entries, met, strict=True)):
        found = columns_of(part, keys="band_key", places="place")
        now = changed(
            (found["keys"], found["places"]),
            (came["keys"], came["places"]),
            lambda places: change.alive[ordinals_of(places)],
            stands,
        )
        entries.append(part)
        if now is not None:
            entries[-1] = str(folder / f"entries-now-{number:02}.parquet")
            _write(entries[-1], {"band_key": now[0], "place": now[1]})
        members.add(found["places"] if now is None else now[1])
    return Answers(
        texts=change.texts,
        long=change.long,
        repeated=_write_repeated(rows, change.alive, folder),
        entries=tuple(entries),
        members=_write_members(members.places(), [rows, known], change, ask, folder),
    )


class _Members:
    """The places with an entry; nearly all had one before."""

    def __init__(self, before: Answers) -> None:
        self._before = columns_of(before.members, places="place")["places"]
        self._standing = Lookup(self._before)
        self._still = np.zeros(len(self._before), np.bool_)
        self._new: NDArray[np.int64] = np.empty(0, np.int64)

    def add(self, places: NDArray[np.int64]) -> None:
        """`places` have one."""
        at = self._standing.places(places)
        there = at >= 0
        self._still[at[there]] = True
        self._new = np.union1d(self._new, places[~there])

    def places(self) -> NDArray[np.int64]:
        """All of them, ascending."""
        still = self._before[self._still]
        return np.insert(still, np.searchsorted(still, self._new), self._new)


def bands_of(before: Answers) -> int:
    """How many bands each table of entries is about.

    Raises:
        EvidenceError: there is no such number.
    """
    for size, queries in SHARED_KEYS.items():
        if len(queries) == len(before.entries):
            return size
    raise EvidenceError(
        msg("an index of duplicates has {count} tables of keys", count=len(before.entries)),
        advice=msg("run the audit again; the index is made anew"),
    )


def _met_by_sql(path: str, change: Change, ask: Asking, size: int) -> tuple[list[Rows], Rows]:
    """What `looking_up.met_rows` gives, without the rows of the texts."""
    tables: dict[str, str | Sequence[str]] = {
        "texts": change.there,
        "arrived": path,
        "repeated": change.before.repeated,
    }
    at_once = bands_at_once(change.texts)
    at_once = size if size <= at_once else 1
    names = {"keys": "band_key", "places": "place"}
    found = [
        columns_of(ask(query, f"met-{number:02d}", tables), **names)
        for number, query in enumerate(MET_KEYS[at_once])
    ]
    several = size // at_once
    parts = [found[at : at + several] for at in range(0, len(found), several)]
    return [together(part, "keys", "places") for part in parts], no_rows("places", *ROW)


def _later(repeated: str) -> NDArray[np.int64]:
    """The places of records whose text an earlier record has."""
    found = columns_of(repeated, places="place", firsts="first_place")
    return np.sort(found["places"][found["places"] > found["firsts"]])


def _equal_rows(change: Change, ask: Asking) -> Rows:
    """What came and what is or was equal to it, or repeated before: by text, then by place."""
    parts = [columns_of(change.before.repeated, places="place", **ROW)]
    parts += [columns_of(path, places="place", **ROW) for path in change.arrived]
    came = together(parts[1:], "places", *ROW)
    if len(came["places"]) > looking_up.MOST_LOOKED_UP:
        found = ask(EQUAL_TO_ARRIVED, "equal", {"texts": change.there, "arrived": change.arrived})
        parts.append(columns_of(found, places="place", **ROW))
    elif len(came["places"]):
        parts.append(looking_up.equal_rows(change.there, came["high"], came["low"]))
    rows = together(parts, "places", *ROW)
    order = np.lexsort((rows["places"], rows["low"], rows["high"]))
    order = order[np.diff(rows["places"][order], prepend=-1) != 0]  # a place is of one text
    return {name: column[order] for name, column in rows.items()}


def _heads(rows: Rows) -> NDArray[np.int64]:
    """Where each text begins in `rows`."""
    new = np.diff(rows["high"], prepend=0) != 0
    new |= np.diff(rows["low"], prepend=0) != 0
    new[:1] = True
    return np.flatnonzero(new)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTexts:
    """A flat table in the file at `path`, with so many `texts`."""

    path: str
    texts: int


def _new_texts(rows: Rows, change: Change, folder: Path) -> NewTexts | None:
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
    if not len(new):
        return None
    path = folder / "new-texts.parquet"
    with flat_writer(path) as writer:
        for flat in change.arrived:
            for batch in batches_of(flat, *FLAT.names):
                places = batch.column("place").to_numpy()
                chosen = pa.array(np.isin(places, new, assume_unique=True))
                writer.write_batch(batch.filter(chosen).cast(FLAT))
    return NewTexts(path=str(path), texts=len(new))


class StandIns:
    """Which living record has the text of a record, for every record there ever was."""

    def __init__(self, rows: Rows, alive: NDArray[np.bool_]) -> None:
        self._alive = alive
        heads = _heads(rows)
        living = np.where(alive[ordinals_of(rows["places"])], rows["places"], NOWHERE)
        first = np.minimum.reduceat(living, heads) if len(heads) else living
        order = np.argsort(rows["places"])
        self._places = rows["places"][order]
        self._first = np.repeat(first, np.diff(heads, append=len(living)))[order]

    def __call__(self, places: NDArray[np.int64]) -> NDArray[np.int64]:
        """The least living place with the text of each of `places`; NOWHERE where there is none."""
        itself = np.where(self._alive[ordinals_of(places)], places, NOWHERE)
        if not len(self._places):
            return itself
        at = np.minimum(np.searchsorted(self._places, places), len(self._places) - 1)
        return np.where(self._places[at] == places, self._first[at], itself)


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
    columns |= {name: rows[ours] for ours, name in ROW.items()}
    path = str(folder / "repeated-now.parquet")
    _write(path, {name: column[several][order] for name, column in columns.items()})
    return path


def _write_members(
    places: NDArray[np.int64],
    found: Sequence[Rows],
    change: Change,
    ask: Asking,
    folder: Path,
) -> str:
    """What is known of the texts at `places`: from before, as `found`, or from the flat tables."""
    known = columns_of(change.before.members, places="place", **ROW)
    if np.array_equal(known["places"], places):
        return change.before.members
    known = _first_of_each(together([known, *found], "places", *ROW))
    kept = np.isin(known["places"], places, assume_unique=True)
    known = {name: column[kept] for name, column in known.items()}
    missing = np.setdiff1d(places, known["places"], assume_unique=True)
    if len(missing):
        wanted = folder / "wanted.parquet"
        pq.write_table(pa.table({"place": missing}), wanted)
        flat = [*change.there, *change.arrived]
        more = ask(MEMBERS, "missing", {"texts": flat, "places": str(wanted)})
        rest = columns_of(more, places="place", **ROW)
        known = _first_of_each(together([known, rest], "places", *ROW))
    path = str(folder / "members-now.parquet")
    columns = {"place": known["places"]} | {name: known[ours] for ours, name in ROW.items()}
    _write(path, columns)
    return path


def _first_of_each(rows: Rows) -> Rows:
    """`rows` by place, each place once."""
    _, first = np.unique(rows["places"], return_index=True)
    return {name: column[first] for name, column in rows.items()}


def _write(path: str, columns: Mapping[str, NDArray[np.int64]]) -> None:
    # numbers as random as these are as many bytes when they are compressed
    pq.write_table(pa.table(dict(columns)), path, compression="none", use_dictionary=False)
