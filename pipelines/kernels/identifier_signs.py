"""The kinds of characters identifiers are made of, and full-width signs folded to ASCII.

The kinds are what `native/identifiers.c` tells candidates by; the folding is what the patterns
read. Both are one code point for one, so every place stays where it is.
"""

from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from pipelines.kernels.normal_table import LIMIT

PLATE_LEADS = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
"""One character for each of the 31 registration authorities (GA 36)."""

FOLDING: dict[int, int] = {
    **{wide: wide - 0xFEE0 for wide in range(0xFF01, 0xFF5F)},
    **dict.fromkeys((0xA0, 0x3000), 0x20),
    **dict.fromkeys((*range(0x2010, 0x2016), 0x2212), 0x2D),
}
"""Full-width signs, spaces and dashes to ASCII, one code point for one."""

_PIECE = 1 << 20
_FOLDED = np.arange(0x10000, dtype=np.uint32)
_FOLDED[list(FOLDING)] = list(FOLDING.values())


class Sign(IntEnum):
    """Kinds of characters, as native/identifiers.c numbers them."""

    OTHER = 0
    DIGIT = 1
    HEX = 2
    """a-f and A-F."""
    LETTER = 3
    """The other letters of ASCII."""
    GAP = 4
    """What may stand between groups of digits: space, hyphen, brackets."""
    AT = 5
    DOT = 6
    COLON = 7
    LEAD = 8
    """The first character of a plate."""


def sign_kinds() -> NDArray[np.uint8]:
    """The Sign of each code point below LIMIT, shape (LIMIT,)."""
    kinds = np.zeros(LIMIT, np.uint8)
    for signs, kind in (
        ("0123456789", Sign.DIGIT),
        ("abcdefABCDEF", Sign.HEX),
        ("ghijklmnopqrstuvwxyzGHIJKLMNOPQRSTUVWXYZ", Sign.LETTER),
        (" -()", Sign.GAP),
        ("@", Sign.AT),
        (".", Sign.DOT),
        (":", Sign.COLON),
        (PLATE_LEADS, Sign.LEAD),
    ):
        for sign in signs:
            kinds[ord(sign)] = kind
    for wide, narrow in FOLDING.items():
        kinds[wide] = kinds[narrow]
    return kinds


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
