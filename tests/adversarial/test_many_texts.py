"""Many texts of the kind that makes a naive comparison quadratic, or a table grow with the input.

No second is asserted. Work is linear where the pairs of texts that are compared grow no faster than
the texts, and memory has a bound that does not depend on their number; and what comes out is known
beforehand.
"""

import json

import plain_law
import pytest

from benchmarks.hostile import empty, pages, sparse_pages
from pipelines.kernels.keeping import MOST_KEPT
from pipelines.model.dataset import MAX_RECORD_BYTES

MOST_KIB = 1_000_000
"""The bound that an audit of a gigabyte keeps to."""
FEW_KIB = 450_000
"""Of a few thousand texts; most of it are libraries."""
THRESHOLD = 0.8


def check_pages(compared, count: int, most_kib: int):
    """All but the first are removed for the first."""
    done = compared(pages(count))
    outcome = done.outcome
    assert (outcome["records"], outcome["exact_duplicates"]) == (count, 0)
    assert (outcome["near_duplicates"], outcome["clusters"]) == (count - 1, 1)
    assert outcome["crowded_keys"] == 0  # one is kept: no key leads to many
    assert done.peak < most_kib
    return done


def test_near_identical_pages_lead_to_the_first_and_memory_does_not_follow_their_number(compared):
    few = check_pages(compared, 5_000, FEW_KIB)
    many = check_pages(compared, 20_000, FEW_KIB)
    assert many.peak - few.peak < 150_000
    texts = list(pages(20_000))
    first = plain_law.normal(texts[0])
    for kept, removed, stated, method in many.pairs()[::97]:
        assert (kept, method) == (0, "near")
        assert stated == plain_law.similarity(first, plain_law.normal(texts[removed]))


@pytest.mark.parametrize("count", [5_000, 20_000])
def test_each_of_near_identical_pages_is_compared_with_the_first_alone(count, judged):
    assert judged(pages(count)).comparisons == count - 1


@pytest.mark.slow
def test_a_million_near_identical_pages(compared):
    check_pages(compared, 1_000_000, MOST_KIB)


def test_pages_that_meet_and_stay_are_compared_with_a_bounded_number_of_others(compared):
    texts = list(sparse_pages(8_000))
    done = compared(texts)
    outcome = done.outcome
    assert (outcome["exact_duplicates"], outcome["near_duplicates"]) == (0, 0)
    assert outcome["crowded_keys"] > 0, "so many are kept under one key that it says so"
    assert done.peak < FEW_KIB


def test_the_comparisons_of_pages_that_meet_and_stay_grow_as_the_pages(judged):
    few, many = (judged(sparse_pages(count)) for count in (4_000, 16_000))
    assert (many.verdicts.kept_for < 0).all()
    # each with each that it shares a key with would be 16 times as many
    assert few.comparisons < many.comparisons < 5 * few.comparisons
    assert many.comparisons < MOST_KEPT * 16_000


def test_one_character_at_thousands_of_lengths_is_one_text_from_five_on(compared):
    count = 4_000
    done = compared("a" * length for length in range(1, count + 1))
    # 1 to 4 are shingles of their own; from 5 on the only shingle is the same
    assert done.outcome["exact_duplicates"] == 0
    assert done.outcome["near_duplicates"] == count - 5
    assert {pair[0] for pair in done.pairs()} == {4}
    assert {pair[2] for pair in done.pairs()} == {1.0}
    assert done.peak < FEW_KIB


def check_empty(compared, count: int, most_kib: int) -> int:
    done = compared(empty(count))
    names = ("records", "empty", "quarantined", "exact_duplicates", "near_duplicates", "candidates")
    assert [done.outcome[name] for name in names] == [count, count, 0, 0, 0, 0]
    assert done.peak < most_kib
    return done.peak


def test_empty_strings_are_counted_apart_and_repeat_nothing(compared):
    few = check_empty(compared, 20_000, FEW_KIB)
    assert check_empty(compared, 200_000, FEW_KIB) - few < 60_000


@pytest.mark.slow
def test_ten_million_empty_strings(compared):
    check_empty(compared, 10_000_000, MOST_KIB)


def lines_around(limit: int) -> tuple[str, str, str]:
    """Texts of records of `limit` bytes, twice nearly the same, and of one byte more."""
    room = limit - len(json.dumps({"text": ""}))
    unit = "the quick brown fox jumps over it, and so on and on. "
    full = (unit * (room // len(unit) + 1))[:room]
    return full, "Ah, " + full[4:], full + "!"


def test_a_record_just_under_the_limit_is_compared_and_one_above_it_quarantined(compared):
    limit = 2_000_000
    under, near, above = lines_around(limit)
    done = compared([under, above, near, "short"], TDA_MAX_RECORD_BYTES=str(limit))
    names = ("records", "quarantined", "exact_duplicates", "near_duplicates")
    assert [done.outcome[name] for name in names] == [3, 1, 0, 1]
    assert [pair[:2] for pair in done.pairs()] == [(0, 2)]
    assert plain_law.faults([under, above, near], done.pairs(), THRESHOLD) == []


@pytest.mark.slow
def test_the_largest_records_are_compared_for_equality_within_the_bound(compared):
    under, near, above = lines_around(MAX_RECORD_BYTES)
    done = compared([under, above, near, under.upper(), "short"])
    names = ("records", "quarantined", "exact_duplicates", "near_duplicates", "too_long_to_compare")
    assert [done.outcome[name] for name in names] == [4, 1, 1, 0, 2]
    assert done.peak < MOST_KIB
