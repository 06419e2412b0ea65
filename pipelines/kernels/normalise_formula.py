"""The normal form by its formula, for texts of any length and however their marks are ordered.

`unicodedata.normalize` sorts the marks behind a letter by insertion, in the square of their
number: a megabyte of marks in the wrong order would keep it busy for hours. So long runs of marks
are put in order first, which canonical equivalence allows (Unicode Standard, 3.11, D108, D109).
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import cache

import numpy as np
from numpy.typing import NDArray

from pipelines.kernels.native.library import native, pointer, whole
from pipelines.kernels.normal_table import LIMIT, MOST_PER_BYTE
from pipelines.kernels.text_table import text_table_arguments

PIECE_BYTES = 1 << 18
"""A piece may become twenty-four times as large."""
SHORT_RUN = 64
"""Marks in a row that are left to `unicodedata`."""


def normal_pieces(raw: NDArray[np.uint8], size: int = PIECE_BYTES) -> Iterator[NDArray[np.uint32]]:
    """The code points of the normal form of the text whose UTF-8 bytes are `raw`, in pieces.

    The text is cut before code points that neither combine with what precedes them nor are
    reordered, at the earliest after `size` bytes; so the pieces together are the formula of the
    whole, but the words of a long text are never all in memory.
    """
    raw = np.ascontiguousarray(raw)
    table = text_table_arguments()
    # whether anything was written, and whether a space waits
    spaces = np.zeros(2, np.uint8)
    start = 0
    while start < len(raw):
        at = min(start + size, len(raw))
        stop = native("tda_next_safe")(pointer(raw), whole(len(raw)), whole(at), table[0])
        piece, start = raw[start:stop], stop
        # beyond twice the size it could not be cut, and is not for the table
        if len(piece) <= 2 * size:
            before = spaces.copy()
            points = np.empty(MOST_PER_BYTE * len(piece) + 1, np.uint32)
            used = native("tda_by_table")(
                pointer(piece), whole(len(piece)), *table, pointer(spaces), pointer(points)
            )
            if used > 0:
                yield points[:used]
            if used >= 0:
                continue
            spaces = before
        yield from _by_formula(piece, spaces, size)


def _by_formula(
    raw: NDArray[np.uint8], spaces: NDArray[np.uint8], size: int
) -> Iterator[NDArray[np.uint32]]:
    entries = text_table_arguments()[0]
    whole_text = nfkc(str(raw.data, "utf-8"))
    for at in range(0, len(whole_text), size):
        folded = whole_text[at : at + size].casefold()
        part = np.frombuffer(folded.encode("utf-32-le"), dtype="<u4")
        points = np.empty(len(part) + 1, np.uint32)
        used = native("tda_collapsed")(
            pointer(part), whole(len(part)), entries, pointer(spaces), pointer(points)
        )
        if used:
            yield points[:used]


def nfkc(text: str) -> str:
    """NFKC of `text`, in a time that grows with its length and not with its square."""
    if len(text) > SHORT_RUN and _longest_run(text) > SHORT_RUN:
        text = _marks().sub(lambda run: _in_order(run[0]), text)
    return unicodedata.normalize("NFKC", text)


def _longest_run(text: str) -> int:
    """The most code points in a row that may combine with what precedes them."""
    raw = np.frombuffer(text.encode("utf-8", "surrogatepass"), np.uint8)
    return native("tda_longest_unsafe")(pointer(raw), whole(len(raw)), text_table_arguments()[0])


def _in_order(marks: str) -> str:
    """The marks decomposed and, stably, in the order of their combining classes.

    A run may be a whole record of many megabytes, so no mark of it becomes an object.
    """
    apart = np.frombuffer(marks.translate(_decomposed()).encode("utf-32-le"), dtype="<u4")
    classes, counts = np.empty(len(apart), np.uint8), np.zeros(256, np.int64)
    # numpy takes eight bytes an index meanwhile, so it sees some of them at a time
    parts = [slice(at, at + PIECE_BYTES) for at in range(0, len(apart), PIECE_BYTES)]
    for part in parts:
        classes[part] = _classes()[apart[part]]
        counts += np.bincount(classes[part], minlength=256)
    ordered = [
        apart[part][classes[part] == one].tobytes().decode("utf-32-le")
        for one in np.flatnonzero(counts)
        for part in parts
    ]
    return "".join(ordered)


@cache
def _marks() -> re.Pattern[str]:
    """Runs of more than SHORT_RUN code points that decompose into marks alone."""
    marks = "".join(
        point
        for point in map(chr, _scalars())
        if all(map(unicodedata.combining, unicodedata.normalize("NFKD", point)))
    )
    return re.compile(f"[{re.escape(marks)}]{{{SHORT_RUN + 1},}}")


@cache
def _decomposed() -> dict[int, str]:
    """What the marks that decompose become; every other one stays."""
    apart = ((code, unicodedata.normalize("NFKD", chr(code))) for code in _scalars())
    return {
        code: parts
        for code, parts in apart
        if parts != chr(code) and all(map(unicodedata.combining, parts))
    }


@cache
def _classes() -> NDArray[np.uint8]:
    """The combining class of every code point below LIMIT."""
    return np.array([unicodedata.combining(chr(code)) for code in range(LIMIT)], np.uint8)


def _scalars() -> Iterator[int]:
    return (code for code in range(LIMIT) if not 0xD800 <= code < 0xE000)
