"""Rows of arrays in memory that have equal values: what SQL answers over tables on disk."""

import secrets

import numpy as np
from numpy.typing import NDArray

from pipelines.kernels.native.library import native, pointer, whole


def first_equal(hashes: NDArray[np.int64]) -> NDArray[np.int32]:
    """For each row of `hashes`, shape (n, 2), the number of the first row that is equal to it."""
    firsts = np.empty(len(hashes), np.int32)
    slots, bits = _slots(len(hashes))
    native("tda_first_equal", None)(
        pointer(hashes),
        whole(len(hashes)),
        whole(secrets.randbits(62)),
        whole(bits),
        pointer(slots),
        pointer(firsts),
    )
    return firsts


def shared_values(
    keys: NDArray[np.int64], which: NDArray[np.int64]
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """The values that several of the rows `which` of `keys`, shape (n, bands), have in one band.

    Two parallel arrays: numbers of values, ascending from 0, and places in `which`, ascending
    within a value.
    """
    count, bands = len(which), keys.shape[1]
    slots, bits = _slots(count)
    room = [np.empty(count, np.int32) for _ in range(4)]
    found: list[tuple[NDArray[np.int32], NDArray[np.int32]]] = []
    number = 0
    for band in range(bands):
        slots[:] = -1
        entries = native("tda_shared_values")(
            pointer(keys),
            pointer(which),
            whole(count),
            whole(bands),
            whole(band),
            whole(secrets.randbits(62)),
            whole(bits),
            pointer(slots),
            *map(pointer, room),
        )
        if entries:
            found.append((room[2][:entries] + np.int32(number), room[3][:entries].copy()))
            number = int(found[-1][0][-1]) + 1
    if not found:
        return np.empty(0, np.int32), np.empty(0, np.int32)
    numbers, rows = zip(*found, strict=True)
    return np.concatenate(numbers), np.concatenate(rows)


def _slots(count: int) -> tuple[NDArray[np.int32], int]:
    """Room for a table of `count` values, a half full at most, and its bits."""
    bits = max(4, int(2 * count - 1).bit_length())
    return np.full(1 << bits, -1, np.int32), bits
