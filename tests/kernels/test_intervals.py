"""Exact bounds against published figures and against their own definition."""

from fractions import Fraction
from math import comb

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.kernels.intervals import (
    clopper_pearson,
    finite_lower_bound,
    finite_upper_bound,
    hypergeometric_at_most,
    lower_bound,
    upper_bound,
)


def exact_at_most(accept: int, sample: int, wrong: int, lot: int) -> Fraction:
    ways = sum(comb(wrong, k) * comb(lot - wrong, sample - k) for k in range(accept + 1))
    return Fraction(ways, comb(lot, sample))


def test_clopper_pearson_gives_the_figures_that_textbooks_print() -> None:
    assert clopper_pearson(10, 100) == pytest.approx((0.0490047, 0.1762226), abs=1e-7)
    assert clopper_pearson(0, 10) == pytest.approx((0.0, 0.3084971), abs=1e-7)
    assert clopper_pearson(10, 10) == pytest.approx((0.6915029, 1.0), abs=1e-7)


@pytest.mark.parametrize(
    ("found", "sample", "below"),
    [(0, 59, 0.05), (1, 100, 0.05), (12, 400, 0.05), (38, 1000, 0.05), (139, 4000, 0.04)],
)
def test_what_a_sample_demonstrates_ends_one_item_later(
    found: int, sample: int, below: float
) -> None:
    assert upper_bound(found, sample) < below < upper_bound(found + 1, sample)


def test_no_wrong_item_follows_the_closed_form() -> None:
    assert upper_bound(0, 300) == pytest.approx(1 - 0.05 ** (1 / 300))
    assert lower_bound(300, 300) == pytest.approx(0.05 ** (1 / 300))


@given(st.integers(1, 60), st.data())
@settings(max_examples=100, deadline=None)
def test_the_hypergeometric_equals_exact_fractions(lot: int, data: st.DataObject) -> None:
    sample = data.draw(st.integers(1, lot))
    wrong = data.draw(st.integers(0, lot))
    accept = data.draw(st.integers(0, sample))
    expected = float(exact_at_most(accept, sample, wrong, lot))
    assert hypergeometric_at_most(accept, sample, wrong, lot) == pytest.approx(expected, abs=1e-12)


@given(st.integers(2, 60), st.data())
@settings(max_examples=60, deadline=None)
def test_the_finite_bound_is_the_last_lot_the_sample_does_not_contradict(
    lot: int, data: st.DataObject
) -> None:
    sample = data.draw(st.integers(1, lot))
    found = data.draw(st.integers(0, sample))
    possible = range(found, lot - (sample - found) + 1)
    few = [d for d in possible if exact_at_most(found, sample, d, lot) >= Fraction(1, 20)]
    many = [d for d in possible if 1 - exact_at_most(found - 1, sample, d, lot) >= Fraction(1, 20)]
    assert finite_upper_bound(found, sample, lot) == max(few)
    assert finite_lower_bound(found, sample, lot) == min(many)


def test_a_chance_of_exactly_the_limit_still_counts_as_believable() -> None:
    # 3 right items in 60: one drawn at random is right with a chance of exactly 0.05
    assert finite_upper_bound(0, 1, 60) == 57


def test_a_census_leaves_no_doubt() -> None:
    assert finite_upper_bound(3, 80, 80) == finite_lower_bound(3, 80, 80) == 3


def test_a_huge_lot_is_as_good_as_endless() -> None:
    share = finite_upper_bound(4, 500, 10**9) / 10**9
    assert share == pytest.approx(upper_bound(4, 500), rel=1e-5)


@pytest.mark.parametrize(("found", "sample"), [(-1, 5), (6, 5), (0, 0)])
def test_impossible_counts_are_refused(found: int, sample: int) -> None:
    with pytest.raises(ValueError, match="found"):
        upper_bound(found, sample)


def test_a_sample_larger_than_the_lot_is_refused() -> None:
    with pytest.raises(ValueError, match="larger than the lot"):
        finite_upper_bound(0, 10, 9)
