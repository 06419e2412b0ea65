"""What a report says of the content of texts: keywords, and questions of evaluation sets."""

from dataclasses import dataclass

from pipelines.model.contamination import SetState
from pipelines.report.figures import Share


@dataclass(frozen=True, slots=True, kw_only=True)
class KeywordRow:
    """Keywords of one risk."""

    risk: str
    records: int
    """Records with at least one of them."""
    share: Share
    hits: int


@dataclass(frozen=True, slots=True, kw_only=True)
class KeywordPart:
    """What the search for the terms of the keyword library found."""

    library: str
    """Its digest."""
    records: int
    """Records with a keyword of any risk."""
    share: Share
    rows: tuple[KeywordRow, ...]
    """In the order of the taxonomy; risks of which nothing was found are left out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluationRow:
    """One evaluation set; no figures unless it was compared with."""

    dataset: str
    state: SetState
    version: str | None
    questions: int
    exact: int
    """Questions whose text is that of a record."""
    near: int
    """Further questions that are similar to a record."""
    inside: int
    """Further questions that are inside longer texts."""
    not_inside: int
    """Questions that were not looked for inside longer texts."""
    share: Share
    """Of the questions, those that the data holds."""
    records: int
    """Records that hold a question."""

    @property
    def compared(self) -> bool:
        """Whether there are figures."""
        return self.state is SetState.COMPARED


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluationPart:
    """What the data has in common with evaluation sets."""

    threshold: str
    passage: str | None
    """The least share of a question that counts as being inside; None where none was looked for."""
    rows: tuple[EvaluationRow, ...]
    """By name."""
