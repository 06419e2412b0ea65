"""The shingles of a normalised text: its runs of five code points.

A text of fewer than five code points is one shingle, the whole text; an empty text has none. Texts
come as code points (uint32), as `pipelines.kernels.normalise` leaves them. The compiled form is
`native/sketch.c`.
"""

import numpy as np
from numpy.typing import NDArray

from pipelines.kernels.native.library import native, pointer, whole

SIZE = 5
"""Code points in a shingle."""

SPEC = "char5-nfkc-casefold-ws1"
"""How the names of sketches call these shingles: white space collapsed to one, ends stripped."""

WORDS = "word5-nfkc-casefold-ws1"
"""Runs of five words: see `units`."""

_FACTORS = (0x9E3779B1, 0x85EBCA77, 0xC2B2AE3D, 0x27D4EB2F, 0x165667B1)
_MIX1, _MIX2 = 0x2C1B3C6D, 0x297A2D39
_MASK = 0xFFFFFFFF
_PART = 4096
"""Hashes the compiled code makes at a time (PART of native/sketch.h)."""


def shingles_of(normal: str) -> set[str]:
    """The set of shingles of a normalised text; the definition every kernel is held to."""
    if not normal:
        return set()
    return {normal[i : i + SIZE] for i in range(max(1, len(normal) - SIZE + 1))}


def shingle_hash(shingle: str) -> int:
    """The 32-bit hash of one shingle, in Python: `hashfunc` for a datasketch MinHash.

    The sum of the code points, each times its own odd constant, through a finaliser of three
    xor-shifts and two multiplications, modulo 2**32. A short text adds its length in place of
    its missing last code point, so that `ab` and `ab` + NUL differ.
    """
    total = sum(ord(char) * factor for char, factor in zip(shingle, _FACTORS, strict=False))
    if len(shingle) < SIZE:
        total += (len(shingle) + 0x110000) * _FACTORS[-1]
    x = total & _MASK
    x ^= x >> 15
    x = (x * _MIX1) & _MASK
    x ^= x >> 12
    x = (x * _MIX2) & _MASK
    return x ^ (x >> 15)


def hash_shingles(points: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """The hash of each shingle of a normal text, in order; repeated shingles are repeated."""
    out = np.empty(max(1, len(points)) + _PART, np.uint32)
    count = native("tda_shingle_hashes")(pointer(points), whole(len(points)), pointer(out))
    return out[:count]
