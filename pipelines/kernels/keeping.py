"""The law of near duplicates: which candidates are kept, and for whom each other one is removed.

In the order of `grouping`, a candidate is removed if some kept one before it shares a band key
with it and their Jaccard similarity reaches the threshold; it is removed for the most similar such
one, the earliest where several are equally similar. What is kept stays kept, so there are no
chains. A record is compared with kept ones only, and under one key with the first MOST_KEPT of
them: a million pages that share a boilerplate cost a million times a constant.
"""

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipelines.kernels.compiled import compiled
from pipelines.kernels.grouping import Groups
from pipelines.kernels.jaccard import (
    MOST_SLOTS,
    ShingleTable,
    count_shared,
    fill,
    parts_of,
    shingle_table,
)
from pipelines.kernels.shingles import SIZE

MOST_KEPT = 64
"""Kept candidates a band key leads to; later ones are found through their other keys only."""

BUDGET = 16 * 1024 * 1024
"""Code points in memory as one wave (64 MiB); as many again hold what was kept before."""


class Lists(NamedTuple):
    """The kept candidates under each key: `members[starts[k]:starts[k] + filled[k]]`."""

    starts: NDArray[np.int64]
    filled: NDArray[np.int32]
    """Beyond the room of the list, so much was turned away."""
    members: NDArray[np.int32]


class Verdicts(NamedTuple):
    """What became of each candidate."""

    kept_for: NDArray[np.int32]
    """The kept candidate it is removed for; -1 where it is kept itself."""
    similarity: NDArray[np.float64]
    """With that candidate; 0 where it is kept."""
    distinct: NDArray[np.int64]
    """Shingles of its text; 0 while nobody had to know."""


class Texts(NamedTuple):
    """Normalised texts in memory: that of `members[i]` is `points[ends[i]:ends[i + 1]]`."""

    members: NDArray[np.int32]
    """Ascending."""
    points: NDArray[np.uint32]
    ends: NDArray[np.int64]


class Judged(NamedTuple):
    """Verdicts, and the number of keys under which more was kept than is compared."""

    verdicts: Verdicts
    crowded_keys: int


def judge(
    groups: Groups,
    chars: NDArray[np.int64],
    load: Callable[[NDArray[np.int32]], Texts],
    threshold: float,
    *,
    budget: int = BUDGET,
    most_kept: int = MOST_KEPT,
    most_slots: int = MOST_SLOTS,
) -> Judged:
    """The verdict on each of n candidates, whose texts have `chars` code points.

    `load` gives the texts of ascending candidates; it is asked for at most `budget` code points at
    a time, or for one longer text. Neither the budget nor anything but the candidates and their
    order decides a verdict.
    """
    count = len(chars)
    room = np.minimum(groups.sizes, most_kept)
    starts = np.zeros(len(room) + 1, np.int64)
    np.cumsum(room, out=starts[1:])
    lists = Lists(
        starts=starts,
        filled=np.zeros(len(room), np.int32),
        members=np.empty(starts[-1], np.int32),
    )
    verdicts = Verdicts(
        kept_for=np.full(count, -1, np.int32),
        similarity=np.zeros(count),
        distinct=np.zeros(count, np.int64),
    )
    table = shingle_table(int(chars.max(initial=1)), most_slots)
    widest = int(np.diff(groups.ends).max(initial=0)) * int(room.max(initial=0))
    scratch = np.empty(widest + 1, np.int64)
    for first, last in waves(chars, budget):
        wave = load(np.arange(first, last, dtype=np.int32))
        before = np.flatnonzero(_met(groups, lists, first, last)).astype(np.int32)
        for begin, end in waves(chars[before], budget):
            kept = load(before[begin:end])
            _compare(groups, lists, verdicts, wave, kept, table, threshold, scratch, False)
        _compare(groups, lists, verdicts, wave, wave, table, threshold, scratch, True)
    return Judged(verdicts, int((lists.filled > room).sum()))


def waves(sizes: NDArray[np.int64], budget: int) -> Iterator[tuple[int, int]]:
    """Runs first … last - 1 of items whose sizes sum to `budget` at most, or of one larger item."""
    total = np.concatenate(([0], np.cumsum(sizes)))
    first = 0
    while first < len(sizes):
        fits = int(np.searchsorted(total, total[first] + budget, side="right")) - 1
        last = max(first + 1, fits)
        yield first, last
        first = last


@compiled
def _met(groups: Groups, lists: Lists, first: int, last: int) -> NDArray[np.bool_]:
    """Which candidates before `first` are kept under a key of one of first … last - 1."""
    met = np.zeros(first, np.bool_)
    for entry in range(groups.ends[first], groups.ends[last]):
        key = groups.keys[entry]
        begin = lists.starts[key]
        for at in range(begin, min(begin + lists.filled[key], lists.starts[key + 1])):
            met[lists.members[at]] = True
    return met


@compiled
def _compare(
    groups: Groups,
    lists: Lists,
    verdicts: Verdicts,
    wave: Texts,
    others: Texts,
    table: ShingleTable,
    threshold: float,
    scratch: NDArray[np.int64],
    decide: bool,
) -> None:
    """Each of `wave` is weighed against the kept among `others`, and listed if kept at the end."""
    for at in range(len(wave.members)):
        member = wave.members[at]
        text = wave.points[wave.ends[at] : wave.ends[at + 1]]
        if len(text) < SIZE:  # one shingle, the whole text: like no other text
            continue
        found = _gather(groups, lists, others, member, scratch)
        found = _of_fitting_size(verdicts, others, len(text), table, threshold, scratch, found)
        if found:
            _weigh(verdicts, text, member, others, table, threshold, scratch[:found])
        if decide and verdicts.kept_for[member] < 0:
            for entry in range(groups.ends[member], groups.ends[member + 1]):
                key = groups.keys[entry]
                spot = lists.starts[key] + lists.filled[key]
                lists.filled[key] += 1
                if spot < lists.starts[key + 1]:
                    lists.members[spot] = member


@compiled
def _gather(
    groups: Groups, lists: Lists, others: Texts, member: int, scratch: NDArray[np.int64]
) -> int:
    """How many of `others` are kept under a key of `member`; `scratch` begins with their indexes.

    Ascending, each once.
    """
    found = 0
    for entry in range(groups.ends[member], groups.ends[member + 1]):
        key = groups.keys[entry]
        begin = lists.starts[key]
        for at in range(begin, min(begin + lists.filled[key], lists.starts[key + 1])):
            index = np.searchsorted(others.members, lists.members[at])
            if index < len(others.members) and others.members[index] == lists.members[at]:
                scratch[found] = index
                found += 1
    if found < 2:
        return found
    scratch[:found] = np.sort(scratch[:found])
    once = 1
    for at in range(1, found):
        if scratch[at] != scratch[at - 1]:
            scratch[once] = scratch[at]
            once += 1
    return once


@compiled
def _of_fitting_size(
    verdicts: Verdicts,
    others: Texts,
    size: int,
    table: ShingleTable,
    threshold: float,
    scratch: NDArray[np.int64],
    found: int,
) -> int:
    """How many of the first `found` of `scratch` are not too large to reach the threshold."""
    fitting = 0
    for at in range(found):
        index = scratch[at]
        other = others.members[index]
        if verdicts.distinct[other] == 0:
            text = others.points[others.ends[index] : others.ends[index + 1]]
            parts = parts_of(len(text), len(table.stamps))
            for part in range(parts):
                verdicts.distinct[other] += fill(table, text, part, parts)
        # J is at most the ratio of the sizes; one shingle of slack for the rounding
        if verdicts.distinct[other] * threshold <= size - SIZE + 2:
            scratch[fitting] = index
            fitting += 1
    return fitting


@compiled
def _weigh(
    verdicts: Verdicts,
    text: NDArray[np.uint32],
    member: int,
    others: Texts,
    table: ShingleTable,
    threshold: float,
    indexes: NDArray[np.int64],
) -> None:
    """The verdict on `member` takes `indexes` of the kept `others`, ascending, into account."""
    parts = parts_of(len(text), len(table.stamps))
    shared = np.zeros(len(indexes), np.int64)
    own = 0
    for part in range(parts):
        own += fill(table, text, part, parts)
        for at in range(len(indexes)):
            index = indexes[at]
            other = others.points[others.ends[index] : others.ends[index + 1]]
            both = own + verdicts.distinct[others.members[index]]
            least = max(threshold, verdicts.similarity[member])
            # J >= least means shared >= both * least / (1 + least), less the rounding
            enough = int(both * least / (1.0 + least) - 1e-9 * both) if parts == 1 else 0
            got = count_shared(table, len(text), other, part, parts, at + 2, enough)
            shared[at] = shared[at] + got if got >= 0 else -1
            if part == parts - 1 and shared[at] >= 0:
                similarity = shared[at] / (both - shared[at])
                if similarity >= threshold and similarity > verdicts.similarity[member]:
                    verdicts.similarity[member] = similarity
                    verdicts.kept_for[member] = others.members[index]
    verdicts.distinct[member] = own
