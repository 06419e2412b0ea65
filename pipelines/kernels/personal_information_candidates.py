"""Which parts of the texts of a column can hold which identifiers: one compiled pass.

A window may stand without a hit, never a hit without its window (tests hold this), so the slower
patterns read only windows. E-mail and IPv4 addresses, the commonest by far, need no pattern: they
are told on the spot. The rules are in `native/identifiers.c` and `native/addresses.c`.
"""

from dataclasses import dataclass
from enum import IntFlag
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from pipelines.kernels.arrow import text_bytes
from pipelines.kernels.native.library import native, pointer, whole
from pipelines.kernels.text_table import text_table_arguments

_BLOCK = 64
_USUAL_BYTES = 1024
"""Most texts have fewer than one address, or number, in so many bytes; more are told."""


class Candidate(IntFlag):
    """What was seen in a window."""

    DIGITS = 1
    """A run of digits that can begin a number, with signs of `space - ( )` between its groups."""
    MIXED = 2
    """A word of capital letters and digits with as many places as a code has."""
    PLATE = 4
    """The first character of a plate with a capital letter after it."""
    COLONS = 8
    """Hexadecimal digits with two colons together, or six of them."""


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidates:
    """What a pass has told of the texts of a column."""

    windows: list[Window]
    """In order, none meeting another."""
    addresses: NDArray[np.int64]
    """E-mail and IPv4 addresses by text, shape (n, 7): text; begin and end in bytes of the text;
    start and end in code points; rank of the Kind; 0 for a valid one, 1 for one that looks alike.
    """
    numbers: NDArray[np.int64]
    """Where numbers can begin, by text and place, shape (n, 2): text; code points before it."""


def candidates(column: pa.LargeStringArray) -> Candidates:
    """What can be, and what is, an identifier in the texts of `column`."""
    source = text_bytes(column)
    count = len(source.offsets) - 1
    size = int(source.offsets[-1] - source.offsets[0])
    rows = np.empty((count + size // _BLOCK + 1, len(Window._fields)), np.int64)
    held, room = np.zeros(2, np.int64), 64 + size // _USUAL_BYTES
    while True:
        addresses, numbers = np.empty((room, 7), np.int64), np.empty((room, 2), np.int64)
        found = native("tda_identifiers")(
            pointer(source.data),
            pointer(source.offsets),
            whole(count),
            text_table_arguments()[0],
            pointer(rows),
            pointer(addresses),
            pointer(numbers),
            whole(room),
            pointer(held),
        )
        if held.max() <= room:
            break
        room = int(held.max())
    return Candidates(
        windows=list(map(Window._make, rows[:found].tolist())),
        addresses=addresses[: held[0]],
        numbers=numbers[: held[1]],
    )
