"""Single sampling plans for lots of labels, and how often they accept lots of a given quality.

Reference: ISO 2859-1:1999 (GB/T 2828.1-2012), tables 1, 2-A and 2-B, single sampling, items that
conform or do not (AQL up to 10 per cent). The master tables are diagonal: what stands in a cell
depends on how many steps its AQL lies beyond the one at which the letter accepts with no item
found. They are written down here as that structure and tested against published cells.
Reduced inspection is left out: its table differs between editions and none was at hand.
"""

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

import numpy as np
import scipy

from pipelines.kernels.intervals import ROUNDING, hypergeometric_at_most
from pipelines.model.errors import ConfigError
from pipelines.model.message import msg


class Severity(StrEnum):
    """How strict the inspection is; changed by the switching rules of the standard."""

    NORMAL = "normal"
    TIGHTENED = "tightened"
    REDUCED = "reduced"


SIZES = {
    "A": 2, "B": 3, "C": 5, "D": 8, "E": 13, "F": 20, "G": 32, "H": 50, "J": 80, "K": 125,
    "L": 200, "M": 315, "N": 500, "P": 800, "Q": 1250, "R": 2000, "S": 3150,
}  # fmt: skip
"""Sample size of each code letter; S exists for tightened inspection only."""
LETTERS = "".join(SIZES)
AQLS = (
    Decimal("0.010"), Decimal("0.015"), Decimal("0.025"), Decimal("0.040"), Decimal("0.065"),
    Decimal("0.10"), Decimal("0.15"), Decimal("0.25"), Decimal("0.40"), Decimal("0.65"),
    Decimal("1.0"), Decimal("1.5"), Decimal("2.5"), Decimal("4.0"), Decimal("6.5"), Decimal("10"),
)  # fmt: skip
"""Per cent nonconforming, the preferred values up to 10."""
LOT_LIMITS = (
    8, 15, 25, 50, 90, 150, 280, 500, 1_200, 3_200, 10_000, 35_000, 150_000, 500_000,
)  # fmt: skip
"""Largest lot of each row of table 1; the last row has no limit."""
CODE_LETTERS: Mapping[str, str] = {
    "S-1": "AAAABBBBCCCCDDD",
    "S-2": "AAABBBCCCDDDEEE",
    "S-3": "AABBCCDDEEFFGGH",
    "S-4": "AABCCDEEFGGHJJK",
    "I": "AABCCDEFGHJKLMN",
    "II": "ABCDEFGHJKLMNPQ",
    "III": "BCDEFGHJKLMNPQR",
}
UP, DOWN = -1, -2
"""An arrow: take the plan of the nearest letter with one, above or below."""
STEPS: Mapping[Severity, tuple[int, ...]] = {
    Severity.NORMAL: (0, UP, DOWN, 1, 2, 3, 5, 7, 10, 14, 21),
    Severity.TIGHTENED: (DOWN, 0, DOWN, DOWN, 1, 2, 3, 5, 8, 12, 18),
}
"""Acceptance number by steps beyond the diagonal; before it the arrow is DOWN, after it UP."""
ZERO_OF_A = AQLS.index(Decimal("6.5"))
"""Letter A accepts with no item found at AQL 6.5, each later letter one AQL lower."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SamplePlan:
    """How many items of a lot are looked at, and how many wrong ones it may have."""

    lot_size: int
    level: str
    aql: Decimal
    severity: Severity
    code_letter: str
    """By lot size and level."""
    effective_letter: str
    """Where the arrows lead."""
    sample_size: int
    """Never more than the lot: then every item is looked at."""
    accept: int

    @property
    def reject(self) -> int:
        """The lot is not accepted from this many wrong items on."""
        return self.accept + 1


def plan(
    lot_size: int, *, aql: Decimal, level: str = "II", severity: Severity = Severity.NORMAL
) -> SamplePlan:
    """The single sampling plan of ISO 2859-1 for a lot.

    The standard's table begins with lots of two; a lot of one is looked at whole like them.

    Raises:
        ConfigError: for a level, AQL or severity that has no table here.
    """
    column = _column(aql)
    if lot_size < 1:
        raise ConfigError(
            msg("A lot has at least one item."), advice=msg("State the number of items in the lot.")
        )
    if level not in CODE_LETTERS:
        raise ConfigError(
            msg("There is no inspection level {level}.", level=level[:20]),
            advice=msg("Use one of {levels}.", levels=", ".join(CODE_LETTERS)),
        )
    if severity not in STEPS:
        raise ConfigError(
            msg("The table for {severity} inspection is not in this version.", severity=severity),
            advice=msg("Use normal inspection: it is never less strict than reduced."),
        )
    letter = CODE_LETTERS[level][bisect_left(LOT_LIMITS, lot_size)]
    effective, accept = _resolved(LETTERS.index(letter), column, severity)
    return SamplePlan(
        lot_size=lot_size,
        level=level,
        aql=AQLS[column],
        severity=severity,
        code_letter=letter,
        effective_letter=effective,
        sample_size=min(SIZES[effective], lot_size),
        accept=accept,
    )


def _column(aql: Decimal) -> int:
    if aql not in AQLS:
        raise ConfigError(
            msg("There is no AQL of {aql} per cent in the table.", aql=str(aql)[:20]),
            advice=msg("Use one of {aqls}.", aqls=", ".join(map(str, AQLS))),
        )
    return AQLS.index(aql)


def _cell(row: int, column: int, severity: Severity) -> int:
    """The acceptance number of a cell, or an arrow."""
    steps = STEPS[severity]
    beyond = column - ZERO_OF_A + row
    if LETTERS[row] == "S" and beyond != steps.index(1):
        return UP  # letter S was added for one plan only
    if beyond < 0:
        return DOWN
    return steps[beyond] if beyond < len(steps) else UP


def _resolved(row: int, column: int, severity: Severity) -> tuple[str, int]:
    """Letter and acceptance number of the cell, its arrows followed."""
    rows = len(LETTERS) if severity is Severity.TIGHTENED else LETTERS.index("S")
    above, below = range(row, -1, -1), range(row, rows)
    upwards = _cell(row, column, severity) == UP
    # at the edge of the table an arrow has nowhere to lead but back
    for at in (*above, *below) if upwards else (*below, *above):
        found = _cell(at, column, severity)
        if found >= 0:
            return LETTERS[at], found
    raise AssertionError  # every column of both tables holds a plan


def chance_of_acceptance(plan_: SamplePlan, share: float) -> float:
    """How often a lot with this share of wrong items is accepted.

    For samples above a tenth of the lot the lot is finite and `share` is rounded to whole items;
    otherwise the binomial stands for it, as in the standard.
    """
    if not 0 <= share <= 1:
        raise ValueError("a share lies between 0 and 1")
    if is_finite(plan_):
        wrong = round(share * plan_.lot_size)
        return hypergeometric_at_most(plan_.accept, plan_.sample_size, wrong, plan_.lot_size)
    if plan_.accept >= plan_.sample_size:
        return 1.0
    return float(
        scipy.special.betainc(plan_.sample_size - plan_.accept, plan_.accept + 1, 1 - share)
    )


def is_finite(plan_: SamplePlan) -> bool:
    """Whether the sample is so large a part of the lot that drawing without return matters."""
    return plan_.sample_size * 10 > plan_.lot_size


def operating_curve(plan_: SamplePlan, points: int = 21) -> list[tuple[float, float]]:
    """Up to `points` pairs of share and chance of acceptance, down to one lot in a thousand."""
    end = quality_accepted(plan_, 0.001)
    shares = np.linspace(0, 1.0 if end is None else end, points)
    if is_finite(plan_):
        shares = np.unique(np.round(shares * plan_.lot_size)) / plan_.lot_size
    return [(float(share), chance_of_acceptance(plan_, float(share))) for share in shares]


def quality_accepted(plan_: SamplePlan, chance: float = 0.10) -> float | None:
    """The share of wrong items at which a lot is still accepted this often; None if always more.

    Of a finite lot: the smallest share of whole items with at most this chance.
    """
    if plan_.accept >= plan_.sample_size:
        return None
    if not is_finite(plan_):
        return float(
            scipy.special.betaincinv(plan_.accept + 1, plan_.sample_size - plan_.accept, 1 - chance)
        )
    low, high = 0, plan_.lot_size
    while low < high:
        middle = (low + high) // 2
        accepted = hypergeometric_at_most(plan_.accept, plan_.sample_size, middle, plan_.lot_size)
        low, high = (low, middle) if accepted <= chance * (1 + ROUNDING) else (middle + 1, high)
    return low / plan_.lot_size
