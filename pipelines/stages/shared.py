"""What records have in common, in memory: equal texts, and band keys that different ones share."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
from numpy.typing import NDArray

from pipelines.engine.base import Engine
from pipelines.kernels.lookup import Lookup
from pipelines.model.evidence import LONGEST_COMPARED
from pipelines.stages.candidates import Answers, answers, batches_of, columns_of
from pipelines.stages.placing import ROW_BITS, ordinals_of, rows_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Equal:
    """Every record of a text that more than one record has, text by text; parallel arrays."""

    places: NDArray[np.int64]
    firsts: NDArray[np.int64]
    """The least place with the same text; ascending."""
    chars: NDArray[np.int64]
    sources: NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Members:
    """The texts that share a band key with a different one; parallel arrays, places ascending."""

    places: NDArray[np.int64]
    """Of texts that are repeated, the least place."""
    chars: NDArray[np.int64]
    sources: NDArray[np.int64]
    hashes: NDArray[np.int64]
    """Of shape (n, 2)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """What records have in common: equal texts, and the band keys that different texts share."""

    texts: int
    """Records whose text is not empty."""
    too_long: int
    """Different texts longer than LONGEST_COMPARED: none of them is a member."""
    equal: Equal
    members: Members
    keys: NDArray[np.int32]
    """Ascending numbers of keys from 0, one for each entry."""
    numbers: NDArray[np.int32]
    """The member of each entry, ascending within a key."""


_NO_PLACES = np.empty(0, np.int64)
NOTHING_SHARED = Shared(
    texts=0,
    too_long=0,
    equal=Equal(places=_NO_PLACES, firsts=_NO_PLACES, chars=_NO_PLACES, sources=_NO_PLACES),
    members=Members(
        places=_NO_PLACES,
        chars=_NO_PLACES,
        sources=_NO_PLACES,
        hashes=np.empty((0, 2), np.int64),
    ),
    keys=np.empty(0, np.int32),
    numbers=np.empty(0, np.int32),
)
"""Of records without any text."""


def find_shared(flat: Sequence[str], *, engine: Engine, folder: Path) -> Shared:
    """What the texts of at least one `flat` table have in common; works in `folder`."""
    return shared_of(answers(flat, engine=engine, folder=folder))


def shared_of(found: Answers) -> Shared:
    """The answers in memory."""
    equal = Equal(**columns_of(found.repeated, places="place", firsts="first_place", **_OWN))
    later = equal.places > equal.firsts
    members = _members(found.members)
    keys, numbers = _entries(found.entries, members.places)
    return Shared(
        texts=found.texts,
        too_long=found.long - int((equal.chars[later] > LONGEST_COMPARED).sum()),
        equal=equal,
        members=members,
        keys=keys,
        numbers=numbers,
    )


_OWN = {"chars": "chars", "sources": "source"}


def _members(path: str) -> Members:
    found = columns_of(path, places="place", high="text_high", low="text_low", **_OWN)
    hashes = np.stack([found.pop("high"), found.pop("low")], axis=1)
    return Members(hashes=hashes, **found)


def _entries(
    parts: Sequence[str], places: NDArray[np.int64]
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Number of the key, and of the member, of each entry; 8 bytes an entry in memory."""
    keys = np.empty(sum(_rows(part) for part in parts), np.int32)
    numbers = np.empty(len(keys), np.int32)
    at, number, standing = 0, -1, Lookup(places)
    for part in parts:
        last = None
        for batch in batches_of(part, "band_key", "place"):
            values = batch.column(0).to_numpy()
            rows = slice(at, at + len(values))
            begins = np.concatenate(([values[0] != last], values[1:] != values[:-1]))
            keys[rows] = number + np.cumsum(begins)
            numbers[rows] = standing.places(batch.column(1).to_numpy())
            at, last, number = rows.stop, values[-1], int(keys[rows.stop - 1])
    return keys, numbers


def _rows(path: str) -> int:
    with pq.ParquetFile(path) as file:
        return int(file.metadata.num_rows)


def moved(shared: Shared, ordinals: NDArray[np.int64]) -> Shared:
    """`shared` with the file that has number n standing at `ordinals[n]`; below 0, it is left out.

    Of what is left out, the totals `texts` and `too_long` still tell.
    """
    equal, members = _remaining(shared.equal, ordinals), shared.members
    heads = np.flatnonzero(np.diff(equal.firsts, prepend=-1))
    texts = np.repeat(np.arange(len(heads)), np.diff(heads, append=len(equal.places)))
    places = _moved(equal.places, ordinals)
    firsts = np.minimum.reduceat(places, heads) if len(heads) else places
    order = np.lexsort((places, firsts[texts]))
    stands = _moved(members.places, ordinals)
    if len(heads):
        at = np.minimum(np.searchsorted(equal.firsts[heads], members.places), len(heads) - 1)
        there = equal.firsts[heads][at] == members.places
        stands[there] = firsts[at[there]]
    by_place = np.argsort(stands)
    by_place = by_place[stands[by_place] >= 0]
    rank = np.full(len(stands), -1, np.int32)
    rank[by_place] = np.arange(len(by_place), dtype=np.int32)
    keys, numbers = _ordered(shared.keys, rank[shared.numbers])
    several = np.diff(heads, append=len(places))[texts] > 1
    order = order[several[order]]
    return replace(
        shared,
        equal=Equal(
            places=places[order],
            firsts=firsts[texts][order],
            chars=equal.chars[order],
            sources=equal.sources[order],
        ),
        members=Members(
            places=stands[by_place],
            chars=members.chars[by_place],
            sources=members.sources[by_place],
            hashes=members.hashes[by_place],
        ),
        keys=keys,
        numbers=numbers,
    )


def _ordered(
    keys: NDArray[np.int32], numbers: NDArray[np.int32]
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """The entries whose number is not below 0, by key, then by number; `keys` ascend."""
    there = numbers >= 0
    if not there.all():
        keys, numbers = keys[there], numbers[there]
    if not np.any((keys[1:] == keys[:-1]) & (numbers[1:] < numbers[:-1])):
        return keys, numbers
    # both in one value, as values are sorted far faster than places; nearly all stand in order,
    # which a merge sort makes use of
    both = keys.astype(np.int64) << 32 | numbers
    both.sort(kind="stable")
    return keys, both.astype(np.int32)


def _remaining(equal: Equal, ordinals: NDArray[np.int64]) -> Equal:
    """`equal` without the records of files that are left out; a text may remain to one record."""
    there = ordinals[ordinals_of(equal.places)] >= 0
    return Equal(
        places=equal.places[there],
        firsts=equal.firsts[there],
        chars=equal.chars[there],
        sources=equal.sources[there],
    )


def _moved(place: NDArray[np.int64], ordinals: NDArray[np.int64]) -> NDArray[np.int64]:
    moved: NDArray[np.int64] = (ordinals[ordinals_of(place)] << ROW_BITS) + rows_of(place)
    return moved
