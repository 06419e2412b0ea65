"""The normal form in which texts are compared: NFKC, case fold, white space collapsed.

Reference: Unicode Standard Annex 15 (NFKC and its boundaries), annex 44 (White_Space as Python's
`str.isspace` reads it). The Unicode version is that of the running Python: see `normal_table`.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from pipelines.kernels.arrow import TextBytes, text_bytes
from pipelines.kernels.native.library import native, pointer, whole
from pipelines.kernels.normalise_formula import normal_pieces
from pipelines.kernels.shingles import SPEC as SHINGLES
from pipelines.kernels.text_table import text_table_arguments

NORMAL_SCHEME = f"nfkc-casefold-space/unicode-{unicodedata.unidata_version}"
"""Name of this normal form; texts are comparable only under the same name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NormalText:
    """n normalised texts: text i is the code points `points[offsets[i]:offsets[i + 1]]`."""

    points: NDArray[np.uint32]
    offsets: NDArray[np.int64]
    """Shape (n + 1,), from 0, never decreasing."""
    shingles: str = SHINGLES
    """What runs of five are called: `units` gives texts whose points stand for words."""

    def text(self, index: int) -> str:
        """Text `index` as a string."""
        span = self.points[self.offsets[index] : self.offsets[index + 1]]
        return span.astype("<u4").tobytes().decode("utf-32-le")


def normalise(text: str) -> str:
    """The normal form of one text: the formula that `normalise_block` must agree with."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def normalise_block(
    column: pa.LargeStringArray, rows: NDArray[np.int64] | None = None
) -> NormalText:
    """The normal form of each text of `column`, or of those in `rows`; a null is an empty text.

    A text in which some code point may combine with its neighbour (decomposed accents, Hangul
    jamo, many Indic and Arabic marks) goes through the formula, every other one through a table.
    """
    return Normaliser(column).block(rows)


class Normaliser:
    """The texts of one column, of which some are normalised again and again."""

    def __init__(self, column: pa.LargeStringArray) -> None:
        """Copies nothing."""
        self.source = text_bytes(column)
        self._described = (pointer(self.source.data), pointer(self.source.offsets))

    def block(self, rows: NDArray[np.int64] | None = None) -> NormalText:
        """The normal form of each text, or of those in `rows`."""
        source = self.source
        begins, ends = source.offsets[:-1], source.offsets[1:]
        if rows is not None:
            begins, ends = begins[rows], ends[rows]
        points = np.empty(room_for(int((ends - begins).sum())), np.uint32)
        lengths = np.empty(len(begins), np.int64)
        used = native("tda_normalise")(
            *self._described,
            whole(0) if rows is None else pointer(rows),
            whole(len(begins)),
            *text_table_arguments(),
            pointer(points),
            pointer(lengths),
        )
        if lengths.min(initial=0) >= 0:
            return NormalText(points=points[:used], offsets=_offsets(lengths))
        unsafe = np.flatnonzero(lengths < 0)
        raw = [source.data[begins[index] : ends[index]] for index in unsafe]
        return _with_formula(raw, points[:used], lengths, unsafe)


def encode(normal: NormalText) -> TextBytes:
    """The normal texts in UTF-8."""
    data = np.empty(4 * len(normal.points) + 4, np.uint8)
    offsets = np.zeros(len(normal.offsets), np.int64)
    native("tda_encode", None)(
        pointer(normal.points),
        pointer(normal.offsets),
        whole(len(offsets) - 1),
        pointer(data),
        pointer(offsets),
    )
    return TextBytes(data=data[: offsets[-1]], offsets=offsets)


def room_for(size: int) -> int:
    """Code points that the compiled pass may write for `size` bytes of text."""
    # an expansion is at most 3 code points for 2 bytes, else its code point is LONG; a block of 64
    # is written before it is known how much of it is kept
    return size + size // 2 + 128


def _with_formula(
    raw: Sequence[NDArray[np.uint8]],
    points: NDArray[np.uint32],
    lengths: NDArray[np.int64],
    unsafe: NDArray[np.intp],
) -> NormalText:
    """All texts in order, the `unsafe` ones made here from `raw`; `points` holds the others."""
    others = np.maximum(lengths, 0)
    begins = _offsets(others)
    gathered, done = _Growing(len(points)), 0
    for index, text in zip(unsafe, raw, strict=True):
        gathered.add(points[done : begins[index]])
        before = gathered.used
        for piece in normal_pieces(text):
            gathered.add(piece)
        others[index] = gathered.used - before
        done = int(begins[index])
    gathered.add(points[done:])
    return NormalText(points=gathered.taken(), offsets=_offsets(others))


class _Growing:
    """An array that grows in place: pieces of a huge text are not kept twice."""

    def __init__(self, room: int) -> None:
        self._points = np.empty(room, np.uint32)
        self.used = 0

    def add(self, piece: NDArray[np.uint32]) -> None:
        end = self.used + len(piece)
        if end > len(self._points):
            # nobody else has seen the array yet
            self._points.resize(end + end // 4, refcheck=False)
        self._points[self.used : end] = piece
        self.used = end

    def taken(self) -> NDArray[np.uint32]:
        return self._points[: self.used]


def _offsets(lengths: NDArray[np.int64]) -> NDArray[np.int64]:
    offsets = np.zeros(len(lengths) + 1, np.int64)
    np.cumsum(lengths, out=offsets[1:])
    return offsets
