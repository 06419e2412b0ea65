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

from pipelines.kernels.grouping import Groups
from pipelines.kernels.jaccard import MOST_SLOTS, ShingleTable, shingle_table
from pipelines.kernels.native.library import native, pointer, whole

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
    """Verdicts, and what it took to reach them."""

    verdicts: Verdicts
    crowded_keys: int
    """Keys under which more was kept than is compared."""
    comparisons: int
    """Pairs whose shingles were counted."""


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
    comparing = comparing_all(groups, chars, threshold, most_kept=most_kept, most_slots=most_slots)
    comparing.decide(0, len(chars), chars, load, budget)
    return comparing.judged()


def empty_lists(groups: Groups, most_kept: int = MOST_KEPT) -> Lists:
    """Room for `most_kept` under each key, and nobody kept so far."""
    room = np.minimum(groups.sizes, most_kept)
    starts = np.zeros(len(room) + 1, np.int64)
    np.cumsum(room, out=starts[1:])
    return Lists(
        starts=starts,
        filled=np.zeros(len(room), np.int32),
        members=np.empty(starts[-1], np.int32),
    )


def no_verdicts(count: int) -> Verdicts:
    """Each of `count` candidates as if it was kept."""
    return Verdicts(
        kept_for=np.full(count, -1, np.int32),
        similarity=np.zeros(count),
        distinct=np.zeros(count, np.int64),
    )


def waves(sizes: NDArray[np.int64], budget: int) -> Iterator[tuple[int, int]]:
    """Runs first … last - 1 of items whose sizes sum to `budget` at most, or of one larger item."""
    total = np.concatenate(([0], np.cumsum(sizes)))
    first = 0
    while first < len(sizes):
        fits = int(np.searchsorted(total, total[first] + budget, side="right")) - 1
        last = max(first + 1, fits)
        yield first, last
        first = last


def comparing_all(
    groups: Groups,
    chars: NDArray[np.int64],
    threshold: float,
    *,
    most_kept: int = MOST_KEPT,
    most_slots: int = MOST_SLOTS,
) -> "Comparing":
    """What it takes to judge all candidates, of which none is judged so far."""
    lists, verdicts = empty_lists(groups, most_kept), no_verdicts(len(chars))
    table = shingle_table(int(chars.max(initial=1)), most_slots)
    return Comparing(groups, lists, verdicts, table, threshold)


class Comparing:
    """What stays the same from wave to wave, as `comparison` of native/keeping.c holds it."""

    def __init__(
        self,
        groups: Groups,
        lists: Lists,
        verdicts: Verdicts,
        table: ShingleTable,
        threshold: float,
    ) -> None:
        """Verdicts are written to `verdicts`, those kept to `lists`; `described` is for kernels."""
        widest = int(np.diff(groups.ends).max(initial=0))
        most = int(np.diff(lists.starts).max(initial=0))
        scratch = np.empty(widest * most + 1, np.int64)
        self._lists, self._verdicts = lists, verdicts
        self._count = count = len(verdicts.distinct)
        indexes, asked_by = np.full(count, -1, np.int32), np.full(count, -1, np.int32)
        self._kept_alive = (groups, table, scratch, indexes, asked_by)
        self._value = np.zeros(1, _COMPARISON)
        self._value["groups"] = _addresses(groups.ends, groups.keys)
        self._value["lists"] = _addresses(*lists)
        self._value["verdicts"] = _addresses(*verdicts)
        self._value["table"] = table.described()
        self._value["threshold"] = threshold
        self._value["scratch"] = scratch.ctypes.data
        self._value["indexes"] = indexes.ctypes.data
        self._value["asked_by"] = asked_by.ctypes.data
        self.described = pointer(self._value)

    @property
    def comparisons(self) -> int:
        """Pairs whose shingles were counted so far."""
        return int(self._value["comparisons"][0])

    def judged(self) -> Judged:
        """The verdicts reached so far."""
        crowded = int((self._lists.filled > np.diff(self._lists.starts)).sum())
        return Judged(self._verdicts, crowded, self.comparisons)

    def decide(
        self,
        first: int,
        last: int,
        chars: NDArray[np.int64],
        load: Callable[[NDArray[np.int32]], Texts],
        budget: int,
    ) -> None:
        """Reach the verdicts on candidates `first` … `last` - 1, all before them being decided."""
        for begin, end in waves(chars[first:last], budget):
            wave = load(np.arange(first + begin, first + end, dtype=np.int32))
            self.with_those_before(wave, chars, load, budget)
            self.compare(wave, wave, decide=True)

    def with_those_before(
        self,
        wave: Texts,
        chars: NDArray[np.int64],
        load: Callable[[NDArray[np.int32]], Texts],
        budget: int,
    ) -> None:
        """Weigh each of `wave` against the listed ones before it, `budget` code points at once."""
        before = np.flatnonzero(self.met(wave.members)).astype(np.int32)
        for begin, end in waves(chars[before], budget):
            self.compare(wave, load(before[begin:end]), decide=False)

    def compare(self, wave: Texts, others: Texts, *, decide: bool) -> None:
        """Weigh each of `wave` against the kept among `others`; list those kept at the end."""
        self._value["wave"] = _described(wave)
        self._value["others"] = self._value["wave"] if others is wave else _described(others)
        self._value["decide"] = decide
        if native("tda_compare")(self.described) < 0:
            raise MemoryError

    def met(self, members: NDArray[np.int32]) -> NDArray[np.bool_]:
        """Which candidates are listed under a key of one of `members` that comes after them."""
        met = np.zeros(self._count, np.bool_)
        native("tda_met", None)(self.described, pointer(members), whole(len(members)), pointer(met))
        return met


_TEXTS = [("members", "<i8"), ("count", "<i8"), ("points", "<i8"), ("ends", "<i8")]
_COMPARISON = np.dtype(
    [
        ("groups", "<i8", 2),
        ("lists", "<i8", 3),
        ("verdicts", "<i8", 3),
        ("wave", _TEXTS),
        ("others", _TEXTS),
        ("table", "<i8", 6),
        ("threshold", "<f8"),
        ("scratch", "<i8"),
        ("indexes", "<i8"),
        ("asked_by", "<i8"),
        ("decide", "<i8"),
        ("comparisons", "<i8"),
    ]
)


def _described(texts: Texts) -> tuple[int, ...]:
    """`texts` as text_wave of native/keeping.c holds them."""
    members, points, ends = _addresses(*texts)[0]
    return members, len(texts.members), points, ends


def _addresses(*arrays: NDArray[np.generic]) -> list[tuple[int, ...]]:
    """The places of the arrays, which are contiguous and stay where they are."""
    return [tuple(pointer(array).value or 0 for array in arrays)]
