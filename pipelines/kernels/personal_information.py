"""Personal information in texts: where, of what type, how sure; never the value itself.

Recall is by shape, precision by check digits, ranges and keywords: names and postal addresses
are not looked for.
"""

import functools
import itertools
from collections.abc import Callable, Iterator

import numpy as np
import pyarrow as pa

from pipelines.kernels.arrow import text_bytes
from pipelines.kernels.identifier_signs import fold
from pipelines.kernels.personal_information_addresses import ipv6_addresses
from pipelines.kernels.personal_information_candidates import Candidate, Window, candidates
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

DETECTORS: tuple[tuple[Candidate, Callable[[str], Iterator[Hit]]], ...] = (
    (Candidate.DIGITS, identity_numbers),
    (Candidate.DIGITS, card_numbers),
    (Candidate.DIGITS, mobile_numbers),
    (Candidate.DIGITS, landline_numbers),
    (Candidate.DIGITS | Candidate.MIXED, credit_codes),
    (Candidate.MIXED, passports),
    (Candidate.MIXED, permits),
    (Candidate.PLATE, plates),
    (Candidate.COLONS, ipv6_addresses),
)
"""What reads windows, and windows of which families; each takes a folded text."""

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
    return apart(column, told.addresses, list(_in_windows(column, told.windows)))


def _in_windows(
    column: pa.LargeStringArray, windows: list[Window]
) -> Iterator[tuple[int, Hit, str]]:
    """Text, hit and value of what the patterns find.

    Windows with the same families are read as one text, a border between each two of them.
    """
    source = text_bytes(column)
    raw, starts = source.data, source.offsets
    alike: dict[int, list[Window]] = {}
    for window in windows:
        alike.setdefault(window.families, []).append(window)
    for families, group in alike.items():
        texts = [
            raw[starts[w.text] + w.begin : starts[w.text] + w.end].tobytes().decode() for w in group
        ]
        joined = _BORDER.join(texts)
        sizes = (len(text) + len(_BORDER) for text in texts)
        begins = list(itertools.accumulate(sizes, initial=0))
        folded = fold(joined)
        for detector in _detectors(families):
            number = 0
            for hit in detector(folded):
                while hit.start >= begins[number + 1]:
                    number += 1
                moved = group[number].at - begins[number]
                placed = Hit(hit.type, hit.start + moved, hit.end + moved, hit.tier)
                yield group[number].text, placed, joined[hit.start : hit.end]


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
