"""The shingles of a normalised text: its runs of five code points.

A text of fewer than five code points is one shingle, the whole text; an empty text has none. Texts
come as code points (uint32), as `pipelines.kernels.normalise` leaves them.
"""

import numpy as np
from numba import uint32
from numpy.typing import NDArray

from pipelines.kernels.compiled import compiled

SIZE = 5
"""Code points in a shingle."""

SPEC = "char5-nfkc-casefold-ws1"
"""How the names of sketches call these shingles: white space collapsed to one, ends stripped."""

_C0 = np.uint32(0x9E3779B1)
_C1 = np.uint32(0x85EBCA77)
_C2 = np.uint32(0xC2B2AE3D)
_C3 = np.uint32(0x27D4EB2F)
_C4 = np.uint32(0x165667B1)
_M1 = np.uint32(0x2C1B3C6D)
_M2 = np.uint32(0x297A2D39)
_MASK = 0xFFFFFFFF


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
    constants = (int(_C0), int(_C1), int(_C2), int(_C3), int(_C4))
    total = sum(ord(char) * factor for char, factor in zip(shingle, constants, strict=False))
    if len(shingle) < SIZE:
        total += (len(shingle) + 0x110000) * constants[-1]
    x = total & _MASK
    x ^= x >> 15
    x = (x * int(_M1)) & _MASK
    x ^= x >> 12
    x = (x * int(_M2)) & _MASK
    return x ^ (x >> 15)


@compiled
def hash_shingles(
    points: NDArray[np.uint32], start: int, stop: int, out: NDArray[np.uint32]
) -> int:
    """How many shingles `points[start:stop]` has; `out` begins with the hash of each, in order.

    `out` needs room for max(1, stop - start) values. Repeated shingles are repeated.
    """
    size = stop - start
    if size <= 0:
        return 0
    if size < SIZE:
        _hash_short(points, start, stop, out)
        return 1
    count = size - SIZE + 1
    # every product is cast back: one missed cast promotes to 64 bits and costs the vector unit
    for i in range(count):
        p = start + i
        x = uint32(
            uint32(points[p] * _C0)
            + uint32(points[p + 1] * _C1)
            + uint32(points[p + 2] * _C2)
            + uint32(points[p + 3] * _C3)
            + uint32(points[p + 4] * _C4)
        )
        x = uint32(x ^ (x >> uint32(15)))
        x = uint32(x * _M1)
        x = uint32(x ^ (x >> uint32(12)))
        x = uint32(x * _M2)
        out[i] = uint32(x ^ (x >> uint32(15)))
    return count


@compiled
def _hash_short(points: NDArray[np.uint32], start: int, stop: int, out: NDArray[np.uint32]) -> None:
    x = uint32(uint32(stop - start + 0x110000) * _C4)
    if stop - start > 0:
        x = uint32(x + uint32(points[start] * _C0))
    if stop - start > 1:
        x = uint32(x + uint32(points[start + 1] * _C1))
    if stop - start > 2:
        x = uint32(x + uint32(points[start + 2] * _C2))
    if stop - start > 3:
        x = uint32(x + uint32(points[start + 3] * _C3))
    x = uint32(x ^ (x >> uint32(15)))
    x = uint32(x * _M1)
    x = uint32(x ^ (x >> uint32(12)))
    x = uint32(x * _M2)
    out[0] = uint32(x ^ (x >> uint32(15)))
