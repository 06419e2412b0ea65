"""Texts that share a band key, put in the order in which they are judged.

Candidates are first numbered by their place among the records (the order the law keeps by), then
re-numbered so that each connected component of shared keys stands together, components by their
first member, members by place. Between components nothing is ever compared. The loops are
`native/grouping.c`.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipelines.kernels.native.library import native, pointer, whole


class Groups(NamedTuple):
    """The band keys of n candidates: those of candidate i are `keys[ends[i]:ends[i + 1]]`."""

    ends: NDArray[np.int64]
    keys: NDArray[np.int32]
    """Numbers of keys, from 0."""
    sizes: NDArray[np.int32]
    """Candidates that share each key, at least two."""
    heads: NDArray[np.int64]
    """The first candidate of each component, ascending: keys join none before it to one from it."""

    def part(self, chosen: NDArray[np.bool_]) -> "Groups":
        """The groups of the `chosen` candidates alone, which are whole components."""
        if chosen.all():
            return self  # not worth a second copy of every key
        keys = self.keys[np.repeat(chosen, np.diff(self.ends))]
        used = np.zeros(len(self.sizes), np.bool_)
        used[keys] = True
        ends = np.concatenate(([0], np.cumsum(np.diff(self.ends)[chosen]))).astype(np.int64)
        numbers = (np.cumsum(used) - 1).astype(np.int32)
        before: NDArray[np.int64] = np.cumsum(chosen) - chosen
        return Groups(
            ends=ends,
            keys=numbers[keys],
            sizes=self.sizes[used],
            heads=before[self.heads[chosen[self.heads]]],
        )

    def crowded(self, kept: NDArray[np.bool_], most: int) -> int:
        """Keys that more than `most` of the `kept` candidates have."""
        under = np.zeros(len(self.sizes), np.int32)
        return native("tda_crowded")(
            pointer(self.ends),
            pointer(self.keys),
            whole(len(kept)),
            pointer(kept),
            pointer(under),
            whole(most),
        )


def group(
    keys: NDArray[np.int32], members: NDArray[np.int32], count: int
) -> tuple[NDArray[np.int64], Groups]:
    """The order of judgement, and the keys of each candidate in that order.

    `keys` (ascending, from 0) and `members` (ascending within a key, below `count`) are parallel:
    entry e says that candidate `members[e]` has key `keys[e]`. Item i of the order is the old
    number of the candidate that is now number i.
    """
    roots = np.empty(count, np.int32)
    entries = (pointer(keys), pointer(members), whole(len(keys)))
    native("tda_roots", None)(*entries, whole(count), pointer(roots))
    order = np.argsort(roots, kind="stable")
    place = np.empty(count, np.int64)
    place[order] = np.arange(count)
    ends = np.zeros(count + 1, np.int64)
    sizes = np.zeros(int(keys[-1]) + 1 if len(keys) else 0, np.int32)
    by_member = np.empty(len(keys), np.int32)
    native("tda_spread", None)(
        *entries,
        pointer(place),
        whole(count),
        pointer(ends),
        pointer(by_member),
        pointer(sizes),
    )
    heads = np.flatnonzero(np.diff(roots[order], prepend=-1))
    return order, Groups(ends=ends, keys=by_member, sizes=sizes, heads=heads)
