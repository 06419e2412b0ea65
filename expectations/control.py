"""What a control is: a pure function from evidence to findings, with its examples beside it."""

import inspect
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from pipelines.model.finding import Finding
from pipelines.model.message import Message, msg
from pipelines.model.outcome import Outcome

EVIDENCE: Mapping[str, Message] = {
    "dataset": msg("the manifest"),
    "sources": msg("the source ledger"),
    "profile": msg("the profile of the data"),
    "consents": msg("the consent coverage"),
    "annotators": msg("the register of annotators"),
    "rules": msg("the labelling rules"),
    "annotation": msg("the annotation part of the manifest"),
    "labels": msg("the labels"),
    "reviews": msg("the reviews"),
    "agreement": msg("the agreement between annotators"),
    "draws": msg("the samples drawn"),
    "validation": msg("the results of the expectation suites"),
    "answer_sheet": msg("the answer sheet for an inquiry"),
    "keyword_library": msg("the keyword library"),
    "contamination": msg("the comparison with evaluation sets"),
    "files": msg("the table of files"),
    "results": msg("the results of the other controls"),
    "at": msg("the clock of the run"),
}
"""Evidence a control may ask for by the name of a parameter; `results` is made by the runner."""

OPTIONAL = frozenset(
    {
        "consents",
        "annotators",
        "rules",
        "annotation",
        "labels",
        "reviews",
        "agreement",
        "keyword_library",
    }
)
"""Evidence that may be None: the control itself says what follows from that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """What a control must say of given evidence; run by a test and printed in its documentation."""

    en: str
    """The situation in a few words; `zh` says the same."""
    zh: str
    given: Mapping[str, object]
    expect: tuple[Outcome, ...]
    """The outcomes of its findings, in order."""
    thresholds: Mapping[str, object] = field(default_factory=dict)
    """What differs from the default policy."""


Judgement = Callable[..., Iterator[Finding]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """One verifiable statement about a dataset version."""

    id: str
    """`SRC-06`."""
    findings: Judgement
    evidence: tuple[str, ...]
    """Positional parameters: names of `EVIDENCE`."""
    thresholds: tuple[str, ...]
    """Keyword-only parameters: names under the control's id in the policy."""
    title: str
    """English; the Chinese one is in the catalogue."""
    why: str
    remedy: str
    examples: tuple[Example, ...]


def control(*, examples: tuple[Example, ...]) -> Callable[[Judgement], Control]:
    """Make a control of a function named after its id.

    Raises:
        TypeError: A parameter names no evidence, a threshold has its number in the code, or the
            docstring lacks Why or Remedy.
    """

    def declare(function: Judgement) -> Control:
        evidence, thresholds = _parameters(function)
        title, why, remedy = _documentation(function)
        return Control(
            id=function.__name__.upper().replace("_", "-"),
            findings=function,
            evidence=evidence,
            thresholds=thresholds,
            title=title,
            why=why,
            remedy=remedy,
            examples=examples,
        )

    return declare


def _parameters(function: Judgement) -> tuple[tuple[str, ...], tuple[str, ...]]:
    evidence, thresholds = [], []
    for name, parameter in inspect.signature(function).parameters.items():
        if parameter.default is not inspect.Parameter.empty:
            raise TypeError(
                f"{function.__name__}: {name} has a default; numbers live in the policy"
            )
        if parameter.kind is inspect.Parameter.KEYWORD_ONLY:
            thresholds.append(name)
        elif name in EVIDENCE:
            evidence.append(name)
        else:
            raise TypeError(f"{function.__name__}: no evidence is called {name}")
    return tuple(evidence), tuple(thresholds)


def _documentation(function: Judgement) -> tuple[str, str, str]:
    text = inspect.getdoc(function) or ""
    found = re.fullmatch(
        r"(?P<title>[^\n]+)\.\n\nWhy: (?P<why>.+)\nRemedy: (?P<remedy>.+)", text, re.S
    )
    if found is None:
        raise TypeError(f"{function.__name__}: the docstring must be a title, Why: and Remedy:")
    return found["title"], _one_line(found["why"]), _one_line(found["remedy"])


def _one_line(text: str) -> str:
    return " ".join(text.split())
