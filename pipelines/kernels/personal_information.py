"""Personal information in texts: where, of what type, how sure; never the value itself.

Recall is by shape, precision by check digits, ranges and keywords: names and postal addresses
are not looked for.
"""

import bisect
from collections.abc import Callable, Iterable, Iterator

import pyarrow as pa

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

__all__ = ["DETECTOR_SCHEME", "Hit", "Kind", "Tier", "find", "find_block"]

DETECTOR_SCHEME = "personal-information/1"
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


def find_block(column: pa.LargeStringArray) -> Iterator[tuple[int, str, list[Hit]]]:
    """Index, text and hits of each text of `column` with hits; the same hits as `find` gives."""
    flags = candidates(column)
    for index in flags.nonzero()[0].tolist():
        text = column[index].as_py()
        hits = find(text, Candidate(int(flags[index])))
        if hits:
            yield index, text, hits


def _without_overlaps(hits: Iterable[Hit]) -> list[Hit]:
    """The stronger hit wherever two overlap: valid first, then by type, place and length."""
    kept: list[Hit] = []
    for hit in sorted(hits, key=_strength):
        at = bisect.bisect_left(kept, hit.start, key=lambda other: other.end - 1)
        # `at` is the first kept hit that ends behind the start of this one
        if at == len(kept) or kept[at].start >= hit.end:
            kept.insert(at, hit)
    return kept


def _strength(hit: Hit) -> tuple[bool, int, int, int]:
    return hit.tier is Tier.LOOKALIKE, hit.type.rank, hit.start, -hit.end
