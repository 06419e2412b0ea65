"""What the report needs to know of the catalogue: titles, clauses, remedies, in both languages."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version

from expectations.catalogue import catalogue
from expectations.clause import clauses, frameworks
from pipelines.model.outcome import Confidence


@dataclass(frozen=True, slots=True, kw_only=True)
class Bilingual:
    """The same words in both languages."""

    zh: str
    en: str

    def said(self, lang: str) -> str:
        """The words in `lang`."""
        return self.zh if lang == "zh" else self.en


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlView:
    """A control as the report prints it."""

    id: str
    title: Bilingual
    clauses: tuple[str, ...]
    """The clause under which it is counted comes first: `IM2023 7(1)`."""
    confidence: Confidence
    remedy: Bilingual
    tested: bool = True
    """False: this version has no test for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClauseView:
    """A clause as the report prints it."""

    id: str
    title: Bilingual | None
    """A few words; only clauses of the Measures have them."""
    paraphrase: Bilingual
    confidence: Confidence


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogueView:
    """The catalogue a report is printed with; what it does not know is printed by its id."""

    version: str
    controls: Mapping[str, ControlView] = field(default_factory=dict)
    clauses: Mapping[str, ClauseView] = field(default_factory=dict)
    frameworks: Mapping[str, Bilingual] = field(default_factory=dict)

    def control(self, control: str) -> ControlView:
        """The control, or a bare entry under its id."""
        bare = Bilingual(zh=control, en=control)
        none = Bilingual(zh="", en="")
        fallback = ControlView(
            id=control, title=bare, clauses=(), confidence=Confidence.DESIGN, remedy=none
        )
        return self.controls.get(control, fallback)

    def clause(self, clause: str) -> ClauseView | None:
        """The clause, where the catalogue knows it."""
        return self.clauses.get(clause)


def from_expectations() -> CatalogueView:
    """The catalogue this version ships."""
    controls = {
        entry.id: ControlView(
            id=entry.id,
            title=_both(entry.title),
            clauses=(entry.counted, *(ref for ref in entry.clauses if ref != entry.counted)),
            confidence=entry.confidence,
            remedy=_both(entry.remedy),
            tested=entry.control is not None,
        )
        for entry in catalogue().values()
    }
    views = {
        clause.id: ClauseView(
            id=clause.id,
            title=_both(clause.short) if clause.short else None,
            paraphrase=_both(clause.says),
            confidence=clause.confidence,
        )
        for clause in clauses().values()
    }
    titles = {framework.id: _both(framework.title) for framework in frameworks().values()}
    return CatalogueView(version=_version(), controls=controls, clauses=views, frameworks=titles)


def _both(texts: Mapping[str, str]) -> Bilingual:
    english = texts.get("en", "")
    return Bilingual(zh=texts.get("zh", english), en=english)


def _version() -> str:
    try:
        return version("training-data-audit")
    except PackageNotFoundError:  # pragma: no cover  running from a bare checkout
        return "0"
