"""Entries: a band key that different texts share, and the place of one of them.

Ascending by key, then by place, each pair once. A change touches the keys of what came and went;
the entries of all other keys are taken as they are.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Entries = tuple[NDArray[np.int64], NDArray[np.int64]]
"""Keys, and places."""

NOWHERE = np.iinfo(np.int64).max
"""The place of a text that no living record has."""


def changed(
    before: Entries,
    came: Entries,
    alive: Callable[[NDArray[np.int64]], NDArray[np.bool_]],
    stands: Callable[[NDArray[np.int64]], NDArray[np.int64]],
) -> Entries | None:
    """The entries `before` once `came`, in any order, are among them; None if nothing changes.

    A place that is not `alive` gives way to the one that `stands` for it, or to none. Keys that one
    text is left with are no entries.
    """
    keys, places = _in_order(*before)
    gone = np.flatnonzero(~alive(places))
    fresh = _fresh(
        np.concatenate((keys[gone], came[0])), stands(np.concatenate((places[gone], came[1])))
    )
    at, there = _found(keys, places, *fresh)
    fresh, at = (fresh[0][~there], fresh[1][~there]), at[~there]
    if not len(gone) and not len(at):
        return None
    still = np.ones(len(keys), np.bool_)
    still[gone] = False
    living = np.insert(still, at, True)
    now = np.insert(keys, at, fresh[0])[living], np.insert(places, at, fresh[1])[living]
    shared = np.zeros(len(now[0]), np.bool_)
    same = now[0][1:] == now[0][:-1]
    shared[1:] |= same
    shared[:-1] |= same
    now = now[0][shared], now[1][shared]
    return None if np.array_equal(now[0], keys) and np.array_equal(now[1], places) else now


def _in_order(keys: NDArray[np.int64], places: NDArray[np.int64]) -> Entries:
    if (keys[1:] >= keys[:-1]).all():
        return keys, places
    order = np.lexsort((places, keys))
    return keys[order], places[order]


def _fresh(keys: NDArray[np.int64], places: NDArray[np.int64]) -> Entries:
    """The entries that are somewhere, ascending, each once."""
    there = places != NOWHERE
    keys, places = keys[there], places[there]
    order = np.lexsort((places, keys))
    keys, places = keys[order], places[order]
    once = np.ones(len(keys), np.bool_)
    once[1:] = (keys[1:] != keys[:-1]) | (places[1:] != places[:-1])
    return keys[once], places[once]


def _found(
    keys: NDArray[np.int64],
    places: NDArray[np.int64],
    wanted: NDArray[np.int64],
    of: NDArray[np.int64],
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Where each of the entries (`wanted`, `of`) stands or would, and whether it is there."""
    low, end = np.searchsorted(keys, wanted), np.searchsorted(keys, wanted, side="right")
    high = end.copy()
    while (open_still := low < high).any():
        middle = (low + high) // 2
        less = open_still & (places[np.minimum(middle, len(places) - 1)] < of)
        low = np.where(less, middle + 1, low)
        high = np.where(open_still & ~less, middle, high)
    there = low < end
    there[there] = places[low[there]] == of[there]
    return low, there
