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
    return order, Groups(ends=ends, keys=by_member, sizes=sizes)
