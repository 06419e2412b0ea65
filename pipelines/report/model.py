"""The report as values without a language; HTML in zh and en and JSON are printed from it alone."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from pipelines.model.history import Changes, RunPoint
from pipelines.model.message import Message
from pipelines.model.outcome import Confidence, Gate, Level, Outcome, Severity, Verdict
from pipelines.report.catalogue_view import Bilingual
from pipelines.report.clauses import MEASURES, framework_of
from pipelines.report.figures import Figure, Share
from pipelines.report.model_articles import Answer, Article7, Article8, Quarantine
from pipelines.report.validation import ValidationPart


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """What was audited, when, with what."""

    dataset: str
    title: Bilingual
    version: str | None
    manifest: str
    run: str
    at: datetime
    purpose: str
    policy_version: str
    policy_digest: str
    code: str
    records: int
    sources: int
    files: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One reason on the deciding rung."""

    control: str
    message: Message
    bare: bool
    """Nothing but that this version has no test for the control."""
    clause: Bilingual | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rung:
    """One line of the ladder from which the gate is read."""

    gate: Gate
    condition: Message
    counts: tuple[int, ...]
    """In the order in which the condition names them."""
    decides: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class GatePart:
    """The proposed gate and why it is not better."""

    gate: Gate
    lead: Message
    reasons: tuple[Reason, ...]
    """Of the deciding rung, all of them; those without a test in this version come last."""
    bare: int
    """Reasons that are only that this version has no test."""
    ladder: tuple[Rung, ...]
    applied: int
    catalogue: int
    after_repair: Gate
    after: Message | None
    """What the gate would be once the deciding reasons are repaired."""
    waivers: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyFigure:
    """One of the figures under the gate; without values it says No result."""

    label: Message
    figure: str
    values: tuple[int | Share | str, ...]
    note: Message | None
    lacking: bool = False
    """Printed on the ground of missing evidence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClauseRow:
    """One clause: what is proposed, what was decided."""

    clause: str
    label: Bilingual
    title: Bilingual | None
    paraphrase: Bilingual | None
    confidence: Confidence
    controls: tuple[str, ...]
    applied: int
    counts: Mapping[Outcome, int]
    """Outcomes that occur, worst first."""
    unconfirmed: int
    """Controls that rest on a clause known from a draft or from memory."""
    proposed: Verdict
    decided: Verdict | None
    decided_by: str | None
    decided_at: datetime | None
    reason: str | None

    @property
    def measures(self) -> bool:
        """Whether it is a clause of the Interim Measures."""
        return framework_of(self.clause) == MEASURES


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """What a control found out about one subject."""

    subject: str
    outcome: Outcome
    message: Message
    level: Level
    share: Share | None
    count: int | None
    figures: Mapping[str, str | int]
    places: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FactGroup:
    """Facts of one outcome in the same words: the heaviest, and how many more there are."""

    facts: tuple[Fact, ...]
    more: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlRow:
    """One control with everything it said, worst facts first."""

    control: str
    title: Bilingual
    severity: Severity
    lowered: bool
    outcome: Outcome
    clauses: tuple[str, ...]
    clause: Bilingual | None
    confidence: Confidence
    remedy: Bilingual
    tested: bool
    facts: tuple[Fact, ...]
    shown: tuple[FactGroup, ...]
    """What a page has room for of the facts that are neither met nor inapplicable."""
    thresholds: Mapping[str, str | int]
    evidence: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingGroup:
    """The controls that came out alike, by severity."""

    outcome: Outcome
    controls: tuple[ControlRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """One thing this report cannot say."""

    head: Message
    text: Message


@dataclass(frozen=True, slots=True, kw_only=True)
class StageRow:
    """A stage, the key of its result, and its tables by kind."""

    stage: str
    key: str
    tables: tuple[tuple[str, str, int], ...]
    """(kind, digest, rows)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The signed ledger head."""

    size: int
    root: str
    at: datetime
    key_id: str
    signature: str

    @property
    def groups(self) -> tuple[str, ...]:
        """The root in 16 groups of 4, to be compared by eye or read aloud."""
        return tuple(self.root[i : i + 4] for i in range(0, len(self.root), 4))


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryPart:
    """The sealed runs up to this one, oldest first, and what changed since the one before."""

    points: tuple[RunPoint, ...]
    changes: Changes | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Everything a report prints."""

    identity: Identity
    gate: GatePart
    key_figures: tuple[KeyFigure, ...]
    clauses: tuple[ClauseRow, ...]
    findings: tuple[FindingGroup, ...]
    """One group an outcome, worst first; every control is in exactly one."""
    article_7: Article7
    article_8: Article8
    article_19: tuple[Answer, ...]
    limits: tuple[Limit, ...]
    quarantine: Quarantine
    validation: ValidationPart | None
    history: HistoryPart
    figures: tuple[Figure, ...]
    stages: tuple[StageRow, ...]
    head: Head | None
    catalogue_version: str
    frameworks: Mapping[str, Bilingual]
    policy_thresholds: Mapping[str, Mapping[str, str | int]]

    def figure(self, figure: str) -> Figure:
        """The figure known as `figure`."""
        return next(known for known in self.figures if known.id == figure)
