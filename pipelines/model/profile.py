"""Figures computed from the evidence tables: what the controls, the suites and the report read."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from pipelines.model.ids import Digest

LENGTH_BINS = 24
"""Bin i counts texts of 2**i … 2**(i+1)-1 code points; empty texts are counted apart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HitCount:
    """Personal-information hits of one type and tier."""

    type: str
    tier: str
    sensitive: bool
    hits: int
    records: int


@dataclass(frozen=True, slots=True, kw_only=True)
class KeywordCount:
    """Occurrences of keywords of one risk in the records of one source."""

    source: str | None
    risk: str
    records: int
    """Records with at least one."""
    hits: int


@dataclass(frozen=True, slots=True, kw_only=True)
class KeywordProfile:
    """What the search for the terms of a library found."""

    library: Digest
    records: int
    """Records with at least one keyword of any risk."""
    counts: tuple[KeywordCount, ...]
    """Sorted by risk, then source; where nothing was found there is no row."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceProfile:
    """The figures of one source; `source` None gathers records whose source cannot be told."""

    source: str | None
    records: int
    bytes: int
    chars: int
    empty: int
    exact_duplicates: int
    near_duplicates: int
    pi_records: int
    """Records with at least one valid-tier hit."""
    pi_hits: int
    """Valid-tier hits."""
    short: int
    """Non-empty texts under 20 code points."""
    garbled: int
    """Records with a replacement or control character."""
    repetitive: int = 0
    """Records of which more than a fifth stands in lines that repeat an earlier one."""
    languages: Mapping[str, int] = field(default_factory=dict)
    lengths: tuple[int, ...] = ()
    """LENGTH_BINS counts."""
    generated_without_time: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """The figures of a dataset version."""

    files: int
    bytes: int
    """Of the files as they lie there."""
    records: int
    """Parsed, empty texts included, quarantined not."""
    text_bytes: int
    chars: int
    quarantined: int
    quarantined_unknown: int
    """Quarantined items whose extent is unknown; part of `quarantined`."""
    quarantine_reasons: Mapping[str, int]
    empty: int
    exact_duplicates: int
    near_duplicates: int
    clusters: int
    """Kept records that stand for at least one removed one."""
    pi_records: int
    subjects: int
    """Distinct subject digests; identifiers are not persons."""
    unsourced: int
    """Records whose source cannot be told."""
    hits: tuple[HitCount, ...]
    languages: Mapping[str, int]
    sources: tuple[SourceProfile, ...]
    keywords: KeywordProfile | None = None
    """None: the policy names no library, so nothing was searched."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentState:
    """Records that need a ground, by what is on record for the person they are about."""

    source: str | None
    state: str
    """`valid`, `lapsed`, `withdrawn`, `not_yet_given`, `no_consent`, `not_linkable`."""
    records: int
    places: tuple[str, ...]
    """Up to 20 `<file>#<row>`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentCoverage:
    """Consent at the clock of the run, over records with a subject or a valid-tier hit."""

    declared_basis: str | None
    states: tuple[ConsentState, ...]

    def count(self, *states: str) -> int:
        """Records in any of `states`; all of them when none is named."""
        return sum(s.records for s in self.states if not states or s.state in states)


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementFigure:
    """One agreement coefficient with its interval; `value` None is undefined, `why` says why."""

    coefficient: str
    """`alpha`, `ac1`, `fleiss`, `cohen`, `raw`."""
    value: str | None
    """Decimal string, six places."""
    low: str | None
    high: str | None
    interval: str | None
    """For example `bootstrap over items, percentile, 95%`."""
    why: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """Agreement over the labels of an annotation project."""

    level: str
    """nominal | ordinal | interval."""
    items: int
    """Items with at least one rating."""
    pairable_items: int
    """Items with at least two ratings."""
    annotators: int | None
    """None: the labels do not say who gave them."""
    ratings: int
    repeated: int
    """Ratings beyond the first of the same annotator for the same item."""
    figures: tuple[AgreementFigure, ...]
    draws: int
    seed: int
    ties: int = 0
    """Items with two ratings or more whose most frequent label is not unique."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleDraw:
    """A lot, the plan it is judged by, and the items drawn; anyone can draw it again."""

    lot: str
    lot_size: int
    frame_digest: str
    """Digest over the sorted item ids the sample was drawn from."""
    plan: Mapping[str, str | int]
    """standard, level, aql, severity, code_letter, sample_size, accept, reject."""
    algorithm: str
    seed: str
    items: tuple[str, ...]
    reviewed: int
    """Drawn items with a review by somebody else than their annotators."""
    wrong: int
    """Drawn items whose reviewer rejected the label."""
    proposed: str
    """`accept`, `rework`, or `not_established` while reviews are missing."""
