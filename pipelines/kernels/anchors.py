"""The pieces of a question by which it is looked for in longer texts.

Two questions are asked of them: that none is missed of which enough stands in a text, and that few
texts without it are looked at. A question of which the share t of n code points is to be found may
be broken in a few places only: every break costs four shingles. So some run of it, `unbroken_run`,
is in the text as it is, and anchors so close together that one is in any such run find it.

Reference: the argument is that of q-gram filters (Ukkonen, Theoretical Computer Science 92, 1992).
"""

import secrets
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from pipelines.kernels.native.library import native, pointer, whole
from pipelines.kernels.normalise import NormalText
from pipelines.kernels.shingles import SIZE

LONG_ANCHOR = 12
SHORT_ANCHOR = 6
"""Code points of an anchor; the short ones are for writing in which a character is a word or a
syllable, and where no run of LONG_ANCHOR is certain."""

LEAST_WEIGHT = 36
"""Of a question that is looked for: some seven words of English, or twelve characters of Chinese.
Less than that stands in other texts by chance, and would tell nothing."""
DENSE_WEIGHT = 3
"""What a Han character, a kana or a Hangul syllable weighs; every other code point weighs 1."""
LONGEST_QUESTION = 1 << 16
"""Code points of a question that is looked for; passages of it fit the memory of a piece."""
MOST_QUESTIONS = 16
"""An anchor that more questions have leads to none of them: it is a common phrase."""
LEAST_THRESHOLD = 0.7
"""Below this share some question might have no unbroken run as long as an anchor."""

_DENSE = (
    (0x3040, 0x3100),
    (0x3400, 0xA000),
    (0xAC00, 0xD7A4),
    (0xF900, 0xFB00),
    (0x20000, 0x40000),
)
"""Kana, Han, Hangul syllables, and Han of later planes; ends exclusive."""
_MOST_BITS = 1 << 24


class Asked(IntEnum):
    """Whether a question is looked for inside texts."""

    LOOKED_FOR = 0
    SHORT = 1
    LONG = 2
    COMMON = 3
    """It has no piece of its own: each stands in more than MOST_QUESTIONS questions."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnchorTable:
    """The anchors of one length, as the kernels look them up."""

    fields: NDArray[np.int64]
    """`anchor_table` of native/inside.h."""
    arrays: tuple[NDArray[np.generic], ...]
    """What `fields` points to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchors:
    """The anchors of some questions."""

    asked: NDArray[np.uint8]
    """`Asked` of each question."""
    runs: NDArray[np.int64]
    """Code points of each that stand in a row, an anchor among them, where it is looked at."""
    tables: tuple[AnchorTable | None, AnchorTable | None]
    """Of the long and the short ones; None where there are none."""

    @property
    def looked_for(self) -> NDArray[np.bool_]:
        """Which questions are looked for."""
        chosen: NDArray[np.bool_] = self.asked == Asked.LOOKED_FOR
        return chosen

    @property
    def longest(self) -> int:
        """Code points of an anchor at most."""
        return LONG_ANCHOR


def least_shared(distinct: NDArray[np.int64], threshold: float) -> NDArray[np.int64]:
    """The least number of so many shingles whose share, as a float, is `threshold` or more."""
    least: NDArray[np.int64]
    least = np.maximum(np.floor(distinct * threshold).astype(np.int64) - 1, 1)
    for _ in range(3):
        least += least / np.maximum(distinct, 1) < threshold
    return least


def unbroken_run(length: NDArray[np.int64], threshold: float) -> NDArray[np.int64]:
    """A run of so many code points of a question of `length` stands in a text that holds its share.

    It holds where what differs are places at which the text leaves the question, and no shingle of
    the question is repeated in it. Each place costs SIZE - 1 shingles, or fewer at the ends.
    """
    shingles = np.maximum(length - SIZE + 1, 1)
    lost = shingles - least_shared(shingles, threshold)
    breaks = lost // (SIZE - 1)
    run: NDArray[np.int64] = -((lost % (SIZE - 1) - length) // (breaks + 1))
    return run


def anchors_of(questions: NormalText, threshold: float) -> Anchors:
    """The anchors of `questions`, none of which is another one's equal."""
    lengths = np.diff(questions.offsets)
    dense = _dense(questions)
    asked = np.full(len(lengths), Asked.LOOKED_FOR, np.uint8)
    asked[lengths > LONGEST_QUESTION] = Asked.LONG
    asked[lengths + (DENSE_WEIGHT - 1) * dense < LEAST_WEIGHT] = Asked.SHORT
    runs = unbroken_run(lengths, threshold)
    short = (2 * dense >= lengths) | (runs < LONG_ANCHOR)
    factor = secrets.randbits(62) | 1  # nobody can write pieces whose hashes fall together
    tables = []
    reached = np.zeros(len(lengths), np.bool_)
    for length, chosen in ((LONG_ANCHOR, ~short), (SHORT_ANCHOR, short)):
        which = np.flatnonzero(chosen & (asked == Asked.LOOKED_FOR))
        table, found = _table(questions, which, runs[which], length, factor)
        tables.append(table)
        reached[found] = True
    asked[(asked == Asked.LOOKED_FOR) & ~reached] = Asked.COMMON
    return Anchors(asked=asked, runs=np.ascontiguousarray(runs), tables=(tables[0], tables[1]))


def _dense(questions: NormalText) -> NDArray[np.int64]:
    """Code points of each question that weigh more than one."""
    points = questions.points
    there = np.zeros(len(points) + 1, np.int64)
    for begin, end in _DENSE:
        there[1:] += (points >= begin) & (points < end)
    return np.diff(np.cumsum(there)[questions.offsets])


def _table(
    questions: NormalText,
    which: NDArray[np.int64],
    runs: NDArray[np.int64],
    length: int,
    factor: int,
) -> tuple[AnchorTable | None, NDArray[np.int64]]:
    """The anchors of the questions `which`, and the questions they lead to."""
    lengths = np.diff(questions.offsets)[which]
    apart = np.maximum(runs - length + 1, 1)
    counts = (lengths - length) // apart + 1
    owner = np.repeat(np.arange(len(which)), counts)
    number = np.arange(len(owner)) - np.repeat(np.cumsum(counts) - counts, counts)
    offsets = number * apart[owner]
    hashes = np.empty(len(owner), np.uint64)
    native("tda_anchor_hashes", None)(
        pointer(questions.points),
        pointer(questions.offsets[which][owner] + offsets),
        whole(len(owner)),
        whole(length),
        whole(factor),
        pointer(hashes),
    )
    order = np.lexsort((owner, hashes))
    hashes, owner, offsets = hashes[order], owner[order], offsets[order]
    firsts = np.ones(len(hashes), np.bool_)
    firsts[1:] = hashes[1:] != hashes[:-1]
    anchor = np.cumsum(firsts) - 1
    # a phrase that comes twice in one question is no phrase of two questions
    fresh = firsts.copy()
    fresh[1:] |= owner[1:] != owner[:-1]
    if not len(anchor):
        return None, which[:0]
    own = np.bincount(anchor, weights=fresh)[anchor] <= MOST_QUESTIONS
    if not own.any():
        return None, which[:0]
    hashes, owner, offsets, firsts = hashes[own], owner[own], offsets[own], firsts[own]
    starts = np.append(np.flatnonzero(firsts), len(hashes)).astype(np.int64)
    table = _built(hashes[firsts], starts, which[owner], offsets, length, factor)
    return table, np.unique(which[owner])


def _built(
    hashes: NDArray[np.uint64],
    starts: NDArray[np.int64],
    questions: NDArray[np.int64],
    offsets: NDArray[np.int64],
    length: int,
    factor: int,
) -> AnchorTable:
    size = 1 << (2 * len(hashes)).bit_length()
    bit_count = min(max(32 * size // 4, 1024), _MOST_BITS)
    slots, anchors = np.zeros(size, np.uint64), np.zeros(size, np.int32)
    bits = np.zeros(bit_count // 32, np.uint32)
    hashes = np.ascontiguousarray(hashes)
    native("tda_anchor_build", None)(
        pointer(hashes),
        whole(len(hashes)),
        pointer(slots),
        pointer(anchors),
        whole(size),
        pointer(bits),
        whole(bit_count),
    )
    arrays = (slots, anchors, bits, starts, questions.astype(np.int32), offsets.astype(np.int32))
    at = [array.ctypes.data for array in arrays]
    fields = np.array([at[0], at[1], size, at[2], bit_count, *at[3:], length, factor], np.int64)
    return AnchorTable(fields=fields, arrays=arrays)
