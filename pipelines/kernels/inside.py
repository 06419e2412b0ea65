"""Questions inside longer texts: what share of a question stands in one passage of a text.

A passage is as long as the question and a quarter more on both sides. The share is that of the
distinct shingles of the question which stand in it. Looked at are the passages where a run of the
question stands unbroken, see `anchors`; the greatest share counts. `native/inside.c` does it.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipelines.kernels.anchors import Anchors, anchors_of, least_shared
from pipelines.kernels.jaccard import ShingleTable, shingle_table
from pipelines.kernels.native.library import native, pointer, whole
from pipelines.kernels.normalise import NormalText
from pipelines.kernels.shingles import SIZE

INSIDE_SCHEME = "char5-passage-5/4-anchors-6-12"
"""Name of how questions are looked for; results compare under equal ones."""

LEAST_BUDGET = 1 << 18
"""Code points of passages looked at in any text, each time with the question."""
BUDGET_PER_BYTE = 32
"""And more for each byte of it: so the time for a text is linear, whatever it holds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionTable:
    """Questions, different from each other, as the kernels look for them."""

    questions: NormalText
    anchors: Anchors
    distinct: NDArray[np.int64]
    """Shingles of each question; 0 for one that is not looked for."""
    needed: NDArray[np.int64]
    """How many of them a passage must hold."""
    reach: int
    """How far from an anchor a passage may begin or end."""
    fields: NDArray[np.int64]
    """`question_table` of native/inside.h."""
    kept: tuple[object, ...]
    """What `fields` points to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """Texts that hold a question, each with the one of which it holds most; parallel arrays."""

    places: NDArray[np.int64]
    questions: NDArray[np.int64]
    shared: NDArray[np.int64]
    """Shingles of the question that the passage holds."""


def question_table(questions: NormalText, threshold: float) -> QuestionTable:
    """The table of `questions`, of which a passage must hold a share of `threshold` or more."""
    anchors = anchors_of(questions, threshold)
    lengths = np.diff(questions.offsets)
    looked_for = anchors.looked_for
    longest = int(lengths[looked_for].max(initial=SIZE))
    table = shingle_table(longest + 2 * (longest // 4))
    distinct = _distinct(questions, looked_for, table)
    needed = least_shared(distinct, threshold)
    described = np.array(table.described(), np.int64)
    fields = np.array(
        [
            questions.points.ctypes.data,
            questions.offsets.ctypes.data,
            distinct.ctypes.data,
            needed.ctypes.data,
            anchors.runs.ctypes.data,
            *(0 if one is None else one.fields.ctypes.data for one in anchors.tables),
            described.ctypes.data,
        ],
        np.int64,
    )
    return QuestionTable(
        questions=questions,
        anchors=anchors,
        distinct=distinct,
        needed=needed,
        reach=longest + longest // 4,
        fields=fields,
        kept=(table, described),
    )


def _distinct(
    questions: NormalText, chosen: NDArray[np.bool_], table: ShingleTable
) -> NDArray[np.int64]:
    found = np.zeros(len(chosen), np.int64)
    which = np.flatnonzero(chosen)
    shared, together = np.empty(len(which), np.int64), np.empty(len(which), np.int64)
    described = np.array(table.described(), np.int64)
    native("tda_shared_by_pairs", None)(
        pointer(described),
        pointer(questions.points),
        pointer(questions.offsets),
        pointer(which),
        pointer(which),
        whole(len(which)),
        pointer(shared),
        pointer(together),
    )
    found[which] = together
    return found


class PassageSearch:
    """Looks for the questions of one table in texts that come whole, in blocks, or in parts."""

    def __init__(self, table: QuestionTable) -> None:
        count = len(table.distinct)
        self.table = table
        self.crowded: list[int] = []
        """Places of the texts in which not every passage could be looked at."""
        self.best = np.zeros(count, np.int64)
        """By question: the most of its shingles that one passage holds; 0, it is in no text."""
        self.best_place = np.full(count, -1, np.int64)
        """By question: the first text with so many."""
        self._most = np.full(count, -1, np.int64)
        self._aligned = np.zeros(count, np.int64)
        self._met = np.zeros(count, np.int32)
        arrays = (self._most, self._aligned, self._met, self.best, self.best_place)
        most, aligned, met, best, place = (array.ctypes.data for array in arrays)
        self._search = np.array([most, aligned, met, 0, 0, 0, 0, -1, best, place], np.int64)
        self._common = (pointer(table.fields), pointer(self._search))

    def block(
        self, normal: NormalText, places: NDArray[np.int64], sizes: NDArray[np.int64]
    ) -> Held:
        """What the texts of `normal`, which are at `places` and had `sizes` bytes, hold."""
        out = np.empty((len(places), 3), np.int64)
        budgets = LEAST_BUDGET + BUDGET_PER_BYTE * sizes.astype(np.int64)
        native("tda_inside", None)(
            *self._common,
            pointer(normal.points),
            pointer(normal.offsets),
            whole(len(places)),
            pointer(budgets),
            pointer(np.ascontiguousarray(places, np.int64)),
            pointer(out),
        )
        return self._held(out, places)

    def parts(self, parts: Iterator[NDArray[np.uint32]], place: int, size: int) -> Held:
        """What the text that `parts` make together holds; it is at `place` and had `size` bytes."""
        longest, reach = self.table.anchors.longest, self.table.reach
        native("tda_inside_begin", None)(
            self._common[1], whole(LEAST_BUDGET + BUDGET_PER_BYTE * size)
        )
        held: NDArray[np.uint32] = np.empty(0, np.uint32)
        base = begin = 0  # where `held` stands in the text; the first place not searched yet
        for part in parts:
            held = np.concatenate((held, part))
            # a passage must be seen whole from its anchor
            end = max(begin, len(held) - reach - longest)
            self._part(held, begin, end, base)
            dropped = max(0, end - reach)
            held, base, begin = held[dropped:], base + dropped, end - dropped
        self._part(held, begin, len(held), base)
        out = np.empty((1, 3), np.int64)
        native("tda_inside_end", None)(*self._common, whole(place), pointer(out))
        return self._held(out, np.array([place], np.int64))

    def _part(self, points: NDArray[np.uint32], begin: int, end: int, base: int) -> None:
        native("tda_inside_part", None)(
            *self._common,
            pointer(points),
            whole(len(points)),
            whole(begin),
            whole(end),
            whole(base),
        )

    def _held(self, out: NDArray[np.int64], places: NDArray[np.int64]) -> Held:
        self.crowded += places[out[:, 2] > 0].tolist()
        found = out[:, 0] >= 0
        return Held(
            places=places[found],
            questions=out[found, 0],
            shared=out[found, 1],
        )
