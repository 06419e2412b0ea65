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

from pipelines.kernels.compiled import compiled
from pipelines.kernels.normal_table import LIMIT, UNSAFE, normal_table
from pipelines.kernels.utf8 import decode

PIECE_BYTES = 1 << 20
SHORT_RUN = 64
"""Marks in a row that are left to `unicodedata`."""


def normal_pieces(raw: NDArray[np.uint8], size: int = PIECE_BYTES) -> Iterator[NDArray[np.uint32]]:
    """The code points of the normal form of the text whose UTF-8 bytes are `raw`, in pieces.

    The text is cut before code points that neither combine with what precedes them nor are
    reordered, at the earliest after `size` bytes; so the pieces together are the formula of the
    whole, but the words of a long text are never all in memory.
    """
    images = normal_table().images
    begun = after_space = False
    start = 0
    while start < len(raw):
        stop = _next_safe(raw, min(start + size, len(raw)), images)
        folded = _folded(raw[start:stop].tobytes().decode())
        start = stop
        words = " ".join(folded.split())
        if words:
            between = " " if begun and (after_space or folded[0].isspace()) else ""
            yield np.frombuffer(f"{between}{words}".encode("utf-32-le"), dtype="<u4")
            begun = True
        after_space = folded[-1].isspace() if words else True


def _folded(text: str) -> str:
    return nfkc(text).casefold()


def nfkc(text: str) -> str:
    """NFKC of `text`, in a time that grows with its length and not with its square."""
    if len(text) > SHORT_RUN:
        text = _marks().sub(lambda run: _in_order(run[0]), text)
    return unicodedata.normalize("NFKC", text)


def _in_order(marks: str) -> str:
    """The marks decomposed and, stably, in the order of their combining classes."""
    apart = "".join(unicodedata.normalize("NFKD", mark) for mark in marks)
    return "".join(sorted(apart, key=unicodedata.combining))


@cache
def _marks() -> re.Pattern[str]:
    """Runs of more than SHORT_RUN code points that decompose into marks alone."""
    points = (chr(code) for code in range(LIMIT) if not 0xD800 <= code < 0xE000)
    marks = "".join(
        point
        for point in points
        if all(map(unicodedata.combining, unicodedata.normalize("NFKD", point)))
    )
    return re.compile(f"[{re.escape(marks)}]{{{SHORT_RUN + 1},}}")


@compiled
def _next_safe(data: NDArray[np.uint8], at: int, images: NDArray[np.uint32]) -> int:
    """The first byte from `at` on at which the text may be cut, or its length."""
    while at < len(data):
        if data[at] & 0xC0 != 0x80:
            code, _ = decode(data, at)
            if code >= LIMIT or images[code] != UNSAFE:
                break
        at += 1
    return at
