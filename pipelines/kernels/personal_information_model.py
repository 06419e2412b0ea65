"""What a hit of personal information is, and how sensitive each type counts."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class Kind(StrEnum):
    """Types of identifiers, in the order in which they win over each other where they overlap."""

    ID = "id"
    """Resident identity number, 18 or 15 characters (GB 11643)."""
    EMAIL = "email"
    USCC = "uscc"
    """Unified social credit code of an organisation (GB 32100)."""
    CARD = "card"
    """Bank card number (ISO/IEC 7812)."""
    MOBILE = "mobile"
    """Mobile number of mainland China."""
    PASSPORT = "passport"
    PERMIT = "permit"
    """Travel permit to or from Hong Kong, Macau or Taiwan; told by its keyword only."""
    PLATE = "plate"
    """Vehicle plate (GA 36)."""
    LANDLINE = "landline"
    IP = "ip"

    @property
    def rank(self) -> int:
        """0 for the type that wins over every other."""
        return _RANKS[self]


_RANKS = {kind: rank for rank, kind in enumerate(Kind)}


class Tier(StrEnum):
    """How much speaks for a hit."""

    VALID = "valid"
    """Check digit, or structure and range, or keyword hold."""
    LOOKALIKE = "lookalike"
    """The shape only, or a value that stands for nobody (a documentation address)."""


SENSITIVITY_VERSION = "stricter-2025-11"
"""Name of the table below; it goes with every figure that counts sensitive hits."""

SENSITIVITY: Mapping[Kind, bool] = MappingProxyType(
    {
        # GB/T 35273-2020 annex B lists the number, GB/T 45574-2025 no longer: the stricter stands
        Kind.ID: True,
        Kind.CARD: True,
        Kind.PASSPORT: True,
        Kind.PERMIT: True,
        Kind.EMAIL: False,
        Kind.MOBILE: False,
        Kind.LANDLINE: False,
        Kind.PLATE: False,
        Kind.IP: False,
        # names an organisation, not a person
        Kind.USCC: False,
    }
)


@dataclass(frozen=True, slots=True)
class Hit:
    """One identifier in a text; the value itself is not kept."""

    type: Kind
    start: int
    """Code points from the start of the text as it stands."""
    end: int
    """Exclusive."""
    tier: Tier

    @property
    def sensitive(self) -> bool:
        """Whether the type counts as sensitive under SENSITIVITY_VERSION."""
        return SENSITIVITY[self.type]


def near(words: re.Pattern[str], text: str, start: int, end: int) -> bool:
    """Whether one of `words` stands shortly before or after `text[start:end]`."""
    return words.search(text, max(0, start - 24), end + 12) is not None
