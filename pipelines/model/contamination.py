"""What a dataset has in common with evaluation sets: figures and record ids, never text."""

from dataclasses import dataclass
from enum import StrEnum

from pipelines.model.ids import Digest


class SetState(StrEnum):
    """Whether an evaluation set could be compared with, and if not, why not."""

    COMPARED = "compared"
    UNKNOWN = "unknown"
    """The policy names it, and nobody registered it."""
    NEVER_AUDITED = "never_audited"
    EVIDENCE_GONE = "evidence_gone"
    """Evidence of its last audit was removed or is damaged."""
    OTHER_SKETCH = "other_sketch"
    """Its last audit left other sketches, or tables of an earlier release."""
    CHANGED = "changed"
    """Its files are gone or are no longer those of its last audit, so no text can be read again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SetOverlap:
    """What the dataset has in common with one evaluation set; no figures unless it was compared."""

    dataset: str
    """Of the evaluation set."""
    state: SetState
    version: Digest | None = None
    """The version of the evaluation set that was audited last."""
    questions: int = 0
    """Records of the evaluation set whose text is not empty."""
    questions_exact: int = 0
    """Of these, the ones whose text is that of a record of the dataset."""
    questions_near: int = 0
    """Further ones that are similar to a record of the dataset."""
    records_exact: int = 0
    """Records of the dataset whose text is that of a question."""
    records_near: int = 0
    """Further ones that are similar to a question."""
    questions_inside: int = 0
    """Further ones of which enough stands in one passage of a longer text of the dataset."""
    records_inside: int = 0
    """Further records that hold a question in this way."""
    questions_short: int = 0
    """Questions too short to be looked for inside texts: compared with whole texts only."""
    questions_unsearched: int = 0
    """Further ones not looked for inside texts: too long, or made of phrases that many have."""
    crowded_keys: int = 0
    """Band keys under which more texts stand than are compared."""
    crowded_records: int = 0
    """Records of the dataset in which not every passage could be looked at."""
    places: tuple[str, ...] = ()
    """Up to 20 `<file>#<row>` of these records of the dataset."""

    @property
    def overlapping(self) -> int:
        """Questions that the dataset holds, exactly, nearly or inside longer texts."""
        return self.questions_exact + self.questions_near + self.questions_inside

    @property
    def records(self) -> int:
        """Records of the dataset that hold a question, exactly, nearly or inside a longer text."""
        return self.records_exact + self.records_near + self.records_inside

    @property
    def looked_for_inside(self) -> int:
        """Questions that were looked for inside longer texts."""
        return self.questions - self.questions_short - self.questions_unsearched

    @property
    def undecided(self) -> bool:
        """Whether more questions may be there than were found."""
        return bool(self.crowded_keys or self.crowded_records or self.questions_unsearched)


@dataclass(frozen=True, slots=True, kw_only=True)
class Contamination:
    """The comparison of a dataset with every evaluation set in question."""

    sets: tuple[SetOverlap, ...]
    """By name; none where nobody registered an evaluation set."""
    threshold: str
    """Least exact Jaccard similarity of a near text, as a decimal string."""
    recall_at_threshold: str
    """Probability that a pair right at the threshold is found, as a decimal string."""
    sketch: str
    inside_threshold: str | None = None
    """Least share of a question in one passage of a longer text, as a decimal string; None in runs
    of releases that did not look there."""

    @property
    def compared(self) -> tuple[SetOverlap, ...]:
        """The sets that were compared."""
        return tuple(one for one in self.sets if one.state is SetState.COMPARED)
