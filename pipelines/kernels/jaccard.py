"""The exact Jaccard similarity of the shingle sets of two texts.

A shingle of five code points is kept as its 105 bits in two words, so two shingles are equal
exactly when their words are: no hash decides, and no collision can be planted. Hashes only choose
the slot of a table, under a salt that changes nothing but the order of the slots.
"""

import secrets
from typing import NamedTuple

import numpy as np
from numba import uint64
from numpy.typing import NDArray

from pipelines.kernels.compiled import compiled
from pipelines.kernels.normalise import NormalText
from pipelines.kernels.shingles import SIZE

MOST_SLOTS = 1 << 22
"""Slots a table may have (80 MiB); a longer text is compared in parts, each a pass over it."""

_SPREAD1 = np.uint64(0x9E3779B97F4A7C15)
_SPREAD2 = np.uint64(0xC2B2AE3D27D4EB4F)


class ShingleTable(NamedTuple):
    """Room for the shingle set of one text at a time; made once, used for every text."""

    low: NDArray[np.uint64]
    high: NDArray[np.uint64]
    stamps: NDArray[np.int32]
    """0 = an empty slot, 1 = a shingle, above = also met in the text with that number."""
    salt: int


def shingle_table(longest: int, most_slots: int = MOST_SLOTS) -> ShingleTable:
    """A table that takes texts of up to `longest` code points in one part, if it may be so big."""
    slots = slots_for(longest, most_slots)
    return ShingleTable(
        low=np.zeros(slots, np.uint64),
        high=np.zeros(slots, np.uint64),
        stamps=np.zeros(slots, np.int32),
        # so that nobody can write a text whose shingles all fall into one slot
        salt=secrets.randbits(62),
    )


def similarity(
    normal: NormalText, left: int, right: int, *, table: ShingleTable | None = None
) -> float:
    """|A n B| / |A u B| of the shingle sets of two texts of a block; 1.0 for two empty texts."""
    ends = normal.offsets
    a = normal.points[ends[left] : ends[left + 1]]
    b = normal.points[ends[right] : ends[right + 1]]
    if min(len(a), len(b)) < SIZE:
        return float(np.array_equal(a, b))
    table = table or shingle_table(max(len(a), len(b)))
    parts = parts_of(max(len(a), len(b)), len(table.stamps))
    distinct, shared = 0, 0
    for part in range(parts):
        distinct += fill(table, a, part, parts)
        distinct += fill(table, b, part, parts)
        shared += count_shared(table, len(b), a, part, parts, 2, 0)
    return shared / (distinct - shared)


@compiled
def slots_for(length: int, most: int) -> int:
    """The power of two, from 16 to `most`, of which a text of `length` fills half at most."""
    slots = 16
    while slots < 2 * length and slots < most:
        slots *= 2
    return slots


@compiled
def parts_of(length: int, slots: int) -> int:
    """In how many parts a text of `length` goes through a table, a quarter full where in many."""
    return 1 if 2 * length <= slots else (4 * length + slots - 1) // slots


@compiled
def _slot_hash(first: np.uint64, second: np.uint64, salt: int) -> np.uint64:
    spot = (first ^ uint64(salt)) * _SPREAD1
    spot = (spot ^ (spot >> uint64(29)) ^ second) * _SPREAD2
    return np.uint64(spot ^ (spot >> uint64(32)))


@compiled
def fill(table: ShingleTable, text: NDArray[np.uint32], part: int, parts: int) -> int:
    """The number of distinct shingles of `text` in `part`; the table holds them, and no others.

    `text` has at least SIZE code points. Part p of `parts` takes the shingles whose slot hash is
    p modulo `parts`. Only as many slots are touched as a text of this length asks for.
    """
    low, high, stamps = table.low, table.high, table.stamps
    used = slots_for(len(text), len(stamps))
    mask = uint64(used - 1)
    stamps[:used] = 0
    distinct = 0
    for i in range(len(text) - SIZE + 1):
        first = uint64(text[i]) | (uint64(text[i + 1]) << uint64(21))
        first |= uint64(text[i + 2]) << uint64(42)
        second = uint64(text[i + 3]) | (uint64(text[i + 4]) << uint64(21))
        spot = _slot_hash(first, second, table.salt)
        if parts > 1 and (spot >> uint64(24)) % uint64(parts) != uint64(part):
            continue
        slot = spot & mask
        while stamps[slot] != 0 and (low[slot] != first or high[slot] != second):
            slot = (slot + uint64(1)) & mask
        if stamps[slot] == 0:
            stamps[slot] = 1
            low[slot] = first
            high[slot] = second
            distinct += 1
    return distinct


@compiled
def count_shared(
    table: ShingleTable,
    length: int,
    text: NDArray[np.uint32],
    part: int,
    parts: int,
    number: int,
    enough: int,
) -> int:
    """How many shingles of `text` in `part` the table holds, each counted once.

    `length` is that of the text the table was filled with, `number` (from 2 on, another for each
    text) marks what was counted. Gives up with -1 once `enough` can no longer be reached.
    """
    low, high, stamps = table.low, table.high, table.stamps
    mask = uint64(slots_for(length, len(stamps)) - 1)
    shared = 0
    count = len(text) - SIZE + 1
    for i in range(count):
        if shared + count - i < enough:
            return -1
        first = uint64(text[i]) | (uint64(text[i + 1]) << uint64(21))
        first |= uint64(text[i + 2]) << uint64(42)
        second = uint64(text[i + 3]) | (uint64(text[i + 4]) << uint64(21))
        spot = _slot_hash(first, second, table.salt)
        if parts > 1 and (spot >> uint64(24)) % uint64(parts) != uint64(part):
            continue
        slot = spot & mask
        while stamps[slot] != 0 and (low[slot] != first or high[slot] != second):
            slot = (slot + uint64(1)) & mask
        if stamps[slot] != 0 and stamps[slot] != number:
            stamps[slot] = number
            shared += 1
    return shared
