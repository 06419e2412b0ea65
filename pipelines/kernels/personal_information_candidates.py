"""Which parts of the texts of a column can hold which identifiers: one compiled pass.

A window may stand without a hit, never a hit without its window (tests hold this), so the slower
patterns read only windows. The rules are in `native/identifiers.c`.
"""

from collections.abc import Iterator
from enum import IntFlag
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from pipelines.kernels.arrow import text_bytes
from pipelines.kernels.native.library import native, pointer, whole
from pipelines.kernels.text_table import text_table

_BLOCK = 64


class Candidate(IntFlag):
    """What was seen in a window."""

    DIGITS = 1
    """A run of digits that can begin a number, with signs of `space - ( )` between its groups."""
    MIXED = 2
    """A word of capital letters and digits with as many places as a code has."""
    AT = 4
    """An at sign between what can be a local part and a domain."""
    PLATE = 8
    """The first character of a plate with a capital letter after it."""
    DOTTED = 16
    """Four groups of digits with dots between them."""
    COLONS = 32
    """Hexadecimal digits with two colons together, or six of them."""


ALL = Candidate.DIGITS | Candidate.MIXED | Candidate.AT | Candidate.PLATE
ALL |= Candidate.DOTTED | Candidate.COLONS


class Window(NamedTuple):
    """Part of one text of a column that the patterns of `families` have to read."""

    text: int
    """Number of the text in its column."""
    begin: int
    """Bytes from the start of the text; the end is exclusive."""
    end: int
    at: int
    """Code points of the text before `begin`."""
    families: int
    """Candidate flags, as a plain number: there are many windows."""


def windows(column: pa.LargeStringArray) -> Iterator[Window]:
    """The windows of the texts of `column` in order, none meeting another."""
    source = text_bytes(column)
    count = len(source.offsets) - 1
    size = int(source.offsets[-1] - source.offsets[0])
    rows = np.empty((count + size // _BLOCK + 1, len(Window._fields)), np.int64)
    found = native("tda_windows")(
        pointer(source.data),
        pointer(source.offsets),
        whole(count),
        text_table().arguments()[0],
        pointer(rows),
    )
    yield from map(Window._make, rows[:found].tolist())
