"""Which texts of a column can hold which identifiers: one compiled pass over their bytes.

A flag may stand without a hit, never a hit without its flag (tests hold this), so the slower
patterns read only flagged texts.
"""

import functools
from enum import IntFlag

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from pipelines.kernels.arrow import text_bytes
from pipelines.kernels.compiled import compiled
from pipelines.kernels.personal_information_codes import PLATE_LEADS
from pipelines.kernels.utf8 import decode


class Candidate(IntFlag):
    """What was seen in a text."""

    DIGITS = 1
    """At least 11 digits with at most two signs of `space - ( )` between them."""
    MIXED = 2
    """A word of letters and digits with at least six digits and eight places."""
    AT = 4
    """An at sign."""
    PLATE = 8
    """The first character of a plate with a letter after it."""
    DOTTED = 16
    """Digits and dots with at least three dots."""
    COLONS = 32
    """Two colons together, or six in one run of hexadecimal digits."""


ALL = Candidate.DIGITS | Candidate.MIXED | Candidate.AT | Candidate.PLATE
ALL |= Candidate.DOTTED | Candidate.COLONS

_OTHER, _DIGIT, _HEX, _LETTER, _GAP, _AT, _DOT, _COLON, _LEAD = range(9)
_BEYOND = 0x10000

FOLDING: dict[int, int] = {
    **{wide: wide - 0xFEE0 for wide in range(0xFF01, 0xFF5F)},
    **dict.fromkeys((0xA0, 0x3000), 0x20),
    **dict.fromkeys((*range(0x2010, 0x2016), 0x2212), 0x2D),
}
"""Full-width signs, spaces and dashes to ASCII, one code point for one."""


_PIECE = 1 << 20
_FOLDED = np.arange(0x10000, dtype=np.uint32)
_FOLDED[list(FOLDING)] = list(FOLDING.values())


def fold(text: str) -> str:
    """`text` with full-width signs, spaces and dashes in ASCII; every place stays where it is."""
    if text.isascii():
        return text
    # str.translate takes ten times as long; pieces keep the copies small beside a huge text
    return "".join(_folded(text[at : at + _PIECE]) for at in range(0, len(text), _PIECE))


def _folded(text: str) -> str:
    points = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4")
    folded = np.where(points < len(_FOLDED), _FOLDED[points & 0xFFFF], points)
    return folded.astype("<u4").tobytes().decode("utf-32-le", "surrogatepass")


def candidates(column: pa.LargeStringArray) -> NDArray[np.uint8]:
    """The Candidate flags of each text of `column`."""
    source = text_bytes(column)
    flags = np.zeros(len(column), np.uint8)
    _flag(source.data, source.offsets, _classes(), flags)
    return flags


@functools.cache
def _classes() -> NDArray[np.uint8]:
    classes = np.full(_BEYOND, _OTHER, np.uint8)
    for signs, kind in (
        ("0123456789", _DIGIT),
        ("abcdefABCDEF", _HEX),
        ("ghijklmnopqrstuvwxyzGHIJKLMNOPQRSTUVWXYZ", _LETTER),
        (" -()", _GAP),
        ("@", _AT),
        (".", _DOT),
        (":", _COLON),
        (PLATE_LEADS, _LEAD),
    ):
        for sign in signs:
            classes[ord(sign)] = kind
    for wide, narrow in FOLDING.items():
        classes[wide] = classes[narrow]
    return classes


@compiled
def _flag(
    data: NDArray[np.uint8],
    offsets: NDArray[np.int64],
    classes: NDArray[np.uint8],
    flags: NDArray[np.uint8],
) -> None:
    for text in range(len(offsets) - 1):
        at, stop = offsets[text], offsets[text + 1]
        seen, last = 0, _OTHER
        spaced, gap = 0, 0  # digits so far, and signs since the last of them
        word, digits = 0, 0  # places and digits of the present word
        dots, colons = 0, 0
        while at < stop:
            code, width = decode(data, at)
            at += width
            kind = classes[code] if code < _BEYOND else _OTHER
            if kind == _DIGIT:
                spaced, gap = spaced + 1, 0
                word, digits = word + 1, digits + 1
                seen |= 1 * (spaced >= 11) | 2 * (digits >= 6 and word >= 8)
            elif kind in (_HEX, _LETTER):
                seen |= 8 * (last == _LEAD)
                word += 1
                seen |= 2 * (digits >= 6 and word >= 8)
                spaced, dots = 0, 0
                colons *= kind == _HEX
            elif kind == _COLON:
                colons += 1
                seen |= 32 * (colons >= 6 or last == _COLON)
                spaced, word, digits, dots = 0, 0, 0, 0
            elif kind == _DOT:
                dots += 1
                seen |= 16 * (dots >= 3)
                spaced, word, digits, colons = 0, 0, 0, 0
            else:
                gap += 1
                spaced *= kind == _GAP and gap <= 2
                word, digits, dots, colons = 0, 0, 0, 0
                seen |= 4 * (kind == _AT)
            last = kind
        flags[text] = seen
