"""Agreement coefficients against published numbers, another implementation, and laws."""

import sys
from pathlib import Path
from random import Random

import krippendorff
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from pipelines.kernels.agreement import MeasurementLevel, alpha
from pipelines.kernels.agreement_ratings import Repeats, resolved, tabulate
from pipelines.kernels.agreement_summary import (
    NO_COMMON,
    NO_INTERVAL,
    NO_PAIRS,
    NOT_NUMBERS,
    NOT_TWO,
    ONE_LABEL,
    REPEATED,
    UNEQUAL,
    measure,
)
from pipelines.kernels.bootstrap import percentile_interval

sys.path.insert(0, str(Path(__file__).parent))

from agreement_rows import INTERVAL, NOMINAL, ORDINAL, Rows, figure, measured, ratings_of, value


def matrix(columns: list[str]) -> Rows:
    """Rows of one annotator a column; `.` is a missing rating."""
    return [
        (f"i{item}", f"a{rater}", label)
        for rater, column in enumerate(columns)
        for item, label in enumerate(column.split())
        if label != "."
    ]


# Krippendorff, Computing Krippendorff's alpha-reliability (2011), part C: four observers,
# twelve units, gaps
OBSERVERS = [
    "1 2 3 3 2 1 4 1 2 . . .",
    "1 2 3 3 2 2 4 1 2 5 . 3",
    ". 3 3 3 2 3 4 2 2 5 1 .",
    "1 2 3 3 2 4 4 1 2 5 1 .",
]


@pytest.mark.parametrize(
    ("level", "published"), [(NOMINAL, 0.743), (ORDINAL, 0.815), (INTERVAL, 0.849)]
)
def test_alpha_is_the_published_one_for_krippendorffs_four_observers(
    level: MeasurementLevel, published: float
) -> None:
    assert value(measured(matrix(OBSERVERS), level)) == pytest.approx(published, abs=5e-4)


def test_fleiss_is_the_published_one_for_fourteen_psychiatrists() -> None:
    # the worked example of Fleiss (1971) as it is usually reprinted: 10 items, 14 raters, 0.210
    table = [
        (0, 0, 0, 0, 14), (0, 2, 6, 4, 2), (0, 0, 3, 5, 6), (0, 3, 9, 2, 0), (2, 2, 8, 1, 1),
        (7, 7, 0, 0, 0), (3, 2, 6, 3, 0), (2, 5, 3, 2, 2), (6, 5, 2, 1, 0), (0, 2, 2, 3, 7),
    ]  # fmt: skip
    rows = []
    for item, counts in enumerate(table):
        labels = [str(label) for label, n in enumerate(counts) for _ in range(n)]
        rows += [(f"i{item}", f"a{rater}", label) for rater, label in enumerate(labels)]
    assert value(measured(rows), "fleiss") == pytest.approx(0.210, abs=5e-4)


def test_cohen_is_the_textbook_one_for_two_annotators() -> None:
    # 20 both yes, 15 both no, 5 and 10 apart: observed 0.70, by chance 0.50, kappa 0.40
    rows = []
    pairs = [("y", "y")] * 20 + [("y", "n")] * 5 + [("n", "y")] * 10 + [("n", "n")] * 15
    for item, (one, two) in enumerate(pairs):
        rows += [(f"i{item}", "a", one), (f"i{item}", "b", two)]
    found = measured(rows)
    assert value(found, "cohen") == pytest.approx(0.4)
    assert value(found, "raw") == pytest.approx(0.7)
    # Gwet: prevalence of yes 0.55, by chance 2 * 0.55 * 0.45 = 0.495
    assert value(found, "ac1") == pytest.approx((0.7 - 0.495) / (1 - 0.495), abs=1e-6)


LABELS = st.sampled_from(["1", "2", "3", "5"])


TABLES = st.lists(
    st.lists(st.one_of(st.none(), LABELS), min_size=3, max_size=3), min_size=2, max_size=12
)


def rows_of(table: list[list[str | None]]) -> Rows:
    return [
        (f"i{item:02}", f"a{rater}", label)
        for item, given_ in enumerate(table)
        for rater, label in enumerate(given_)
        if label is not None
    ]


@given(TABLES, st.sampled_from(list(MeasurementLevel)))
@settings(max_examples=80, deadline=None)
def test_alpha_equals_another_implementation(
    table: list[list[str | None]], level: MeasurementLevel
) -> None:
    found = value(measured(rows_of(table), level, draws=1))
    data = np.array([[np.nan if v is None else float(v) for v in row] for row in table]).T
    pairable = [[v for v in row if v] for row in table]
    used = {v for row in pairable if len(row) > 1 for v in row}
    if len(used) < 2:
        assert found is None
    else:
        other = krippendorff.alpha(reliability_data=data, level_of_measurement=level.value)
        assert found == pytest.approx(other, abs=1e-6)


@given(TABLES, st.randoms(use_true_random=False), st.sampled_from(list(MeasurementLevel)))
@settings(max_examples=40, deadline=None)
def test_neither_names_nor_order_of_items_and_annotators_matter(
    table: list[list[str | None]], chance: Random, level: MeasurementLevel
) -> None:
    rows = rows_of(table)
    assume(rows)
    names = sorted({name for row in rows for name in row[:2]})
    others = [f"x{i}" for i in range(len(names))]
    chance.shuffle(others)
    renamed = dict(zip(names, others, strict=True))
    moved = [(renamed[item], renamed[person], label) for item, person, label in rows]
    chance.shuffle(moved)
    assert measured(moved, level, draws=20) == measured(rows, level, draws=20)


def test_full_agreement_is_one_and_opposition_is_negative() -> None:
    alike = measured(matrix(["1 2 1 2", "1 2 1 2"]))
    assert [value(alike, n) for n in ("alpha", "ac1", "fleiss", "cohen", "raw")] == [1.0] * 5
    assert value(measured(matrix(["1 2 1 2", "2 1 2 1"]))) < 0


def test_without_an_item_that_carries_two_ratings_nothing_is_defined() -> None:
    found = measured([("i1", "a", "x"), ("i2", "b", "y")])
    assert (found.items, found.pairable_items, found.ties) == (2, 0, 0)
    whys = {f.coefficient: f.why for f in found.figures if f.value is None}
    assert whys == {
        "alpha": NO_PAIRS, "ac1": NO_PAIRS, "fleiss": NO_PAIRS, "raw": NO_PAIRS,
        "cohen": NO_COMMON,
    }  # fmt: skip


def test_no_ratings_at_all_are_no_error() -> None:
    found = measured([])
    assert (found.items, found.annotators, found.ratings) == (0, 0, 0)
    assert all(f.value is None and f.why for f in found.figures)


def test_one_label_only_leaves_alpha_undefined_but_not_raw_agreement() -> None:
    found = measured(matrix(["x x x", "x x x"]))
    for name in ("alpha", "ac1", "fleiss", "cohen"):
        assert figure(found, name).why == ONE_LABEL
    assert value(found, "raw") == 1.0


def test_a_label_that_only_single_ratings_use_does_not_define_alpha() -> None:
    rows = [*matrix(["x x", "x x"]), ("i9", "a0", "y")]
    assert figure(measured(rows), "alpha").why == ONE_LABEL


def test_one_item_has_an_estimate_and_no_interval() -> None:
    found = figure(measured(matrix(["x", "y"])), "alpha")
    assert found.value == "0.000000"
    assert (found.low, found.interval, found.why) == (None, None, NO_INTERVAL)


def test_ordinal_alpha_of_words_says_that_it_needs_numbers() -> None:
    assert figure(measured(matrix(["x y", "x x"]), ORDINAL), "alpha").why == NOT_NUMBERS


def test_the_same_number_written_twice_is_one_label_on_a_scale() -> None:
    rows = matrix(["1 2 3", "1.0 2.0 2"])
    assert value(measured(rows, INTERVAL)) == value(measured(matrix(["1 2 3", "1 2 2"]), INTERVAL))
    assert value(measured(rows, NOMINAL)) < 0.5


def test_fleiss_and_cohen_say_why_they_do_not_apply() -> None:
    found = measured(matrix(["1 2 1", "1 2 .", "1 1 2"]))
    assert figure(found, "fleiss").why == UNEQUAL
    assert figure(found, "cohen").why == NOT_TWO
    twice = [*matrix(["1 2", "1 2"]), ("i0", "a0", "2")]
    assert figure(measured(twice), "cohen").why == REPEATED


def test_repeats_count_unless_told_otherwise() -> None:
    rows = [("i", "a", "1"), ("i", "b", "1"), ("i", "a", "2"), ("j", "a", "1"), ("j", "b", "2")]
    left = {
        repeats: sorted(
            zip(*(getattr(resolved(ratings_of(rows), repeats), n) for n in ("item", "label")),
                strict=True)
        )
        for repeats in Repeats
    }  # fmt: skip
    assert len(left[Repeats.ALL]) == 5
    assert left[Repeats.FIRST] == [(0, 0), (0, 0), (1, 0), (1, 1)]
    assert left[Repeats.LAST] == [(0, 0), (0, 1), (1, 0), (1, 1)]
    assert left[Repeats.DROP] == [(0, 0), (1, 0), (1, 1)]
    assert {measured(rows, repeats=r).repeated for r in Repeats} == {1}


def test_ties_are_items_whose_most_frequent_label_is_not_unique() -> None:
    assert measured(matrix(["1 1 1 1", "1 2 2 .", "2 2 3 ."])).ties == 1


def test_the_interval_holds_the_estimate_and_the_seed_decides_it() -> None:
    rows = matrix(OBSERVERS)
    first, again = (figure(measured(rows, draws=500), "alpha") for _ in range(2))
    assert first == again
    assert float(first.low) < float(first.value) < float(first.high)
    other = measure(ratings_of(rows), NOMINAL, draws=500, seed=8)
    assert figure(other, "alpha").low != first.low


def test_the_bootstrap_of_a_mean_has_about_the_width_that_theory_gives() -> None:
    seen = np.concatenate([np.zeros(120), np.ones(80)])
    found = percentile_interval(lambda w: w @ seen / 200, 200, draws=4000, seed=3)
    assert found is not None
    wide = 1.96 * (0.4 * 0.6 / 200) ** 0.5
    assert (found.low, found.high) == pytest.approx((0.4 - wide, 0.4 + wide), abs=0.01)


def test_too_many_undefined_resamples_give_no_interval() -> None:
    rare = np.array([1.0, *[0.0] * 4])

    def undefined_without_the_rare_one(weights: np.ndarray) -> np.ndarray:
        return np.where(weights @ rare > 0, 1.0, np.nan)

    found = percentile_interval(undefined_without_the_rare_one, 5, draws=500, seed=1)
    assert found is None


def test_blocks_of_resamples_do_not_change_the_result(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = figure(measured(matrix(OBSERVERS), ORDINAL, draws=50), "alpha")
    monkeypatch.setattr("pipelines.kernels.bootstrap.CELLS", 24)
    assert figure(measured(matrix(OBSERVERS), ORDINAL, draws=50), "alpha") == whole


def test_interval_alpha_refuses_labels_without_values() -> None:
    ratings = ratings_of(matrix(["1 2", "1 2"]))
    counts = tabulate(ratings.item, ratings.label, 2)
    with pytest.raises(ValueError, match="value of each label"):
        alpha(counts, np.ones((1, 2)), INTERVAL)
