"""Many texts of the kind that makes a naive comparison quadratic, or a table grow with the input.

No second is asserted. Work is linear where candidates are no more than records and memory has a
bound that does not depend on their number; and what comes out is known beforehand.
"""

import json
from collections.abc import Iterator

import plain_law
import pytest

from pipelines.model.dataset import MAX_RECORD_BYTES

MOST_KIB = 1_000_000
"""The bound that an audit of a gigabyte keeps to."""
FEW_KIB = 450_000
"""Of a few thousand texts; most of it are libraries."""
BOILERPLATE = (
    "Home · About us · Contact · Terms of use · Privacy · Sitemap. You are reading our newsletter. "
    "All rights reserved. Reproduction in whole or in part without permission is prohibited. "
    "This page uses cookies to give you the best experience; by going on you agree to their use. "
    "Subscribe to get the latest news, offers and stories of our partners straight to your inbox. "
)
THRESHOLD = 0.8


def pages(count: int) -> Iterator[str]:
    """Boilerplate around a page number: every one is near to every other one, none is equal."""
    for number in range(count):
        yield f"{BOILERPLATE}Page {number:07d}."


def sparse_pages(count: int) -> Iterator[str]:
    """Half boilerplate, half words of its own: alike enough to meet, too different to go."""
    state = 7
    for _ in range(count):
        own = []
        while sum(map(len, own)) < 240:
            state = (state * 6364136223846793005 + 1442695040888963407) % 2**64
            own.append(f"{state >> 20:x}")
        yield BOILERPLATE[:330] + " ".join(own)


def check_pages(compared, count: int, most_kib: int):
    """All but the first are removed for the first, and as many were looked at as there are."""
    done = compared(pages(count))
    outcome = done.outcome
    assert (outcome["records"], outcome["exact_duplicates"]) == (count, 0)
    assert (outcome["near_duplicates"], outcome["clusters"]) == (count - 1, 1)
    assert outcome["candidates"] <= count
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


@pytest.mark.slow
def test_a_million_near_identical_pages(compared):
    check_pages(compared, 1_000_000, MOST_KIB)


def test_pages_that_meet_and_stay_are_compared_with_a_bounded_number_of_others(compared):
    texts = list(sparse_pages(8_000))
    done = compared(texts)
    outcome = done.outcome
    assert (outcome["exact_duplicates"], outcome["near_duplicates"]) == (0, 0)
    assert outcome["crowded_keys"] > 0, "so many are kept under one key that it says so"
    assert outcome["candidates"] <= len(texts)
    assert done.peak < FEW_KIB


def test_one_character_at_thousands_of_lengths_is_one_text_from_five_on(compared):
    count = 4_000
    done = compared("a" * length for length in range(1, count + 1))
    # 1 to 4 are shingles of their own; from 5 on the only shingle is the same
    assert done.outcome["exact_duplicates"] == 0
    assert done.outcome["near_duplicates"] == count - 5
    assert {pair[0] for pair in done.pairs()} == {4}
    assert {pair[2] for pair in done.pairs()} == {1.0}
    assert done.peak < FEW_KIB


def empty(count: int) -> Iterator[str]:
    for number in range(count):
        yield (" " * (number % 3)) if number % 2 else ""


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
