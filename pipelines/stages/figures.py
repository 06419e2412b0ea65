"""What is counted of records, hits, keywords and quarantine, and adds up over the shards.

A record lies in one shard, with its hits and keywords: so the figures of a dataset are those of its
shards added up, in any order. What does not add up is not here: distinct subjects, and which
records repeat others.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

from pipelines.model.profile import HitCount, KeywordCount

SHORT = 20
"""Code points under which a text that is not empty counts as short."""

REPETITIVE = 5
"""A text is repetitive where more than one part in so many stands in repeated lines: the limit of
0.20 for characters in duplicate lines of Rae et al., Scaling Language Models (2021), table A1."""

PLACES = 20
"""Records of one source that are named."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFigures:
    """The records of one source; None gathers those whose source cannot be told."""

    source: str | None
    records: int
    bytes: int
    chars: int
    empty: int
    pi_records: int
    pi_hits: int
    short: int
    garbled: int
    repetitive: int
    languages: Mapping[str, int]
    lengths: tuple[int, ...]
    """LENGTH_BINS counts of texts that are not empty."""
    unlinked: int
    """Records with a hit of the valid tier that name no subject."""
    unlinked_places: tuple[tuple[str, int], ...]
    """File and row of the first PLACES of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QuarantineCount:
    """Items that were no records, for one reason and of one extent."""

    reason: str
    extent: str
    items: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """All of it, each part sorted by what it is about."""

    sources: tuple[SourceFigures, ...] = ()
    hits: tuple[HitCount, ...] = ()
    keywords: tuple[KeywordCount, ...] = ()
    keyword_records: int = 0
    """Records with a keyword of any risk."""
    quarantine: tuple[QuarantineCount, ...] = ()
    named: int = 0
    """Records that name a subject."""


NO_FIGURES = Figures()


def merged(parts: Iterable[Figures]) -> Figures:
    """The figures of all that `parts` are about; no two of them may be about the same record."""
    held = list(parts)
    return Figures(
        sources=_added([one for part in held for one in part.sources], "source"),
        hits=_added([one for part in held for one in part.hits], "type", "tier", "sensitive"),
        keywords=_added([one for part in held for one in part.keywords], "risk", "source"),
        keyword_records=sum(part.keyword_records for part in held),
        quarantine=_added([one for part in held for one in part.quarantine], "reason", "extent"),
        named=sum(part.named for part in held),
    )


def first_places(places: Iterable[tuple[str, int]]) -> tuple[tuple[str, int], ...]:
    """The first PLACES of `places`, in the order in which SQL has strings: that of their bytes."""
    return tuple(sorted(places, key=_by_bytes)[:PLACES])


def _by_bytes(place: tuple[str, int]) -> tuple[bytes, int]:
    return place[0].encode("utf-8", "surrogatepass"), place[1]


def _added(parts: Sequence[Any], *about: str) -> tuple[Any, ...]:
    """One of each kind of `parts` that are equal in the fields `about`, in the order of these."""
    alike: defaultdict[tuple[object, ...], list[Any]] = defaultdict(list)
    for part in parts:
        alike[tuple(getattr(part, name) for name in about)].append(part)
    # None comes last
    ordered = sorted(
        alike, key=lambda key: [(one is None, "" if one is None else one) for one in key]
    )
    return tuple(_sum(alike[key], about) for key in ordered)


def _sum(parts: Sequence[Any], about: Sequence[str]) -> object:
    if len(parts) == 1:
        return parts[0]
    added = {
        field.name: _total([getattr(part, field.name) for part in parts])
        for field in fields(parts[0])
        if field.name not in about
    }
    return replace(parts[0], **added)


def _total(values: Sequence[Any]) -> object:
    """Counts added up: one by one, by name, or by bin; and of places the first."""
    match values[0]:
        case int():
            return sum(values)
        case Mapping():
            counts: Counter[str] = Counter()
            for value in values:
                counts.update(value)
            return dict(sorted(counts.items()))
    if any(isinstance(place, tuple) for value in values for place in value):
        return first_places(place for value in values for place in value)
    return tuple(map(sum, zip(*values, strict=True)))
