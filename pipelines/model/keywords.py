"""A library of keywords: terms by number, each with the risk it is a sign of."""

from collections.abc import Mapping
from dataclasses import dataclass
from string import ascii_lowercase

from pipelines.model.ids import Digest

_SIZES = {"A.1": 8, "A.2": 9, "A.3": 5, "A.4": 7, "A.5": 2}

RISKS = tuple(f"{part}.{ascii_lowercase[i]}" for part, size in _SIZES.items() for i in range(size))
"""Ids of the risk taxonomy.

Reference: TC260-003 appendix A, 31 risks in five classes.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeywordLibrary:
    """The distinct normal forms of the terms; the number of a term is its place."""

    terms: tuple[str, ...]
    """Sorted by code point."""
    risks: tuple[str, ...]
    """The risk of each term."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LibrarySize:
    """How many distinct terms a library has."""

    digest: Digest
    """Of the bytes of its file."""
    terms: int
    risks: Mapping[str, int]
    """Terms by risk; a risk without any is not there."""
