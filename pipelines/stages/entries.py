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
    fresh_keys = np.concatenate((keys[gone], came[0]))
    fresh_places = stands(np.concatenate((places[gone], came[1])))
    there = fresh_places != NOWHERE
    touched = np.unique(np.concatenate((keys[gone], fresh_keys[there])))
    if not len(touched):
        return None
    own = _rows_of(touched, keys)
    still = own.copy()
    still[gone] = False
    some = _shared(
        np.concatenate((keys[still], fresh_keys[there])),
        np.concatenate((places[still], fresh_places[there])),
    )
    if np.array_equal(some[0], keys[own]) and np.array_equal(some[1], places[own]):
        return None
    keys, places = keys[~own], places[~own]
    at = np.searchsorted(keys, some[0])
    return np.insert(keys, at, some[0]), np.insert(places, at, some[1])


def _in_order(keys: NDArray[np.int64], places: NDArray[np.int64]) -> Entries:
    if (keys[1:] >= keys[:-1]).all():
        return keys, places
    order = np.lexsort((places, keys))
    return keys[order], places[order]


def _rows_of(touched: NDArray[np.int64], keys: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Whether each of the ascending `keys` is one of the ascending `touched`."""
    begins, ends = np.searchsorted(keys, touched), np.searchsorted(keys, touched, side="right")
    found = ends > begins
    steps = np.zeros(len(keys) + 1, np.int8)
    steps[begins[found]] += 1  # no two keys begin, or end, at one place
    steps[ends[found]] -= 1
    own: NDArray[np.bool_] = np.cumsum(steps[:-1], dtype=np.int8) > 0
    return own


def _shared(keys: NDArray[np.int64], places: NDArray[np.int64]) -> Entries:
    """Keys that two texts share, with the texts: ascending, each pair once."""
    order = np.lexsort((places, keys))
    keys, places = keys[order], places[order]
    once = np.ones(len(keys), np.bool_)
    once[1:] = (keys[1:] != keys[:-1]) | (places[1:] != places[:-1])
    keys, places = keys[once], places[once]
    shared = np.zeros(len(keys), np.bool_)
    same = keys[1:] == keys[:-1]
    shared[1:] |= same
    shared[:-1] |= same
    return keys[shared], places[shared]
