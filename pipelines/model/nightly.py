"""What a sweep over the registered datasets finds, does and leaves: the values of a night."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from pipelines.model.ids import DatasetId, RunId
from pipelines.model.message import Message
from pipelines.model.outcome import Gate, Outcome, Severity


class Standing(StrEnum):
    """How a registered dataset stands to its last audit when it is swept."""

    UNCHANGED = "unchanged"
    CHANGED = "changed"
    UNREACHABLE = "unreachable"
    """Its manifest is not there, or cannot be opened."""
    UNREADABLE = "unreadable"
    """Its manifest or policy is there and cannot be followed."""


class Change(StrEnum):
    """Why the last audit of a dataset no longer stands."""

    NEVER_AUDITED = "never_audited"
    MANIFEST = "manifest"
    """The manifest, or a document it names."""
    FILES = "files"
    """The listing of the data files: names, sizes, times of change."""
    POLICY = "policy"
    METHOD = "method"
    """The version of the code or of a stage, a suite, a setting or a key that decides results."""
    EVALUATION_SETS = "evaluation_sets"
    """An evaluation set it is compared with: another one, other content, or newly audited."""
    EVIDENCE = "evidence"
    """Evidence of the last audit is missing or damaged."""
    LAPSED = "lapsed"
    """Something with a clock has ended to hold since."""
    BEGUN = "begun"
    """Something with a clock has begun to hold since."""


class Term(StrEnum):
    """What holds for a time."""

    LICENCE = "licence"
    CONTRACT = "contract"
    CONSENT = "consent"
    WAIVER = "waiver"
    QUALIFICATION = "qualification"


class State(StrEnum):
    """What became of a dataset in a night."""

    AUDITED = "audited"
    REUSED = "reused"
    """Nothing has changed: its last run stands."""
    NOT_AUDITED = "not_audited"
    UNREACHABLE = "unreachable"

    @property
    def current(self) -> bool:
        """Whether the gate on record speaks for the dataset as it is."""
        return self in (State.AUDITED, State.REUSED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """What the sweep decided for one dataset, and why."""

    dataset: DatasetId
    standing: Standing
    changes: tuple[Change, ...] = ()
    lapsed: Mapping[str, int] = field(default_factory=dict)
    """Term -> how many have ended to hold since the last run."""
    last: RunId | None = None
    """The last run that reached a gate and was sealed."""
    problem: Message | None = None
    """Why it could not be looked at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepPlan:
    """Every registered dataset as a sweep found it; the list its digest is compared with."""

    id: str
    """`sweep-<yyyymmdd>-<hhmm>-<8 hex>`."""
    at: datetime
    datasets: tuple[Planned, ...]

    def changed(self) -> tuple[DatasetId, ...]:
        """The datasets to audit, by name."""
        return tuple(p.dataset for p in self.datasets if p.standing is Standing.CHANGED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """How the audit of one changed dataset ended."""

    dataset: DatasetId
    run: RunId | None
    """None when it did not even begin."""
    problem: Message | None = None
    """None when it reached a gate and was sealed."""
    reused: bool = False
    """`run` is of another audit, which ended after the plan was made; nothing was done again."""
    misuse: bool = False
    """The problem is one a person has to mend: trying again would end the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """How many terms of one kind end within so many days."""

    term: Term
    days: int
    """30, 7 or 1: the smallest window they are in."""
    count: int
    entered: int
    """Of them, those that were not yet in this window at the sweep before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """Findings of one control that came or went between two runs."""

    control: str
    severity: Severity
    outcome: Outcome
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetNight:
    """One registered dataset in a night."""

    dataset: DatasetId
    state: State
    run: RunId | None
    """The last run with a gate: of this night, or an earlier one that stands or is stale."""
    gate: Gate | None
    """The gate of that run; it speaks for the dataset only while `state.current`."""
    gate_before: Gate | None
    """The gate the sweep before has on record."""
    audited_at: datetime | None
    """The clock of that run."""
    run_before: RunId | None = None
    """The run the sweep before has on record."""
    stale_since: datetime | None = None
    """The first sweep since the last good one that could not audit it; None while current."""
    recovered: bool = False
    """It was stale at the sweep before and is current again."""
    changes: tuple[Change, ...] = ()
    lapsed: Mapping[str, int] = field(default_factory=dict)
    new: tuple[Shift, ...] = ()
    resolved: tuple[Shift, ...] = ()
    due: tuple[Due, ...] = ()
    problem: Message | None = None
    ran: int = 0
    reused: int = 0
    undone: int = 0
    """Stages without a result that speaks for the dataset as it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Night:
    """What one sweep came to."""

    sweep: str
    at: datetime
    previous: str | None
    previous_at: datetime | None
    datasets: tuple[DatasetNight, ...]
    """Every registered dataset, by name."""
    retired: tuple[DatasetId, ...] = ()
    """Datasets of the sweep before that are no longer registered, by name."""

    @property
    def complete(self) -> bool:
        """Whether every registered dataset has a gate that speaks for it as it is."""
        return all(night.state.current for night in self.datasets)

    def stages(self) -> tuple[int, int, int]:
        """Stages that ran, were reused, and were left undone; their sum is all of them."""
        return (
            sum(night.ran for night in self.datasets),
            sum(night.reused for night in self.datasets),
            sum(night.undone for night in self.datasets),
        )
