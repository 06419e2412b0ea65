"""The law of `keeping` over texts in memory: each component is normalised where it is compared.

Between components nothing is ever compared, and most have a few texts: they stay near the processor
from the first look to the verdict, in memory that is used again and again (`native/judging.c`).
"""

import numpy as np
from numpy.typing import NDArray

from pipelines.kernels.grouping import Groups
from pipelines.kernels.keeping import Judged, Texts, comparing_all
from pipelines.kernels.native.library import native, pointer, whole
from pipelines.kernels.normalise import Normaliser
from pipelines.kernels.text_table import text_table
from pipelines.kernels.units import Unit, in_units

ROOM = 256 * 1024
"""Code points of one component that are in memory at once (1 MiB); a larger one goes in waves."""

MOST_MEMBERS = 4096
"""Texts of one component that are in memory at once."""


def judge_texts(
    groups: Groups,
    chars: NDArray[np.int64],
    texts: Normaliser,
    rows: NDArray[np.int64],
    threshold: float,
    *,
    unit: Unit = Unit.CHAR,
    room: int = ROOM,
) -> Judged:
    """The verdict on each of n candidates, as `keeping.judge` gives it.

    Candidate i is the text `rows[i]` of `texts`, of `chars[i]` units. `room` decides no verdict.
    """

    def load(members: NDArray[np.int32]) -> Texts:
        normal = in_units(texts.block(rows[members]), unit)
        return Texts(members=members, points=normal.points, ends=normal.offsets)

    comparing = comparing_all(groups, chars, threshold)
    heads = np.append(groups.heads, len(chars))
    source = _Source(texts, rows, heads, unit, room)
    ends = np.cumsum(chars)
    at = 0
    while at < len(groups.heads):
        at = native("tda_judge")(comparing.described, source.described, whole(at))
        if at < 0:
            raise MemoryError
        if at < len(groups.heads):
            # what asks for the formula comes in numbers, as languages do: a few at a time
            first = int(heads[at])
            filled = np.searchsorted(ends, ends[first] - chars[first] + room)
            at = max(at + 1, int(np.searchsorted(heads, filled, side="right")) - 1)
            comparing.decide(first, int(heads[at]), chars, load, room)
    return comparing.judged()


class _Source:
    """The candidates' texts as `source` of native/judging.c has them."""

    def __init__(
        self,
        texts: Normaliser,
        rows: NDArray[np.int64],
        heads: NDArray[np.int64],
        unit: Unit,
        room: int,
    ) -> None:
        largest = min(MOST_MEMBERS, int(np.diff(heads).max(initial=0)))
        table = text_table()
        points = np.empty(room, np.uint32)
        words = np.empty(room, np.uint32) if unit is Unit.WORD else None
        members, ends = np.empty(largest, np.int32), np.empty(largest + 1, np.int64)
        rows = np.ascontiguousarray(rows)
        read = (texts.source.data, texts.source.offsets, rows, heads)
        self._kept_alive = (*read, table, points, words, members, ends)
        self.described = pointer(
            np.array(
                [
                    *(array.ctypes.data for array in read),
                    len(heads) - 1,
                    *(array.ctypes.data for array in table),
                    points.ctypes.data,
                    0 if words is None else words.ctypes.data,
                    room,
                    members.ctypes.data,
                    ends.ctypes.data,
                    largest,
                ],
                np.int64,
            )
        )
