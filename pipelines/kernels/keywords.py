"""The terms of a library in normal texts: how often each stands in each text.

A term stands wherever its normal form does, also within and across other terms. Where it begins
or ends with an ASCII letter or digit, no letter or digit may stand beside it on that side; others,
Han above all, have no borders.
"""

import ctypes
import weakref
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipelines.kernels.native.library import native, pointer, whole
from pipelines.kernels.normalise import NormalText, normalise

KEYWORD_SCHEME = "every-occurrence/ascii-word-borders"
"""Name of what counts as an occurrence."""

LONGEST_TERM = 64
"""Code points of a term, after normalisation, at most."""

MOST_POINTS = 2**21 - 1
"""Code points of all terms of a table together at most."""

_SINGLE_BITS = 1 << 16
_MOST_BITS = 1 << 20
"""Bits of the set of first two code points: 128 KiB stay near."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeywordTable:
    """The trie of some terms, as the kernels read it."""

    terms: int
    arrays: tuple[NDArray[np.generic], ...]
    """What `fields` points to."""
    fields: NDArray[np.int64]
    """`keyword_table` of keywords.h."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeywordHits:
    """One row for each text and term that stands in it, sorted by both."""

    texts: NDArray[np.int64]
    terms: NDArray[np.int64]
    counts: NDArray[np.int64]


def normal_terms(terms: Sequence[str]) -> list[str]:
    """The distinct normal forms of `terms`, sorted by code point: their places are their numbers.

    Raises:
        ValueError: a normal form is empty or longer than LONGEST_TERM.
    """
    found = sorted({normalise(term) for term in terms})
    if found and (not found[0] or max(map(len, found)) > LONGEST_TERM):
        raise ValueError(f"a term has from 1 to {LONGEST_TERM} code points")
    return found


def keyword_table(terms: Sequence[str]) -> KeywordTable:
    """The table of `terms`, numbered as `normal_terms` orders them.

    Raises:
        ValueError: as `normal_terms`, or they have more than MOST_POINTS code points.
    """
    ordered = normal_terms(terms)
    points = np.array([ord(point) for term in ordered for point in term], np.uint32)
    offsets = np.zeros(len(ordered) + 1, np.int64)
    np.cumsum([len(term) for term in ordered], out=offsets[1:])
    if len(points) > MOST_POINTS:
        raise ValueError(f"terms have at most {MOST_POINTS} code points together")
    widen, salt = 2, 0
    while True:
        made = _built(points, offsets, widen, salt)
        if made is not None:
            return made
        salt += 1
        if salt % 4 == 0:  # chance alone hardly ever comes here
            widen *= 2


def _built(
    points: NDArray[np.uint32], offsets: NDArray[np.int64], widen: int, salt: int
) -> KeywordTable | None:
    """The table with `widen` slots an edge, or None where too many edges fall together."""
    count, lengths = len(offsets) - 1, np.diff(offsets)
    further = int(np.maximum(lengths - 2, lengths == 1).sum())  # edges at most beside the first
    slots = _power_of_two(widen * (count + 1)), _power_of_two(widen * (further + 1))
    bits = min(_power_of_two(max(32 * count, 1024)), _MOST_BITS)
    pairs, edges = np.zeros(slots[0], np.uint64), np.zeros(slots[1], np.uint64)
    nodes = np.zeros((len(points) + 1, 2), np.uint32)
    begins = np.zeros(bits // 32, np.uint32)
    singles = np.zeros(_SINGLE_BITS // 32, np.uint32)
    salted = (salt * 0x9E3779B97F4A7C15) & (2**63 - 1)
    at = [array.ctypes.data for array in (pairs, edges, nodes, begins, singles)]
    fields = np.array(
        [at[0], slots[0], at[1], slots[1], *at[2:], bits, count, salted, 0, 0, 0, 0], np.int64
    )
    if native("tda_keyword_build")(pointer(points), pointer(offsets), pointer(fields)) < 0:
        return None
    return KeywordTable(terms=count, arrays=(pairs, edges, nodes, begins, singles), fields=fields)


def _power_of_two(least: int) -> int:
    return 1 << (least - 1).bit_length()


class KeywordSearch:
    """Gathers the hits of one table over texts that come whole, in blocks or in parts."""

    def __init__(self, table: KeywordTable) -> None:
        self.table = table
        handle = native("tda_keywords_begin", ctypes.c_void_p)(whole(table.terms))
        if not handle:
            raise MemoryError
        self._found = handle
        self._end = weakref.finalize(
            self, native("tda_keywords_end", None), ctypes.c_void_p(handle)
        )

    @property
    def addresses(self) -> tuple[int, int]:
        """Of the `keyword_table` and `keyword_found` of keywords.h."""
        return int(self.table.fields.ctypes.data), self._found

    def block(self, normal: NormalText, numbers: NDArray[np.int64]) -> None:
        """Search each text of `normal`; text i goes by `numbers[i]`."""
        done = native("tda_keywords")(
            pointer(normal.points),
            pointer(normal.offsets),
            whole(len(numbers)),
            pointer(numbers),
            pointer(self.table.fields),
            ctypes.c_void_p(self._found),
        )
        if done < 0:
            raise MemoryError

    def parts(self, parts: Iterator[NDArray[np.uint32]], number: int) -> None:
        """Search the text that `parts` make together; it goes by `number`."""
        held: NDArray[np.uint32] = np.empty(0, np.uint32)
        begin = 0  # the first place of `held` that was not searched yet
        for part in parts:
            held = np.concatenate((held, part))
            # a term and its right border must be seen from where it begins
            end = max(begin, len(held) - LONGEST_TERM)
            self._part(held, begin, end)
            kept = max(0, end - 1)  # the left border
            held, begin = held[kept:], end - kept
        self._part(held, begin, len(held))
        if native("tda_keywords_close")(ctypes.c_void_p(self._found), whole(number)) < 0:
            raise MemoryError

    def _part(self, points: NDArray[np.uint32], begin: int, end: int) -> None:
        native("tda_keywords_part", None)(
            pointer(points),
            whole(len(points)),
            whole(begin),
            whole(end),
            pointer(self.table.fields),
            ctypes.c_void_p(self._found),
        )

    def taken(self) -> KeywordHits:
        """What was found since this was last asked."""
        handle = ctypes.c_void_p(self._found)
        rows: NDArray[np.int64] = np.empty((native("tda_keywords_waiting")(handle), 3), np.int64)
        native("tda_keywords_take", None)(handle, pointer(rows))
        if (np.diff(rows[:, 0]) < 0).any():  # texts that depend on neighbours come later
            rows = rows[np.argsort(rows[:, 0], kind="stable")]
        texts, terms, counts = np.ascontiguousarray(rows.T)
        return KeywordHits(texts=texts, terms=terms, counts=counts)


def keyword_hits(normal: NormalText, table: KeywordTable) -> KeywordHits:
    """The terms in each text of `normal`."""
    search = KeywordSearch(table)
    search.block(normal, np.arange(len(normal.offsets) - 1))
    return search.taken()
