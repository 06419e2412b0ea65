"""A finished run as one value: what the report renders and the ledger seals."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from pipelines.model.annotation import Annotator
from pipelines.model.contamination import Contamination
from pipelines.model.dataset import Dataset
from pipelines.model.evidence import TableRef
from pipelines.model.finding import Finding
from pipelines.model.history import Changes, RunPoint
from pipelines.model.message import Message
from pipelines.model.outcome import Confidence, Gate, Outcome, Severity, Verdict
from pipelines.model.profile import Agreement, ConsentCoverage, Profile, SampleDraw
from pipelines.model.run import AuditRun


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlResult:
    """One control of the catalogue as it came out in a run."""

    control: str
    """`SRC-06`."""
    severity: Severity
    """As it counts in this run."""
    lowered: bool
    """A blocker that counts as high because its clause is unconfirmed."""
    findings: tuple[Finding, ...]
    """At least one; a control without a test in this version has one `untested` finding."""
    evidence: Mapping[str, str] = field(default_factory=dict)
    """Name of each piece of evidence the control read, with its digest."""
    thresholds: Mapping[str, str | int] = field(default_factory=dict)

    @property
    def outcome(self) -> Outcome:
        """The worst outcome of its findings; inapplicable only when all are."""
        return min((finding.outcome for finding in self.findings), key=lambda o: o.rank)


@dataclass(frozen=True, slots=True, kw_only=True)
class GateReason:
    """Why the gate is not better than it is."""

    control: str
    """A control id, or `quarantine`, or `waiver:<id>`."""
    rung: Gate
    """The rung of the ladder this reason stands on."""
    message: Message


@dataclass(frozen=True, slots=True, kw_only=True)
class GateDecision:
    """The proposed gate, every reason, and what the gate would be with the worst rung repaired."""

    gate: Gate
    reasons: tuple[GateReason, ...]
    after_repair: Gate
    """The gate once every reason on the deciding rung is repaired."""
    applied: int
    """Controls that are neither inapplicable nor without a test in this version."""
    catalogue: int
    waivers_used: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ClauseVerdict:
    """What is proposed for one clause, and what a person decided."""

    clause: str
    """`IM2023 7(1)`."""
    confidence: Confidence
    controls: tuple[str, ...]
    """Counted once, under their main clause."""
    proposed: Verdict
    decided: Verdict | None = None
    decided_by: str | None = None
    decided_at: datetime | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StageRecord:
    """How one stage of the run came to its result."""

    stage: str
    key: str
    """Digest of inputs, stage version and the policy it read."""
    reused: bool
    summary: Mapping[str, object]
    tables: tuple[TableRef, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerHead:
    """The signed tree head the report prints."""

    size: int
    root: str
    """64 hex digits."""
    at: datetime
    key_id: str
    signature: str
    """base64."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditRecord:
    """Everything a report says about a run, from the store and the evidence."""

    run: AuditRun
    dataset: Dataset
    policy_version: str
    policy_thresholds: Mapping[str, Mapping[str, str | int]]
    profile: Profile
    consents: ConsentCoverage | None
    results: tuple[ControlResult, ...]
    """Every control of the catalogue, in its order."""
    clauses: tuple[ClauseVerdict, ...]
    gate: GateDecision
    stages: tuple[StageRecord, ...]
    quarantine: Sequence[Mapping[str, str | int | None]]
    """Up to 200 rows of the quarantine table."""
    validation: Sequence[Mapping[str, str | int | None]] = ()
    annotators: tuple[Annotator, ...] = ()
    label_counts: Mapping[str, int] = field(default_factory=dict)
    agreement: Agreement | None = None
    draws: tuple[SampleDraw, ...] = ()
    contamination: Contamination | None = None
    """None: the run is from before there was such a comparison."""
    head: LedgerHead | None = None
    history: tuple[RunPoint, ...] = ()
    """Sealed runs of the dataset up to this one, oldest first, this one last."""
    changes: Changes | None = None
    """What changed since the run before; None for the first one."""
