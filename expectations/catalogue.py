"""The catalogue: what each control asks, of which clause, how heavily, and its test if any."""

import importlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from expectations.clause import MEASURES, clauses
from expectations.control import Control
from pipelines.model.outcome import Confidence, Severity

TOPICS = ("src", "meta", "cnt", "ipr", "pi", "sec", "qlt", "bias", "ann", "rep")
"""The order of the catalogue."""

UNCONFIRMED = frozenset({Confidence.DRAFT, Confidence.MEMORY})
"""A blocker that rests on such a wording counts as high until the provider confirms the clause."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One control as the catalogue describes it, with its test where this version has one."""

    id: str
    title: Mapping[str, str]
    """`zh` and `en`."""
    asks: Mapping[str, str]
    """What must be true, in one sentence of ours."""
    why: Mapping[str, str]
    """Why it is asked; empty where there is no test yet."""
    remedy: Mapping[str, str]
    clauses: tuple[str, ...]
    counted: str
    """The clause of the Measures under which it is counted, once."""
    rests_on: str
    """The clause from whose wording the test was derived: the one a provider confirms."""
    confidence: Confidence
    severity: Severity
    kind: str
    """auto = computed, hybrid = computed over human verdicts, manual = attestation and file."""
    only: tuple[str, ...]
    """What the manifest must declare for the control to apply: `annotation`, or source types."""
    metric: str
    """The figure and its limit as the catalogue states them."""
    control: Control | None


@cache
def catalogue_ids() -> tuple[str, ...]:
    """The ids of the catalogue in its order, without importing any control."""
    return tuple(number for topic in TOPICS for number in _contents(topic))


@cache
def catalogue() -> Mapping[str, Entry]:
    """Every entry by its id, in the order of the catalogue.

    Raises:
        TypeError: A control is not in the file it is named after, or an entry is malformed.
    """
    tests = _tests()
    loaded = {}
    for topic in TOPICS:
        for number, content in _contents(topic).items():
            loaded[number] = _entry(number, content, tests.pop(number, None))
    if tests:
        raise TypeError(f"controls without an entry in the catalogue: {sorted(tests)}")
    return loaded


def _contents(topic: str) -> dict[str, dict[str, object]]:
    text = (files("expectations") / "entries" / f"{topic}.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def _entry(number: str, content: Mapping[str, object], test: Control | None) -> Entry:
    refs = tuple(str(ref) for ref in _list(content["refs"]))
    unknown = [ref for ref in refs if ref not in clauses()]
    if unknown:
        raise TypeError(f"{number}: no such clause: {unknown}")
    measures = [ref for ref in refs if ref.startswith(f"{MEASURES} ")]
    return Entry(
        id=number,
        title=_both(content["title"]),
        asks=_both(content["asks"]),
        why=_with_english(content.get("why"), test.why if test else None),
        remedy=_with_english(content["remedy"], test.remedy if test else None),
        clauses=refs,
        counted=str(content["counted"]) if "counted" in content else measures[0],
        rests_on=str(content.get("rests_on", refs[0])),
        confidence=Confidence(str(content["confidence"])),
        severity=Severity(str(content["severity"])),
        kind=str(content["kind"]),
        only=tuple(str(need) for need in _list(content.get("only", []))),
        metric=str(content["metric"]),
        control=test,
    )


def _tests() -> dict[str, Control]:
    folder = files("expectations") / "controls"
    names = sorted(f.name.removesuffix(".py") for f in folder.iterdir() if f.name.endswith(".py"))
    found = {}
    for name in names:
        if name == "__init__":
            continue
        module = importlib.import_module(f"expectations.controls.{name}")
        held = [value for value in vars(module).values() if isinstance(value, Control)]
        number = "-".join(name.split("_")[:2]).upper()
        if [test.id for test in held] != [number]:
            raise TypeError(f"controls/{name}.py must hold exactly the control {number}")
        found[number] = held[0]
    return found


def _list(value: object) -> list[object]:
    if not isinstance(value, list):
        raise TypeError(f"a list was expected: {value!r}")
    return value


def _both(value: object) -> Mapping[str, str]:
    if not isinstance(value, dict) or set(value) != {"zh", "en"}:
        raise TypeError(f"zh and en were expected: {value!r}")
    return value


def _with_english(value: object, english: str | None) -> Mapping[str, str]:
    """The texts of an entry; the English of an implemented control is its docstring."""
    held = dict(value) if isinstance(value, dict) else {}
    return {**held, "en": english} if english is not None else held
