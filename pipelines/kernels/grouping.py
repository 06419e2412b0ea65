"""Texts that share a band key, put in the order in which they are judged.

Candidates are first numbered by their place among the records (the order the law keeps by), then
re-numbered so that each connected component of shared keys stands together, components by their
first member, members by place. Between components nothing is ever compared.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipelines.kernels.compiled import compiled


class Groups(NamedTuple):
    """The band keys of n candidates: those of candidate i are `keys[ends[i]:ends[i + 1]]`."""

    ends: NDArray[np.int64]
    keys: NDArray[np.int32]
    """Numbers of keys, from 0."""
    sizes: NDArray[np.int32]
    """Candidates that share each key, at least two."""


def group(
    keys: NDArray[np.int32], members: NDArray[np.int32], count: int
) -> tuple[NDArray[np.int64], Groups]:
    """The order of judgement, and the keys of each candidate in that order.

    `keys` (ascending, from 0) and `members` (ascending within a key, below `count`) are parallel:
    entry e says that candidate `members[e]` has key `keys[e]`. Item i of the order is the old
    number of the candidate that is now number i.
    """
    roots = _roots(keys, members, count)
    order = np.argsort(roots, kind="stable")
    place = np.empty(count, np.int64)
    place[order] = np.arange(count)
    ends = np.zeros(count + 1, np.int64)
    sizes = np.zeros(int(keys[-1]) + 1 if len(keys) else 0, np.int32)
    by_member = np.empty(len(keys), np.int32)
    _spread(keys, members, place, ends, by_member, sizes)
    return order, Groups(ends=ends, keys=by_member, sizes=sizes)


@compiled
def _roots(keys: NDArray[np.int32], members: NDArray[np.int32], count: int) -> NDArray[np.int32]:
    """The least member of the component of each candidate."""
    parents = np.arange(count).astype(np.int32)
    for entry in range(1, len(keys)):
        if keys[entry] != keys[entry - 1]:
            continue
        left, right = members[entry - 1], members[entry]
        while parents[left] != left:
            parents[left] = parents[parents[left]]
            left = parents[left]
        while parents[right] != right:
            parents[right] = parents[parents[right]]
            right = parents[right]
        if left < right:
            parents[right] = left
        else:
            parents[left] = right
    for member in range(count):  # a parent is never above its child: one pass is enough
        parents[member] = parents[parents[member]]
    return parents


@compiled
def _spread(
    keys: NDArray[np.int32],
    members: NDArray[np.int32],
    place: NDArray[np.int64],
    ends: NDArray[np.int64],
    by_member: NDArray[np.int32],
    sizes: NDArray[np.int32],
) -> None:
    for entry in range(len(keys)):
        ends[place[members[entry]] + 1] += 1
        sizes[keys[entry]] += 1
    for at in range(len(place)):
        ends[at + 1] += ends[at]
    filled = ends[:-1].copy()
    for entry in range(len(keys)):
        at = place[members[entry]]
        by_member[filled[at]] = keys[entry]
        filled[at] += 1
