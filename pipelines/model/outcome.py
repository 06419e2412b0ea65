"""The closed sets the audit decides with: outcomes, verdicts, gates, levels, severities."""

from enum import StrEnum


class Outcome(StrEnum):
    """What a control says of one subject (W3C EARL). Absence of evidence is never a pass."""

    FAILED = "failed"
    CANT_TELL = "cantTell"
    UNTESTED = "untested"
    PASSED = "passed"
    INAPPLICABLE = "inapplicable"

    @property
    def rank(self) -> int:
        """0 for the worst; the order in which outcomes are merged and printed."""
        return list(Outcome).index(self)


class Verdict(StrEnum):
    """What is proposed, or decided, for one clause."""

    DOES_NOT_CONFORM = "does_not_conform"
    NOT_ESTABLISHED = "not_established"
    CONFORMS = "conforms"
    NOT_APPLICABLE = "not_applicable"


class Gate(StrEnum):
    """Whether a training job may use the version; exit codes of `tda audit` follow from it."""

    FAIL = "fail"
    INCOMPLETE = "incomplete"
    CONDITIONAL = "conditional"
    PASS = "pass"  # noqa: S105  a gate, not a password


class Level(StrEnum):
    """How far a stranger can check a figure."""

    RECOMPUTED = "recomputed"
    RE_RUNNABLE = "re-runnable"
    ATTESTED = "attested"


class Severity(StrEnum):
    """How much a control weighs in the gate."""

    BLOCKER = "blocker"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class Confidence(StrEnum):
    """How sure the catalogue is of a clause's wording."""

    SEEN = "seen"
    SECONDARY = "secondary"
    DRAFT = "draft"
    MEMORY = "memory"
    DESIGN = "design"
