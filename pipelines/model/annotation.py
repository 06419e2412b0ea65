"""Labelling rules, the people who label and review, and what they did (Article 8)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from pathlib import Path

from pipelines.model.source import EvidenceFile


class RuleKind(StrEnum):
    """Functional rules aim at use, safety rules at the risks of the taxonomy."""

    FUNCTIONAL = "functional"
    SAFETY = "safety"


class Truth(StrEnum):
    """Against what the accuracy of a label is judged."""

    GOLD = "gold"
    REVIEWER = "reviewer"
    CONSENSUS = "consensus"


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelRule:
    """One label of a rule set, as the rules define it."""

    id: str
    definition: str = ""
    positive: tuple[str, ...] = ()
    negative: tuple[str, ...] = ()
    edge: tuple[str, ...] = ()
    risks: tuple[str, ...] = ()
    """Ids of the risk taxonomy: `A.1.a` … `A.5.b`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleSet:
    """The labelling rules in force, versioned; a section nobody wrote is an empty string."""

    version: str
    kind: RuleKind
    file: EvidenceFile
    approved_by: tuple[str, ...] = ()
    effective_from: date | None = None
    goal: str = ""
    data_format: str = ""
    method: str = ""
    quality_indicators: str = ""
    truth: Truth = Truth.REVIEWER
    coefficient: str = "alpha"
    minimum_agreement: Decimal | None = None
    defects: Mapping[str, str] = field(default_factory=dict)
    """critical, major, minor: what each means."""
    labels: tuple[LabelRule, ...] = ()
    stages: Mapping[str, str] = field(default_factory=dict)
    """annotate, review: the duty in each."""
    constraints: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Annotator:
    """A person under a pseudonym, with training and qualification."""

    id: str
    roles: tuple[str, ...] = ()
    vendor: str | None = None
    topics: tuple[str, ...] = ()
    qualified_from: date | None = None
    qualified_to: date | None = None
    suspended_from: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Annotation:
    """One label given by one person to one item."""

    item: str
    annotator: str | None
    """None where the file does not say who gave it."""
    label: str
    rule_version: str | None = None
    at: datetime | None = None
    seconds: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """One verdict of a reviewer on one item."""

    item: str
    reviewer: str
    verdict: str
    at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelLayout:
    """How label files are written: the names of their columns, and their times."""

    item: str = "item"
    annotator: str | None = "annotator"
    """None: the manifest states that the files do not say who labelled."""
    label: str = "label"
    rule_version: str = "rule_version"
    started: str = "started"
    at: str = "at"
    seconds: str = "seconds"
    timestamp_formats: tuple[str, ...] = ()
    """As `datetime.strptime` reads them; none = ISO 8601."""
    timezone: str = "UTC"
    """Of times that state no offset: an IANA name or `+08:00`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnotationProject:
    """The annotation part of a manifest: where its files are, and the rules read from them."""

    rules: RuleSet | None
    annotators: EvidenceFile | None
    labels: tuple[EvidenceFile, ...]
    labels_format: str
    """`csv` (label_studio comes with the review issue)."""
    reviews: EvidenceFile | None
    folder: Path
    layout: LabelLayout = LabelLayout()
