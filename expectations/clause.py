"""Clauses of law and standards: number, our own paraphrase, and how sure we are of the wording."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

from pipelines.model.outcome import Confidence

MEASURES = "IM2023"
"""The framework whose clauses the verdicts are grouped by."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Framework:
    """A law, rule, standard or practice."""

    id: str
    title: Mapping[str, str]
    """The official title, `zh` and `en`."""
    force: str
    """law, regulation, rule, mandatory, recommended, technical_document, practice."""
    since: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """A numbered sentence of a framework, in our own words."""

    id: str
    """`IM2023 7(1)`."""
    framework: str
    number: str
    says: Mapping[str, str]
    """One sentence of ours, `zh` and `en`; never the text of the clause."""
    short: Mapping[str, str]
    """A few words for tables; only clauses of the Measures have them."""
    confidence: Confidence
    by_hand: Mapping[str, str] | None
    """Who settles a clause that no control serves."""


@cache
def frameworks() -> Mapping[str, Framework]:
    """Every framework by its id, the Measures first."""
    loaded = {}
    for content in _contents():
        about = content["framework"]
        loaded[about["id"]] = Framework(
            id=about["id"],
            title=about["title"],
            force=about["force"],
            since=about.get("since"),
        )
    return loaded


@cache
def clauses() -> Mapping[str, Clause]:
    """Every clause by its id, in the order of its file."""
    loaded = {}
    for content in _contents():
        framework = content["framework"]["id"]
        for number, clause in content["clause"].items():
            loaded[f"{framework} {number}"] = Clause(
                id=f"{framework} {number}",
                framework=framework,
                number=number,
                says={"zh": clause["zh"], "en": clause["en"]},
                short=clause.get("short", {}),
                confidence=Confidence(clause.get("confidence", content["confidence"])),
                by_hand=clause.get("by_hand"),
            )
    return loaded


def _contents() -> list[dict[str, Any]]:
    folder = files("expectations") / "clauses"
    found = sorted((f for f in folder.iterdir() if f.name.endswith(".toml")), key=lambda f: f.name)
    return [tomllib.loads(f.read_text(encoding="utf-8")) for f in found]
