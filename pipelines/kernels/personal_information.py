"""Personal information in texts: where, of what type, how sure; never the value itself.

Recall is by shape, precision by check digits, ranges and keywords: names and postal addresses
are not looked for.
"""

import functools
import itertools
from collections.abc import Callable, Iterable, Iterator

import numpy as np
import pyarrow as pa

from pipelines.kernels.arrow import text_bytes
from pipelines.kernels.identifier_signs import fold
from pipelines.kernels.personal_information_addresses import emails, ipv4_addresses, ipv6_addresses
from pipelines.kernels.personal_information_candidates import (
    ALL,
    Candidate,
    Window,
    windows,
)
from pipelines.kernels.personal_information_codes import credit_codes, passports, permits, plates
from pipelines.kernels.personal_information_model import Hit, Kind, Tier
from pipelines.kernels.personal_information_numbers import (
    card_numbers,
    identity_numbers,
    landline_numbers,
    mobile_numbers,
)
from pipelines.kernels.text_pieces import PIECE_BYTES, pieces

__all__ = ["DETECTOR_SCHEME", "Hit", "Kind", "Tier", "find", "find_block"]

DETECTOR_SCHEME = "personal-information/2"
"""Name of the types, patterns and tiers; raise it when any hit can change."""

_DETECTORS: tuple[tuple[Candidate, Callable[[str], Iterator[Hit]]], ...] = (
    (Candidate.DIGITS, identity_numbers),
    (Candidate.DIGITS, card_numbers),
    (Candidate.DIGITS, mobile_numbers),
    (Candidate.DIGITS, landline_numbers),
    (Candidate.DIGITS | Candidate.MIXED, credit_codes),
    (Candidate.MIXED, passports),
    (Candidate.MIXED, permits),
    (Candidate.AT, emails),
    (Candidate.PLATE, plates),
    (Candidate.DOTTED, ipv4_addresses),
    (Candidate.COLONS, ipv6_addresses),
)


_BORDER = "\n" * 32
"""No identifier holds a line feed, and no pattern looks further than 24 characters around one."""


def find(text: str, seen: int = ALL) -> list[Hit]:
    """The hits in `text` by place, no two overlapping; `seen` names what can be in it at all."""
    folded = fold(text)
    hits = [hit for detector in _detectors(int(seen)) for hit in detector(folded)]
    return hits if len(hits) < 2 else _without_overlaps(hits)


@functools.cache
def _detectors(seen: int) -> tuple[Callable[[str], Iterator[Hit]], ...]:
    return tuple(detector for family, detector in _DETECTORS if int(family) & seen)


def find_block(column: pa.LargeStringArray) -> Iterator[tuple[int, list[str], list[Hit]]]:
    """Index, values and hits of each text of `column` with hits; the same hits as `find` gives.

    A text with many hits comes several times, one part after the other. A text longer than
    PIECE_BYTES comes in pieces, so that neither it nor its hits are in memory as a whole; only hits
    that overlap in an unbroken chain longer than MARGIN_BYTES may come out otherwise than `find`
    has them.
    """
    sizes = np.diff(text_bytes(column).offsets)
    begin = 0
    for long in [*np.flatnonzero(sizes > PIECE_BYTES).tolist(), len(column)]:
        for index, values, hits in _in_windows(column.slice(begin, long - begin)):
            yield begin + index, values, hits
        if long < len(column):
            yield from ((long, values, hits) for values, hits in _in_pieces(column.slice(long, 1)))
        begin = long + 1


def _in_windows(column: pa.LargeStringArray) -> Iterator[tuple[int, list[str], list[Hit]]]:
    """Windows with the same families are read as one text, a border between each two of them."""
    source = text_bytes(column)
    raw, starts = source.data, source.offsets.tolist()
    alike: dict[int, list[Window]] = {}
    for window in windows(column):
        alike.setdefault(window.families, []).append(window)
    found: dict[int, list[tuple[Hit, str]]] = {}
    for families, group in alike.items():
        texts = [
            raw[starts[w.text] + w.begin : starts[w.text] + w.end].tobytes().decode() for w in group
        ]
        joined = _BORDER.join(texts)
        sizes = (len(text) + len(_BORDER) for text in texts)
        begins = list(itertools.accumulate(sizes, initial=0))
        number = 0
        for hit in find(joined, families):
            while hit.start >= begins[number + 1]:
                number += 1
            moved = group[number].at - begins[number]
            placed = Hit(hit.type, hit.start + moved, hit.end + moved, hit.tier)
            found.setdefault(group[number].text, []).append((placed, joined[hit.start : hit.end]))
    for text in sorted(found):
        hits = sorted(found[text], key=lambda item: item[0].start)
        yield text, [value for _, value in hits], [hit for hit, _ in hits]


def _in_pieces(column: pa.LargeStringArray) -> Iterator[tuple[list[str], list[Hit]]]:
    """The hits of the one text of `column`."""
    source = text_bytes(column)
    taken = 0
    for piece in pieces(source.data[source.offsets[0] : source.offsets[1]]):
        for _, values, hits in _in_windows(pa.array([piece.text], pa.large_string())):
            placed = [
                (value, Hit(hit.type, piece.at + hit.start, piece.at + hit.end, hit.tier))
                for value, hit in zip(values, hits, strict=True)
            ]
            own = [
                (value, hit)
                for value, hit in placed
                if piece.begin <= hit.start < piece.end and hit.start >= taken
            ]
            if own:
                taken = own[-1][1].end
                yield [value for value, _ in own], [hit for _, hit in own]


def _without_overlaps(hits: Iterable[Hit]) -> list[Hit]:
    """The stronger hit wherever two overlap: valid first, then by type, place and length."""
    found = sorted(hits, key=_strength)
    taken = bytearray(max((hit.end for hit in found), default=0))
    kept: list[Hit] = []
    for hit in found:
        # both ends do not suffice: a shorter hit may lie in the middle
        if not any(taken[hit.start : hit.end]):
            taken[hit.start : hit.end] = b"\1" * (hit.end - hit.start)
            kept.append(hit)
    return sorted(kept, key=lambda hit: hit.start)


def _strength(hit: Hit) -> tuple[bool, int, int, int]:
    return hit.tier is Tier.LOOKALIKE, hit.type.rank, hit.start, -hit.end
