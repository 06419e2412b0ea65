"""The parts of a report that follow Articles 7, 8 and 19, and the quarantine."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from pipelines.model.message import Message
from pipelines.model.outcome import Outcome
from pipelines.report.figures import Share
from pipelines.report.model_content import EvaluationPart, KeywordPart


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRow:
    """One source, as declared and as counted."""

    number: str
    """`S1` for the source with most records; empty for records whose source cannot be told."""
    id: str | None
    type: str | None
    territory: str | None
    publisher: str | None
    url: str | None
    licence: str | None
    standing: str
    """`reviewed`, `unreviewed`, `lapsed`, `unstated`: where the licence stands."""
    documents: int
    """Evidence files held, the licence text included."""
    records: int
    share: Share
    missing: tuple[Message, ...]
    chars: int
    bytes: int
    empty: int
    short: int
    garbled: int
    exact_duplicates: int
    near_duplicates: int
    pi_records: int
    pi_hits: int
    languages: Mapping[str, int]
    lengths: tuple[int, ...]
    printed: bool = True
    """In the table of the page; the others are gathered in one row there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """Records that flow from a source through a licence to where that licence stands."""

    source: str
    """A source number, or `` for the sources gathered as others."""
    licence: str
    """As stated, or `` for the licences gathered as others and for none stated."""
    standing: str
    records: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentPart:
    """Records that need a ground for personal information, by what is on record."""

    basis: str | None
    base: int
    states: tuple[tuple[str, int], ...]
    """(state, records), valid first; states nobody is in are left out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HitRow:
    """Personal-information hits of one type."""

    type: str
    sensitive: bool
    valid: int
    lookalike: int
    records: int
    """Records with a valid-tier hit of this type."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Article7:
    """Sources, licences, personal information, quality."""

    sources: tuple[SourceRow, ...]
    """Most records first; every source of the manifest, and the records without one."""
    flows: tuple[Flow, ...]
    consent: ConsentPart | None
    declared_present: bool | None
    declared_basis: str | None
    hits: tuple[HitRow, ...]
    hit_total: int
    hit_records: int
    records: int
    exact: int
    near: int
    clusters: int
    across: tuple[tuple[str, int], ...]
    """(evaluation set, records that hold one of its questions) for each one that was compared."""
    evaluation: EvaluationPart | None
    """None: no evaluation set is known, or this is one."""
    languages: tuple[tuple[str, int], ...]
    threshold: str
    keywords: KeywordPart | None
    """None: the policy names no library, so nothing was searched."""
    keep: tuple[str, ...]
    """By what the kept record of several was chosen, most important first; ends with `first`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RulesPart:
    """The labelling rules in force."""

    version: str
    kind: str
    effective_from: date | None
    approved_by: tuple[str, ...]
    labels: int
    without_edge: int
    """Labels without an edge example."""
    risks: int
    """Distinct risks of the taxonomy that the labels name."""
    stages: tuple[str, ...]
    truth: str
    coefficient: str
    minimum: str | None
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonRow:
    """One annotator or reviewer under a pseudonym."""

    id: str
    roles: tuple[str, ...]
    topics: int
    qualified_to: date | None
    notes: tuple[tuple[Outcome, Message], ...]
    """Worst first; empty = nothing found."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CurvePoint:
    """The chance that a lot with this share wrong is accepted."""

    wrong: str
    """Decimal string, 0 … 1."""
    accepted: str
    """Decimal string, 0 … 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LotPart:
    """A lot, its plan, its draw and what the reviews said."""

    lot: str
    size: int
    plan: Mapping[str, str | int]
    algorithm: str
    seed: str
    frame_digest: str
    drawn: int
    reviewed: int
    wrong: Share
    low: str | None
    """Bounds of the Clopper–Pearson 95% interval as decimal strings, 0 … 1."""
    high: str | None
    proposed: str
    curve: tuple[CurvePoint, ...]
    often_accepted: str | None
    """The share wrong at which a lot still passes one time in ten; decimal string, 0 … 1."""
    items: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementRow:
    """One coefficient with its interval; value None is undefined, and `why` says why."""

    coefficient: str
    value: str | None
    low: str | None
    high: str | None
    interval: str | None
    why: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementPart:
    """Agreement between annotators."""

    level: str
    items: int
    pairable: int
    annotators: int | None
    ratings: int
    repeated: int
    rows: tuple[AgreementRow, ...]
    draws: int
    seed: int
    minimum: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Article8:
    """Rules, people, sampled verification; `declared` False: the manifest names no annotation."""

    declared: bool
    rules: RulesPart | None
    people: tuple[PersonRow, ...]
    annotators: int
    reviewers: int
    lots: tuple[LotPart, ...]
    agreement: AgreementPart | None
    labels: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """What an answer lacks."""

    outcome: Outcome
    text: Message


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One member of a listing: `user input 2 (55.90%)`."""

    label: Message | str
    count: int | None = None
    share: Share | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """A sentence that ends in a list."""

    lead: Message
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The answer to one of the five topics of Article 19; no lines = not provided."""

    topic: Message
    lines: tuple[Message | Listing, ...]
    figures: tuple[str, ...]
    gaps: tuple[Gap, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Quarantine:
    """What could not be read, by reason."""

    parsed: int
    total: int
    unknown: int
    reasons: tuple[tuple[str, int, tuple[str, ...]], ...]
    """(reason, items, files), most first."""
    rows: tuple[Mapping[str, str | int | None], ...]
