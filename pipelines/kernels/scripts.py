"""To which class of writing each code point belongs, as one table for compiled loops.

Letters are told by Unicode block, digits, spaces and letters as such by the Unicode data of the
running Python (`normal_table.UNIDATA_VERSION`). Reference: Unicode block names, UAX 44.
"""

import functools
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from pipelines.kernels.normal_table import LIMIT


class Script(IntEnum):
    """Classes of code points; each code point is in exactly one."""

    OTHER = 0
    """Punctuation, symbols, marks, and whatever has no class of its own."""
    HAN = 1
    LATIN = 2
    DIGIT = 3
    """Decimal digits of any script."""
    SPACE = 4
    KANA = 5
    HANGUL = 6
    LETTER = 7
    """Letters of every other script."""


DAMAGE = 8
"""Added to the class of U+FFFD and of control characters other than tab and line ends."""

BEYOND = 0x40000
"""Code points from LIMIT up to here are HAN (1), later ones OTHER (0)."""

_HAN = ((0x3005, 0x3005), (0x3007, 0x3007), (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF))
_HAN_BEYOND = ((0x20000, 0x2FFFF),)
_KANA = ((0x3041, 0x3096), (0x309D, 0x309F), (0x30A1, 0x30FA), (0x30FC, 0x30FF))
_KANA_BEYOND = ((0x31F0, 0x31FF), (0xFF66, 0xFF9D), (0x1B000, 0x1B16F))
_HANGUL = ((0x1100, 0x11FF), (0x3131, 0x318E), (0xA960, 0xA97C), (0xAC00, 0xD7A3))
_HANGUL_BEYOND = ((0xD7B0, 0xD7FB), (0xFFA0, 0xFFDC))
_LATIN = ((0x41, 0x5A), (0x61, 0x7A), (0xC0, 0x24F), (0x1E00, 0x1EFF), (0x2C60, 0x2C7F))
_LATIN_BEYOND = ((0xA722, 0xA7FF), (0xAB30, 0xAB64), (0xFF21, 0xFF3A), (0xFF41, 0xFF5A))


@functools.cache
def script_table() -> NDArray[np.uint8]:
    """Class of each code point below LIMIT, plus DAMAGE; shape (LIMIT,)."""
    table = np.zeros(LIMIT, np.uint8)
    for code in range(LIMIT):
        character = chr(code)
        if character.isalpha():
            table[code] = Script.LETTER
        elif character.isdecimal():
            table[code] = Script.DIGIT
        elif character.isspace():
            table[code] = Script.SPACE
    for ranges, script in (
        (_KANA + _KANA_BEYOND, Script.KANA),
        (_HANGUL + _HANGUL_BEYOND, Script.HANGUL),
        (_LATIN + _LATIN_BEYOND, Script.LATIN),
        (_HAN + _HAN_BEYOND, Script.HAN),
    ):
        for first, last in ranges:
            part = table[first : last + 1]
            # U+00D7 and U+00F7 are signs among letters; ideographic zero is a letter to readers
            part[(part == Script.LETTER) | (script == Script.HAN)] = script
    for code in (*range(0x20), *range(0x7F, 0xA0), 0xFFFD):
        if chr(code) not in "\t\n\r":
            table[code] += DAMAGE
    return table
