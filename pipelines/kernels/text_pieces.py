"""A very long text as pieces of bounded size, each with what stands around it."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

PIECE_BYTES = 1 << 20
MARGIN_BYTES = 1 << 14
"""At least 4,096 code points: more than any identifier and its context."""


class Piece(NamedTuple):
    """Part of a text, with the margins that its neighbours share."""

    text: str
    at: int
    """Code points of the whole text before `text`."""
    begin: int
    end: int
    """The part proper, in code points of the whole text; the parts of all pieces meet."""


def pieces(
    raw: NDArray[np.uint8], size: int = PIECE_BYTES, margin: int = MARGIN_BYTES
) -> Iterator[Piece]:
    """The pieces of the text whose UTF-8 bytes are `raw`, from left to right.

    They are cut at the same places whenever the text is the same; a text of at most `size` bytes
    is one piece.
    """
    at = begin = 0  # code points before `left` and before `start`
    left = start = 0
    while True:
        stop = _boundary(raw, start + size)
        right = _boundary(raw, stop + margin)
        before, left = left, _boundary(raw, start - margin)
        at += _points(raw[before:left])
        end = begin + _points(raw[start:stop])
        yield Piece(raw[left:right].tobytes().decode(), at, begin, end)
        if stop == len(raw):
            return
        start, begin = stop, end


def _boundary(raw: NDArray[np.uint8], at: int) -> int:
    """The beginning of the code point at or before byte `at`, within the text."""
    at = min(max(0, at), len(raw))
    while 0 < at < len(raw) and raw[at] & 0xC0 == 0x80:
        at -= 1
    return at


def _points(raw: NDArray[np.uint8]) -> int:
    return int(np.count_nonzero(raw & 0xC0 != 0x80))
