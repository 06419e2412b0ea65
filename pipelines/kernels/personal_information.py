"""Personal information in texts: where, of what type, how sure; never the value itself.

Recall is by shape, precision by check digits, ranges and keywords: names and postal addresses
are not looked for.
"""

from collections.abc import Callable, Iterable, Iterator

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from pipelines.kernels.arrow import text_bytes
from pipelines.kernels.personal_information_addresses import emails, ipv4_addresses, ipv6_addresses
from pipelines.kernels.personal_information_candidates import (
    ALL,
    Candidate,
    candidates,
    fold,
)
from pipelines.kernels.personal_information_codes import credit_codes, passports, permits, plates
from pipelines.kernels.personal_information_model import Hit, Kind, Tier
from pipelines.kernels.personal_information_numbers import (
    card_numbers,
    identity_numbers,
    landline_numbers,
    mobile_numbers,
)
from pipelines.kernels.text_pieces import pieces

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


def find(text: str, seen: Candidate = ALL) -> list[Hit]:
    """The hits in `text` by place, no two overlapping; `seen` names what can be in it at all."""
    folded, flags = fold(text), int(seen)
    return _without_overlaps(
        hit for family, detector in _DETECTORS if int(family) & flags for hit in detector(folded)
    )


def find_block(column: pa.LargeStringArray) -> Iterator[tuple[int, list[str], list[Hit]]]:
    """Index, values and hits of each text of `column` with hits; the same hits as `find` gives.

    A text longer than PIECE_BYTES comes in pieces, so that neither it nor its hits are in memory
    as a whole; only hits that overlap in an unbroken chain longer than MARGIN_BYTES may come out
    otherwise than `find` has them.
    """
    flags = candidates(column)
    source = text_bytes(column)
    for index in flags.nonzero()[0].tolist():
        raw = source.data[source.offsets[index] : source.offsets[index + 1]]
        for values, hits in _find_pieces(raw, Candidate(int(flags[index]))):
            yield index, values, hits


def _find_pieces(raw: NDArray[np.uint8], seen: Candidate) -> Iterator[tuple[list[str], list[Hit]]]:
    taken = 0
    for piece in pieces(raw):
        values: list[str] = []
        hits: list[Hit] = []
        for hit in find(piece.text, seen):
            start, end = piece.at + hit.start, piece.at + hit.end
            if piece.begin <= start < piece.end and start >= taken:
                values.append(piece.text[hit.start : hit.end])
                hits.append(Hit(hit.type, start, end, hit.tier))
                taken = end
        if hits:
            yield values, hits


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
