"""Personal information in texts: where, of what type, how sure; never the value itself.

Recall is by shape, precision by check digits, ranges and keywords: names and postal addresses
are not looked for.
"""

import functools
import itertools
from collections.abc import Callable, Iterator, Sequence

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from pipelines.kernels.arrow import text_bytes
from pipelines.kernels.identifier_signs import fold
from pipelines.kernels.personal_information_addresses import ipv6_addresses
from pipelines.kernels.personal_information_candidates import (
    Candidate,
    Candidates,
    Window,
    candidates,
)
from pipelines.kernels.personal_information_codes import credit_codes, passports, permits, plates
from pipelines.kernels.personal_information_hits import Found, apart
from pipelines.kernels.personal_information_model import Hit, Kind, Tier
from pipelines.kernels.personal_information_numbers import (
    card_numbers,
    identity_numbers,
    landline_numbers,
    mobile_numbers,
)
from pipelines.kernels.text_pieces import PIECE_BYTES, pieces

__all__ = ["DETECTORS", "DETECTOR_SCHEME", "Found", "Hit", "Kind", "Tier", "find_block"]

DETECTOR_SCHEME = "personal-information/2"
"""Name of the types, patterns and tiers; raise it when any hit can change."""

NUMBERS: tuple[Callable[[str, Sequence[int]], Iterator[Hit]], ...] = (
    identity_numbers,
    card_numbers,
    mobile_numbers,
    landline_numbers,
)
"""What reads windows of the family DIGITS: a folded text, and where in it numbers can begin."""

DETECTORS: tuple[tuple[Candidate, Callable[[str], Iterator[Hit]]], ...] = (
    (Candidate.DIGITS | Candidate.MIXED, credit_codes),
    (Candidate.MIXED, passports),
    (Candidate.MIXED, permits),
    (Candidate.PLATE, plates),
    (Candidate.COLONS, ipv6_addresses),
)
"""What else reads windows, and windows of which families; each takes a folded text."""

_DIGITS = int(Candidate.DIGITS)
_PLACE_BITS = 40
"""Of a text that is read as a whole, no place takes more."""

_BORDER = "\n" * 32
"""No identifier holds a line feed, and no pattern looks further than 24 characters around one."""


def find_block(column: pa.LargeStringArray) -> Iterator[Found]:
    """The hits in the texts of `column`, by text and place, no two of a text overlapping.

    A text longer than PIECE_BYTES comes in pieces, so that neither it nor its hits are in memory as
    a whole; only hits that overlap in an unbroken chain longer than MARGIN_BYTES may come out
    otherwise than if it were read as a whole.
    """
    sizes = np.diff(text_bytes(column).offsets)
    begin = 0
    for long in [*np.flatnonzero(sizes > PIECE_BYTES).tolist(), len(column)]:
        found = _found(column.slice(begin, long - begin))
        if len(found):
            yield found.moved(text=begin)
        if long < len(column):
            for found in _in_pieces(column.slice(long, 1)):
                yield found.moved(text=long)
        begin = long + 1


def _found(column: pa.LargeStringArray) -> Found:
    told = candidates(column)
    return apart(column, told.addresses, list(_in_windows(column, told)))


def _in_windows(column: pa.LargeStringArray, told: Candidates) -> Iterator[tuple[int, Hit, str]]:
    """Text, hit and value of what the patterns find.

    Windows with the same families are read as one text, a border between each two of them.
    """
    source = text_bytes(column)
    raw, starts = source.data, source.offsets
    alike: dict[int, list[Window]] = {}
    for window in told.windows:
        alike.setdefault(window.families, []).append(window)
    for families, group in alike.items():
        texts = [
            raw[starts[w.text] + w.begin : starts[w.text] + w.end].tobytes().decode() for w in group
        ]
        joined = _BORDER.join(texts)
        sizes = [len(text) for text in texts]
        begins = list(itertools.accumulate((size + len(_BORDER) for size in sizes), initial=0))
        folded = fold(joined)
        found = [detector(folded) for detector in _detectors(families)]
        if families & _DIGITS:
            places = _numbers_in(group, sizes, begins, told.numbers)
            found += [reads(folded, places) for reads in NUMBERS]
        for hits in found:
            number = 0
            for hit in hits:
                while hit.start >= begins[number + 1]:
                    number += 1
                moved = group[number].at - begins[number]
                placed = Hit(hit.type, hit.start + moved, hit.end + moved, hit.tier)
                yield group[number].text, placed, joined[hit.start : hit.end]


def _numbers_in(
    group: Sequence[Window], sizes: Sequence[int], begins: Sequence[int], told: NDArray[np.int64]
) -> list[int]:
    """The places `told` that lie in `group`, as places in the text that its windows make.

    The windows have `sizes` code points there, and stand at `begins`.
    """
    texts, at = np.array([(window.text, window.at) for window in group], np.int64).T
    keys, windows = (told[:, 0] << _PLACE_BITS) + told[:, 1], (texts << _PLACE_BITS) + at
    firsts = np.searchsorted(keys, windows).tolist()
    lasts = np.searchsorted(keys, windows + np.array(sizes)).tolist()
    places = told[:, 1].tolist()
    return [
        place - window.at + begin
        for window, begin, first, last in zip(group, begins, firsts, lasts, strict=False)
        for place in places[first:last]
    ]


@functools.cache
def _detectors(seen: int) -> tuple[Callable[[str], Iterator[Hit]], ...]:
    return tuple(detector for family, detector in DETECTORS if int(family) & seen)


def _in_pieces(column: pa.LargeStringArray) -> Iterator[Found]:
    """The hits of the one text of `column`."""
    source = text_bytes(column)
    taken = 0
    for piece in pieces(source.data[source.offsets[0] : source.offsets[1]]):
        found = _found(pa.array([piece.text], pa.large_string())).moved(place=piece.at)
        begins = (found.starts >= piece.begin) & (found.starts < piece.end)
        own = found.only(np.flatnonzero(begins & (found.starts >= taken)))
        if len(own):
            taken = int(own.ends[-1])
            yield own
