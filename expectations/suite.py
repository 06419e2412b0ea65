"""The suites of Great Expectations as data: one a purpose, and what all of them include."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Suite:
    """What is expected of each table of figures; the arguments of an expectation are data too."""

    name: str
    tables: Mapping[str, tuple[Mapping[str, Any], ...]]


def suite_text(name: str) -> str:
    """The suite called `name`, as the JSON it is kept as."""
    return (files("expectations") / "suites" / f"{name}.json").read_text(encoding="utf-8")


@cache
def suites_for(purpose: str) -> tuple[Suite, ...]:
    """What is expected of a dataset with that purpose: the included suites first, then its own."""
    held = json.loads(suite_text(purpose))
    named = [*held["include"], purpose]
    return tuple(_suite(name) for name in named)


def _suite(name: str) -> Suite:
    held = json.loads(suite_text(name))
    tables = {table: tuple(expected) for table, expected in held["tables"].items()}
    return Suite(name=held["name"], tables=tables)
