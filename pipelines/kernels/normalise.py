"""The normal form in which texts are compared: NFKC, case fold, white space collapsed.

Reference: Unicode Standard Annex 15 (NFKC and its boundaries), annex 44 (White_Space as Python's
`str.isspace` reads it). The Unicode version is that of the running Python: see `normal_table`.
"""

import unicodedata
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from pipelines.kernels.arrow import TextBytes, text_bytes
from pipelines.kernels.compiled import compiled
from pipelines.kernels.normal_table import EXPANDS, LIMIT, UNSAFE, normal_table
from pipelines.kernels.normalise_formula import normal_pieces
from pipelines.kernels.utf8 import decode

NORMAL_SCHEME = f"nfkc-casefold-space/unicode-{unicodedata.unidata_version}"
"""Name of this normal form; texts are comparable only under the same name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NormalText:
    """n normalised texts: text i is the code points `points[offsets[i]:offsets[i + 1]]`."""

    points: NDArray[np.uint32]
    offsets: NDArray[np.int64]
    """Shape (n + 1,), from 0, never decreasing."""

    def text(self, index: int) -> str:
        """Text `index` as a string."""
        span = self.points[self.offsets[index] : self.offsets[index + 1]]
        return span.astype("<u4").tobytes().decode("utf-32-le")


def normalise(text: str) -> str:
    """The normal form of one text: the formula that `normalise_block` must agree with."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def normalise_block(column: pa.LargeStringArray) -> NormalText:
    """The normal form of each text of `column`; a null is an empty text.

    A text in which some code point may combine with its neighbour (decomposed accents, Hangul
    jamo, many Indic and Arabic marks) goes through the formula, every other one through a table.
    """
    source = text_bytes(column)
    table = normal_table()
    count = len(source.offsets) - 1
    size = int(source.offsets[-1] - source.offsets[0])
    # an expansion is at most 3 code points for 2 bytes, else its code point is LONG
    points = np.empty(size + size // 2 + 1, np.uint32)
    lengths = np.empty(count, np.int64)
    used = _normalise(
        source.data, source.offsets, table.images, table.starts, table.expansions, points, lengths
    )
    unsafe = np.flatnonzero(lengths < 0)
    if len(unsafe) == 0:
        return NormalText(points=points[:used], offsets=_offsets(lengths))
    return _with_formula(source, points[:used], lengths, unsafe)


def _with_formula(
    source: TextBytes,
    points: NDArray[np.uint32],
    lengths: NDArray[np.int64],
    unsafe: NDArray[np.intp],
) -> NormalText:
    """All texts in order, the `unsafe` ones computed here; `points` holds the others."""
    others = np.maximum(lengths, 0)
    begins = _offsets(others)
    gathered, done = _Growing(len(points)), 0
    for index in unsafe:
        gathered.add(points[done : begins[index]])
        before = gathered.used
        for piece in normal_pieces(source.data[source.offsets[index] : source.offsets[index + 1]]):
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


@compiled
def _normalise(
    data: NDArray[np.uint8],
    offsets: NDArray[np.int64],
    images: NDArray[np.uint32],
    starts: NDArray[np.int64],
    expansions: NDArray[np.uint32],
    points: NDArray[np.uint32],
    lengths: NDArray[np.int64],
) -> int:
    """Writes the safe texts into `points` one after the other, -1 as length of the others."""
    end = 0
    for text in range(len(offsets) - 1):
        at, stop, begin = offsets[text], offsets[text + 1], end
        after_space, safe = True, True
        while at < stop:
            code, width = decode(data, at)
            at += width
            image = np.int64(images[code]) if code < LIMIT else code
            if image < EXPANDS:
                # write, then move on unless it is a further space: no branch to mispredict
                points[end] = image
                is_space = image == 32
                end += 1 - (is_space & after_space)
                after_space = is_space
            elif image >= UNSAFE:
                safe = False
                break
            else:
                for part in range(starts[image - EXPANDS], starts[image - EXPANDS + 1]):
                    points[end] = expansions[part]
                    is_space = expansions[part] == 32
                    end += 1 - (is_space & after_space)
                    after_space = is_space
        if not safe:
            end = begin
            lengths[text] = -1
            continue
        if end > begin and after_space:
            end -= 1
        lengths[text] = end - begin
    return end
