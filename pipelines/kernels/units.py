"""What shingles are runs of: the code points of a normal text, or its words.

A word is a run of letters and digits; a Chinese character or a kana is a word by itself, so texts
without spaces have words too. A word goes by 32 bits of its hash (two words in four billion fall
together), and a text without any word keeps its code points: no text is dropped for having none.
"""

from enum import StrEnum

import numpy as np

from pipelines.kernels.native.library import native, pointer, whole
from pipelines.kernels.normalise import NormalText
from pipelines.kernels.shingles import WORDS
from pipelines.kernels.text_table import text_table_arguments


class Unit(StrEnum):
    """Of a shingle, which is five of them."""

    CHAR = "char"
    WORD = "word"


def in_units(normal: NormalText, unit: Unit) -> NormalText:
    """`normal` with a value for each unit in place of one for each code point."""
    if unit is Unit.CHAR:
        return normal
    out = np.empty(len(normal.points) + 1, np.uint32)
    ends = np.empty(len(normal.offsets), np.int64)
    native("tda_words", None)(
        pointer(normal.points),
        pointer(normal.offsets),
        whole(len(ends) - 1),
        text_table_arguments()[0],
        pointer(out),
        pointer(ends),
    )
    return NormalText(points=out[: ends[-1]], offsets=ends, shingles=WORDS)
