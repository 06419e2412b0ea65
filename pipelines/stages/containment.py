"""Which records repeat one of other data: new files against old ones, evaluation against training.

Unlike in `duplicates`, the records one compares with are all kept, and a record leads to the most
similar one of them, the earliest where several are equally similar. What is compared is not
compared with its own kind: a question found in the training data does not hide behind another
question. A text longer than the other by much is not found in it: the measure is Jaccard's.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from pipelines.kernels.jaccard import shingle_table
from pipelines.kernels.keeping import BUDGET, MOST_KEPT, waves
from pipelines.kernels.normalise import NormalText
from pipelines.kernels.pairs import similarities
from pipelines.stages.duplicates import Duplicates
from pipelines.stages.rereading import Rereader
from pipelines.stages.shared import Shared

ENTRIES_AT_ONCE = 100_000
"""Shared keys of compared texts whose pairs are in memory at once."""


def contained(
    shared: Shared, since: int, rereader: Rereader, threshold: float, *, budget: int = BUDGET
) -> Duplicates:
    """The records from place `since` on that repeat one before it.

    Raises:
        EvidenceError: A file was changed since its texts were sketched.
    """
    equal, members = shared.equal, shared.members
    exact = (equal.firsts < since) & (equal.places >= since)
    best, closest = _closest(shared, since, rereader, threshold, budget)
    near = np.flatnonzero(best >= 0)
    # of equal texts one was compared; the others lead where it leads
    copies = (equal.firsts >= since) & (equal.places > equal.firsts)
    at = np.searchsorted(members.places[near], equal.firsts[copies])
    at = np.minimum(at, max(0, len(near) - 1))
    follow = np.zeros(int(copies.sum()), np.bool_)
    if len(near):
        follow = members.places[near][at] == equal.firsts[copies]
    leads = near[at[follow]] if len(near) else near
    removed = np.concatenate(
        (equal.places[exact], members.places[near], equal.places[copies][follow])
    )
    kept = np.concatenate(
        (equal.firsts[exact], members.places[best[near]], members.places[best[leads]])
    )
    ones = np.ones(int(exact.sum()))
    order = np.argsort(removed)
    return Duplicates(
        removed=removed[order],
        kept=kept[order],
        similarity=np.concatenate((ones, closest[near], closest[leads]))[order],
        exact=(np.arange(len(removed)) < len(ones))[order],
        candidates=int((members.places >= since).sum()),
        judged=int((members.places >= since).sum()),
        crowded_keys=_crowded(shared, since),
        too_long=shared.too_long,
    )


def _closest(
    shared: Shared, since: int, rereader: Rereader, threshold: float, budget: int
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """For each member, the most similar one before `since`, or -1, and the similarity."""
    places, chars = shared.members.places, shared.members.chars
    best, closest = np.full(len(places), -1, np.int64), np.zeros(len(places))
    for left, right in _pairs(shared, int(np.searchsorted(places, since))):
        heads = np.flatnonzero(np.diff(left, prepend=-1))
        compared = left[heads]
        ends = np.append(heads, len(left))
        for first, last in waves(chars[compared], budget):
            wave = slice(ends[first], ends[last])
            others = np.unique(right[wave])
            for begin, end in waves(chars[others], budget):
                both = np.concatenate((others[begin:end], compared[first:last]))
                points, bounds = rereader.texts(places[both], chars[both])
                normal = NormalText(points=points, offsets=bounds)
                table = shingle_table(int(chars[both].max()))
                here = np.isin(right[wave], others[begin:end])
                one, other = left[wave][here], right[wave][here]
                found = similarities(
                    normal,
                    end - begin + np.searchsorted(compared[first:last], one),
                    np.searchsorted(others[begin:end], other),
                    table=table,
                )
                # the most similar one, the earliest of several, unless an earlier wave had it
                order = np.lexsort((other, -found, one))
                order = order[np.diff(one[order], prepend=-1) > 0]
                order = order[(found >= threshold)[order] & (found > closest[one])[order]]
                best[one[order]], closest[one[order]] = other[order], found[order]
    return best, closest


def _pairs(shared: Shared, cut: int) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Members from `cut` on with members below it under one of their keys, each pair once.

    Ascending, and all pairs of a member together; a key leads to its first MOST_KEPT.
    """
    keys, numbers = shared.keys.astype(np.int64), shared.numbers.astype(np.int64)
    old = numbers < cut
    count = int(keys[-1]) + 1 if len(keys) else 0
    starts = np.searchsorted(keys, np.arange(count))  # within a key the old ones come first
    there = np.minimum(np.bincount(keys[old], minlength=count), MOST_KEPT)
    entries = np.flatnonzero(~old)
    entries = entries[np.argsort(numbers[entries], kind="stable")]
    for part in _parts(numbers[entries]):
        of_part = keys[entries[part]]
        sizes = there[of_part]
        left = np.repeat(numbers[entries[part]], sizes)
        within = np.arange(len(left)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        right = numbers[np.repeat(starts[of_part], sizes) + within]
        pairs = np.unique((left << 32) + right)  # one number a pair: sorted sooner than two
        if len(pairs):
            yield pairs >> 32, pairs & 0xFFFF_FFFF


def _parts(members: NDArray[np.int64]) -> Iterator[slice]:
    """Slices of some ENTRIES_AT_ONCE entries, with all entries of a member in one of them."""
    begin = 0
    while begin < len(members):
        end = min(begin + ENTRIES_AT_ONCE, len(members))
        end = int(np.searchsorted(members, members[end - 1], side="right"))
        yield slice(begin, end)
        begin = end


def _crowded(shared: Shared, since: int) -> int:
    """Keys of compared texts under which more of the others stand than one is compared with."""
    old = shared.members.places[shared.numbers] < since
    count = int(shared.keys.max(initial=-1)) + 1
    others = np.bincount(shared.keys[old], minlength=count)
    return int(((others > MOST_KEPT) & (np.bincount(shared.keys[~old], minlength=count) > 0)).sum())
