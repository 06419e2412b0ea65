"""The exact Jaccard similarity of the shingle sets of two texts.

The sets are those of `native/jaccard.h`: shingles as they are, in a table whose factors
change nothing but the order of its slots.
"""

import secrets
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipelines.kernels.native.library import native, pointer, whole
from pipelines.kernels.normalise import NormalText
from pipelines.kernels.shingles import SIZE

MOST_SLOTS = 1 << 22
"""Slots a table may have (56 MiB in all); a longer text is compared in parts, each a pass."""


class ShingleTable(NamedTuple):
    """Room for the shingle set of one text at a time; made once, used for every text."""

    slots: NDArray[np.uint32]
    """Shape (twice a power of two,): half of them for what another text has alone."""
    stamps: NDArray[np.int32]
    """Shape (a power of two,)."""
    age: NDArray[np.uint32]
    """`table_age` of native/jaccard.h: what tells a text from those that were there before it."""
    places: NDArray[np.uint32]
    """As many as a text that goes through in one part has code points."""
    factors: NDArray[np.uint32]
    """Of the hash, odd and drawn anew for each table."""

    def described(self) -> tuple[int, ...]:
        """`shingle_table` of native/jaccard.h: addresses, and the number of slots."""
        slots, stamps, age, places, factors = (array.ctypes.data for array in self)
        return slots, stamps, age, places, len(self.stamps), factors


def shingle_table(longest: int, most_slots: int = MOST_SLOTS) -> ShingleTable:
    """A table that takes texts of up to `longest` code points in one part, if it may be so big."""
    slots = native("tda_slots_for")(whole(longest), whole(most_slots))
    # nobody can write a text whose shingles all fall into one slot
    factors = np.frombuffer(secrets.token_bytes(4 * SIZE), "<u4") | np.uint32(1)
    return ShingleTable(
        slots=np.zeros(2 * slots, np.uint32),
        stamps=np.zeros(slots, np.int32),
        age=np.zeros(5, np.uint32),
        places=np.zeros(slots // 2, np.uint32),
        factors=factors,
    )


def parts_of(length: int, slots: int) -> int:
    """In how many parts a text of `length` goes through a table, a quarter full where in many."""
    return native("tda_parts_of")(whole(length), whole(slots))


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
    counts = np.empty(3, np.int64)
    native("tda_shared", None)(
        pointer(np.array(table.described(), np.int64)),
        pointer(a),
        whole(len(a)),
        pointer(b),
        whole(len(b)),
        pointer(counts),
    )
    distinct, shared = int(counts[0] + counts[1]), int(counts[2])
    return shared / (distinct - shared)
