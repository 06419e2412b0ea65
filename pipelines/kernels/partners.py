"""Rows of two sides put together by key: the n-th of a key with the n-th of it on the other side.

The rows of both sides are in one array, those of the first side before `split`.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

_MOST = np.iinfo(np.int64).max


def mixed(columns: Sequence[NDArray[np.int64]]) -> NDArray[np.int64]:
    """One number for each row of at least one of `columns`, equal where all of them are.

    The columns hold numbers from 0, and few of these: such as `numpy.unique` gives for values.
    """
    keys = columns[0]
    for column in columns[1:]:
        width = int(column.max(initial=0)) + 1
        if int(keys.max(initial=0)) > _MOST // width - 1:
            keys = np.unique(keys, return_inverse=True)[1]
        keys = keys * width + column
    return keys


def partners(
    keys: NDArray[np.int64], split: int
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Rows of the first side with a partner, the partner of each, and the rows without, ascending.

    Within a key, rows count in their order.
    """
    codes = np.unique(keys, return_inverse=True)[1]
    kinds = int(codes.max(initial=-1)) + 1
    sides = codes[:split], codes[split:]
    sizes = [np.bincount(side, minlength=kinds) for side in sides]
    shared = np.minimum(*sizes)
    first, second = (_leading(side, size, shared) for side, size in zip(sides, sizes, strict=True))
    second += split
    alone = np.ones(len(keys), np.bool_)
    alone[first] = alone[second] = False
    return first, second, np.flatnonzero(alone)


def _leading(
    codes: NDArray[np.int64], sizes: NDArray[np.int64], most: NDArray[np.int64]
) -> NDArray[np.int64]:
    """The rows by code, of each code the first `most`; `sizes` says how many there are of each."""
    order = np.argsort(codes, kind="stable")
    ranks = np.arange(len(codes)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    rows: NDArray[np.int64] = order[ranks < most[codes[order]]]
    return rows
