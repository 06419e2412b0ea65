"""Sampling plans against published cells of ISO 2859-1, and the laws behind them."""

from decimal import Decimal
from math import comb

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.kernels.acceptance import (
    AQLS,
    CODE_LETTERS,
    LETTERS,
    SIZES,
    SamplePlan,
    Severity,
    chance_of_acceptance,
    operating_curve,
    plan,
    quality_accepted,
)
from pipelines.model.errors import ConfigError

NORMAL, TIGHTENED, REDUCED = Severity
LOT_OF = dict(
    zip(
        "ABCDEFGHJKLMNPQ",
        (8, 15, 25, 50, 90, 150, 280, 500, 1200, 3200, 10000, 35000, 150000, 500000, 500001),
        strict=True,
    )
)


def cell(letter: str, aql: str, severity: Severity = NORMAL) -> tuple[str, int, int]:
    """Letter, size and acceptance number for a letter; R is reached at level III."""
    level = "III" if letter == "R" else "II"
    found = plan(LOT_OF.get(letter, 500_001), aql=Decimal(aql), level=level, severity=severity)
    assert found.code_letter == letter
    assert found.reject == found.accept + 1
    return found.effective_letter, SIZES[found.effective_letter], found.accept


@pytest.mark.parametrize(
    ("letter", "aql", "expected"),
    [
        # the diagonal of table 2-A, as published in many places
        ("K", "1.0", ("K", 125, 3)),
        ("L", "1.0", ("L", 200, 5)),
        ("M", "1.0", ("M", 315, 7)),
        ("J", "2.5", ("J", 80, 5)),
        ("L", "2.5", ("L", 200, 10)),
        ("J", "1.5", ("J", 80, 3)),
        ("A", "6.5", ("A", 2, 0)),
        ("Q", "0.010", ("Q", 1250, 0)),
        ("N", "2.5", ("N", 500, 21)),
        ("N", "4.0", ("M", 315, 21)),
        # arrows
        ("B", "1.5", ("D", 8, 0)),
        ("F", "1.0", ("E", 13, 0)),
        ("F", "1.5", ("G", 32, 1)),
        ("A", "10", ("C", 5, 1)),
        ("A", "0.010", ("Q", 1250, 0)),
        ("R", "0.015", ("P", 800, 0)),
        ("R", "0.010", ("Q", 1250, 0)),
        ("R", "10", ("K", 125, 21)),
    ],
)
def test_normal_inspection_has_the_published_plan(
    letter: str, aql: str, expected: tuple[str, int, int]
) -> None:
    assert cell(letter, aql) == expected


@pytest.mark.parametrize(
    ("letter", "aql", "expected"),
    [
        ("K", "1.0", ("K", 125, 2)),
        ("K", "2.5", ("K", 125, 5)),
        ("K", "4.0", ("K", 125, 8)),
        ("L", "1.0", ("L", 200, 3)),
        ("J", "6.5", ("J", 80, 8)),
        ("G", "2.5", ("G", 32, 1)),
        ("F", "1.0", ("F", 20, 0)),
        ("Q", "0.025", ("S", 3150, 1)),
        ("R", "0.025", ("S", 3150, 1)),
        ("R", "0.010", ("R", 2000, 0)),
    ],
)
def test_tightened_inspection_has_the_published_plan(
    letter: str, aql: str, expected: tuple[str, int, int]
) -> None:
    assert cell(letter, aql, TIGHTENED) == expected


@pytest.mark.parametrize(
    ("aql", "level", "size", "accept"),
    [
        # a published study of lots of 35,001 to 500,000 under ISO 2859-1:1999
        ("0.65", "S-4", 80, 1),
        ("0.65", "S-3", 20, 0),
        ("0.40", "S-4", 125, 1),
        ("0.40", "S-3", 32, 0),
        ("0.25", "S-4", 50, 0),
        ("0.15", "S-4", 80, 0),
    ],
)
def test_special_levels_have_the_published_plans(
    aql: str, level: str, size: int, accept: int
) -> None:
    for lot in (35_001, 500_000):
        found = plan(lot, aql=Decimal(aql), level=level)
        assert (found.sample_size, found.accept) == (size, accept)


@pytest.mark.parametrize("level", list(CODE_LETTERS))
def test_letters_never_fall_as_lots_grow(level: str) -> None:
    letters = CODE_LETTERS[level]
    assert [LETTERS.index(a) for a in letters] == sorted(LETTERS.index(a) for a in letters)
    assert len(letters) == 15


PLANS = st.builds(
    plan,
    st.integers(1, 600_000),
    aql=st.sampled_from(AQLS),
    level=st.sampled_from(list(CODE_LETTERS)),
    severity=st.sampled_from([NORMAL, TIGHTENED]),
)


@given(PLANS)
@settings(max_examples=60, deadline=None)
def test_every_combination_has_a_plan_whose_curve_falls(found: SamplePlan) -> None:
    assert 1 <= found.sample_size <= found.lot_size
    curve = operating_curve(found)
    chances = [accepted for _, accepted in curve]
    assert curve[0] == (0.0, 1.0)
    assert chances == sorted(chances, reverse=True)


@given(st.integers(2, 600_000), st.sampled_from(AQLS))
@settings(max_examples=60, deadline=None)
def test_tightened_inspection_is_never_kinder_where_the_sample_is_the_same(
    lot: int, aql: Decimal
) -> None:
    kind, strict = (plan(lot, aql=aql, severity=severity) for severity in (NORMAL, TIGHTENED))
    if kind.effective_letter == strict.effective_letter:
        assert strict.accept <= kind.accept


def test_the_curve_of_a_large_lot_is_binomial() -> None:
    found = plan(100_000, aql=Decimal("0.65"), level="S-4")
    expected = sum(comb(80, k) * 0.02**k * 0.98 ** (80 - k) for k in range(2))
    assert chance_of_acceptance(found, 0.02) == pytest.approx(expected)


def test_the_curve_of_a_small_lot_is_hypergeometric() -> None:
    found = plan(20, aql=Decimal("1.5"), level="I")
    assert (found.sample_size, found.accept) == (8, 0)
    assert chance_of_acceptance(found, 2 / 20) == pytest.approx(comb(18, 8) / comb(20, 8))
    # with 4 of 20 wrong one lot in ten (0.102) passes, with 5 fewer (0.051)
    assert quality_accepted(found) == 5 / 20


def test_the_quality_accepted_one_time_in_ten_is_the_tabled_one() -> None:
    # table of consumer's risk quality: n 20, Ac 0: 10.9 per cent; n 80, Ac 1: 4.78
    zero = plan(100_000, aql=Decimal("0.65"), level="S-3")
    one = plan(100_000, aql=Decimal("0.65"), level="S-4")
    assert quality_accepted(zero) == pytest.approx(0.109, abs=5e-4)
    assert quality_accepted(one) == pytest.approx(0.0478, abs=5e-5)
    assert chance_of_acceptance(one, quality_accepted(one) or 0) == pytest.approx(0.1)


def test_a_lot_smaller_than_its_sample_is_looked_at_whole() -> None:
    found = plan(1, aql=Decimal("0.010"))
    assert (found.sample_size, found.accept) == (1, 0)
    assert operating_curve(found) == [(0.0, 1.0), (1.0, 0.0)]


@pytest.mark.parametrize(
    "wrong",
    [
        {"aql": Decimal(3)},
        {"aql": Decimal(15)},
        {"aql": Decimal("NaN")},
        {"level": "IV"},
        {"severity": REDUCED},
    ],
)
def test_what_has_no_table_is_refused_with_advice(wrong: dict[str, object]) -> None:
    with pytest.raises(ConfigError) as refused:
        plan(100, **({"aql": Decimal(1)} | wrong))  # type: ignore[arg-type]
    assert str(refused.value.advice)


def test_an_empty_lot_is_refused() -> None:
    with pytest.raises(ConfigError):
        plan(0, aql=Decimal(1))
