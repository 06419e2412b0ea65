"""The runs of a dataset over time, and what changed between two of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from pipelines.model.ids import Digest, RunId
from pipelines.model.outcome import Gate, Level, Outcome

UNSTATED = ""
"""Under this name stand records whose source states no licence, or cannot be told."""

LEVELS: Mapping[str, Level] = {
    "gate": Level.RE_RUNNABLE,
    "outcomes": Level.RE_RUNNABLE,
    "records": Level.RE_RUNNABLE,
    "quarantined": Level.RE_RUNNABLE,
    "exact_duplicates": Level.RE_RUNNABLE,
    "near_duplicates": Level.RE_RUNNABLE,
    "personal_information": Level.RE_RUNNABLE,
    "consent_base": Level.RE_RUNNABLE,
    "consent_valid": Level.RE_RUNNABLE,
    "licences": Level.ATTESTED,
}
"""How far a stranger can check each figure of a RunPoint; licences are as the manifest says.

Nothing is recomputed: the findings a gate follows from travel with the report of that run alone.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunPoint:
    """One sealed run of a dataset in figures."""

    run: RunId
    at: datetime
    version: Digest | None
    policy_digest: Digest
    code_version: str
    gate: Gate
    records: int
    quarantined: int
    exact_duplicates: int
    near_duplicates: int
    personal_information: int
    """Valid-tier hits."""
    consent_base: int
    """Records that need a ground."""
    consent_valid: int
    licences: Mapping[str, int]
    """Licence as declared -> records under it."""
    outcomes: Mapping[Outcome, int]
    """Controls by outcome, worst first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldChange:
    """One stated thing that is another now; None where it was not, or is no more."""

    subject: str
    field: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceChange:
    """One record, hit or pair that came, went or is another now."""

    what: str
    """`record`, `hit`, `pair`."""
    kind: str
    """`added`, `removed`, `changed`, `moved`."""
    before: str | None
    """`<file>#<row>` in the earlier run."""
    after: str | None
    detail: str | None
    """Type and tier of a hit, method of a pair."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SubjectChange:
    """What a control says of one subject, then and now."""

    subject: str
    before: Outcome | None
    after: Outcome | None
    count_before: int | None
    count_after: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlChange:
    """A control whose outcome, or the outcome or count of a subject of it, is another now."""

    control: str
    before: Outcome | None
    after: Outcome | None
    subjects: int
    """Subjects that differ."""
    first: tuple[SubjectChange, ...]
    """A bounded number of them, worst now first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What changed from the run `before` to the run `after`."""

    before: RunPoint
    after: RunPoint
    counts: Mapping[str, int] | None
    """`record added` … `pair removed`; None where the evidence of a run is no longer kept."""
    places: tuple[PlaceChange, ...] = ()
    """Up to a stated number of each kind, in the order of file and row."""
    details: Mapping[str, int] = field(default_factory=dict)
    """Hits by kind, type and tier; pairs by kind and method."""
    controls: tuple[ControlChange, ...] = ()
    sources: tuple[FieldChange, ...] = ()
    policy: tuple[FieldChange, ...] = ()
    files: tuple[FieldChange, ...] = ()
    run: tuple[FieldChange, ...] = ()
    """Purpose, manifest, code version, personal information as declared."""

    @property
    def nothing(self) -> bool:
        """Whether the two runs say the same of the same records."""
        stated = self.controls or self.sources or self.policy or self.files or self.run
        return not stated and self.counts is not None and not any(self.counts.values())
