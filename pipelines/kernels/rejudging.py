"""The law of near duplicates where most verdicts are on record and few texts have to be read.

The verdict on a candidate follows from its own text and from the texts it is compared with: those
kept before it under its keys, in their order (see `keeping`). So verdicts are on record by these.
Which candidates are kept is first taken from the record; what each one is then compared with says
whose verdict holds; the others are weighed. Where that keeps or removes what was thought removed or
kept, it is done again with what came out. Once nothing changes, every verdict is that of the law,
by induction over the order: the first candidate is compared with nothing, and each later one with
candidates on which the verdicts are those of the law. The loops are `native/foretelling.c`.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipelines.kernels.grouping import Groups
from pipelines.kernels.jaccard import MOST_SLOTS, shingle_table
from pipelines.kernels.keeping import (
    MOST_KEPT,
    Comparing,
    Judged,
    Lists,
    Texts,
    Verdicts,
    empty_lists,
    no_verdicts,
    waves,
)
from pipelines.kernels.native.library import native, pointer, whole

MOST_ROUNDS = 16
"""Of weighing again before the whole is judged from the start: each may change a later verdict."""


class Recalled(NamedTuple):
    """Verdicts on record; arrays of one entry a candidate."""

    known: NDArray[np.bool_]
    """Whether there is one."""
    kept_for: NDArray[np.int32]
    """The candidate it is removed for; -1 where it is kept, or nothing is known."""
    similarity: NDArray[np.float64]


def foretell(
    groups: Groups,
    texts: NDArray[np.int64],
    kept: NDArray[np.bool_],
    factors: NDArray[np.uint64],
    most_kept: int = MOST_KEPT,
) -> tuple[NDArray[np.int64], Lists]:
    """What each candidate is compared with if `kept` are kept, and the lists of these.

    A row of `texts`, of shape (n, 2), names the text of a candidate. What it is compared with is
    said by two numbers, which are those of another list of texts with a probability of about
    2**-100 over the choice of the two `factors` below 2**61 - 1.
    """
    lists = empty_lists(groups, most_kept)
    count = len(kept)
    widest = int(np.diff(groups.ends).max(initial=0)) * int(np.diff(lists.starts).max(initial=0))
    scratch, asked_by = np.empty(widest + 1, np.int32), np.full(count, -1, np.int32)
    seen = np.empty((count, 2), np.int64)
    texts = np.ascontiguousarray(texts)
    read = (groups.ends, groups.keys, texts, kept, lists.starts)
    written = (lists.filled, lists.members, asked_by, scratch)
    value = np.zeros(1, [("addresses", "<i8", len(read) + len(written)), ("factors", "<u8", 2)])
    value["addresses"] = [pointer(array).value or 0 for array in (*read, *written)]
    value["factors"] = factors
    native("tda_foretell", None)(pointer(value), whole(count), pointer(seen))
    return seen, lists


def rejudge(
    groups: Groups,
    chars: NDArray[np.int64],
    texts: NDArray[np.int64],
    load: Callable[[NDArray[np.int32]], Texts],
    threshold: float,
    *,
    kept: NDArray[np.bool_],
    recall: Callable[[NDArray[np.int64]], Recalled],
    factors: NDArray[np.uint64],
    budget: int,
) -> Judged | None:
    """The verdict on each of n candidates, as `keeping.judge` gives it; None: too much changed.

    `kept` is what the record says of each text, `recall` gives the verdicts on record for what
    each candidate is compared with. `load` is asked for the texts of the others, and of those
    they are compared with, at most `budget` code points at a time, or for one longer text.
    """
    table = shingle_table(int(chars.max(initial=1)), MOST_SLOTS)
    weighed = no_verdicts(len(chars))
    weighed_with = np.full((len(chars), 2), -1, np.int64)  # which no list of texts gives
    comparisons = 0
    for _ in range(MOST_ROUNDS):
        seen, lists = foretell(groups, texts, kept, factors)
        recalled = recall(seen)
        ours = (weighed_with == seen).all(axis=1)
        verdicts = Verdicts(
            kept_for=np.where(ours, weighed.kept_for, recalled.kept_for),
            similarity=np.where(ours, weighed.similarity, recalled.similarity),
            distinct=weighed.distinct,
        )
        alone = ~seen.any(axis=1)  # compared with nothing: kept, whatever its text is
        missing = np.flatnonzero(~(recalled.known | ours | alone)).astype(np.int32)
        comparing = Comparing(groups, lists, verdicts, table, threshold)
        for first, last in waves(chars[missing], budget):
            comparing.with_those_before(load(missing[first:last]), chars, load, budget)
        comparisons += comparing.comparisons
        weighed_with[missing] = seen[missing]
        weighed.kept_for[missing] = verdicts.kept_for[missing]
        weighed.similarity[missing] = verdicts.similarity[missing]
        reached = verdicts.kept_for < 0
        if np.array_equal(reached, kept):
            return Judged(verdicts, groups.crowded(reached, MOST_KEPT), comparisons)
        kept = reached
    return None
