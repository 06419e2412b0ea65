"""Thousands of odd texts: what is removed, for whom and how similar is known from their making.

The texts are those that `benchmarks/adversarial.py` measures at any number. Similarities are those
of the law in plain Python; no second is asserted.
"""

from collections import defaultdict

import plain_law
import pytest
from test_many_texts import FEW_KIB

from benchmarks.hostile import (
    CHARACTERS,
    FAMILY,
    WHITE,
    combining,
    four_bytes,
    one_character,
    white_space,
)

COUNT = 8_000
FAMILIES = {
    "code points of four bytes": four_bytes,
    "combining sequences": combining,
    "every white space": white_space,
}
PLANE = 0x10000
"""Code points from here on take four bytes."""


def family_pairs(texts):
    """The pairs within families: the second repeats the first, the third nearly does."""
    normals = [plain_law.normal(text) for text in texts]
    for first in range(0, len(texts), FAMILY):
        yield first, first + 1, 1.0, "exact"
        near = plain_law.similarity(normals[first], normals[first + 2])
        yield first, first + 2, near, "near"


@pytest.mark.parametrize("name", FAMILIES)
def test_of_each_family_the_equal_and_the_near_one_are_removed_and_no_other(name, compared):
    texts = list(FAMILIES[name](COUNT))
    done = compared(texts)
    families = COUNT // FAMILY
    names = ("records", "empty", "quarantined", "exact_duplicates", "near_duplicates", "clusters")
    expected = [COUNT, 0, 0, families, families, families]
    assert [done.outcome[name] for name in names] == expected
    assert sorted(done.pairs()) == list(family_pairs(texts))
    assert done.peak < FEW_KIB


@pytest.mark.parametrize("name", FAMILIES)
def test_no_near_text_of_another_family_is_overlooked(name, compared):
    texts = list(FAMILIES[name](400))
    pairs = compared(texts).pairs()
    assert plain_law.faults(texts, pairs, 0.8) == []
    assert plain_law.missing(texts, pairs, 0.8) == []


@pytest.mark.parametrize("name", FAMILIES)
def test_odd_texts_are_compared_with_few_others(name, judged):
    # of a family the third and the fourth with the first; the rest meet by chance
    assert COUNT // FAMILY <= judged(FAMILIES[name](COUNT)).comparisons <= COUNT


def test_the_families_hold_what_they_are_named_for():
    assert {char for text in white_space(COUNT) for char in text if char.isspace()} == set(WHITE)
    astral = [sum(ord(char) >= PLANE for char in text) / len(text) for text in four_bytes(COUNT)]
    assert min(astral) == 1
    several = [plain_law.normal(text) != text.casefold() for text in combining(COUNT)]
    assert sum(several) > COUNT * 3 // 4


def one_character_pairs(texts):
    """Equal texts for the first of them, and from five code points on all for the first such."""
    first, kept = dict[str, int](), dict[str, int]()
    for row, text in enumerate(texts):
        leads = kept.setdefault(text[0], row) if len(text) >= plain_law.SIZE else row
        if first.setdefault(text, row) != row:
            leads = first[text] if leads == row else leads
            yield leads, row, 1.0, "exact"
        elif leads != row:
            yield leads, row, 1.0, "near"


def test_one_character_in_thousands_of_long_texts_of_equal_and_of_other_length(compared):
    texts = list(one_character(COUNT, longest=2_000))
    done = compared(texts)
    assert sorted(done.pairs(), key=lambda pair: pair[1]) == list(one_character_pairs(texts))
    by_method = defaultdict(int)
    for *_, method in done.pairs():
        by_method[method] += 1
    assert by_method["exact"] == COUNT - len(set(texts)) > COUNT // 2
    assert by_method["near"] > COUNT // 4
    kept = COUNT - len(done.pairs())
    short = {text for text in texts if len(text) < plain_law.SIZE}
    assert kept == len(CHARACTERS) + len(short)
    assert done.peak < FEW_KIB


def test_texts_of_one_character_are_compared_with_the_first_of_it_alone(judged):
    texts = list(one_character(COUNT, longest=2_000))
    long = {text for text in texts if len(text) >= plain_law.SIZE}
    assert judged(texts).comparisons == len(long) - len(CHARACTERS)
