"""The truth that duplicates are judged by agrees with the plain definition of it."""

import random
import unicodedata
from collections.abc import Callable
from fractions import Fraction

import numpy as np
import pytest

from benchmarks.generator import EDITS, generate
from benchmarks.truth import alike, all_pairs, shingle_sets, similarity, words

HARD = [
    "",
    " \n",
    "a",
    "ab",
    "ab",
    "  A  b",
    "abcd",
    "ABCD",
    "abcde",
    "\ufb01ne",
    "fine",
    "e\u0301",
]


def plain(text: str) -> set[str]:
    form = " ".join(unicodedata.normalize("NFKC", text).casefold().split())
    return {form[i : i + 5] for i in range(max(1, len(form) - 4))} if form else set()


def plain_words(text: str) -> set[tuple[str, ...]]:
    form = " ".join(unicodedata.normalize("NFKC", text).casefold().split())
    found = words(form) or list(form)
    return {tuple(found[i : i + 5]) for i in range(max(1, len(found) - 4))} if found else set()


def brute_force(
    texts: list[str], threshold: Fraction, shingles: Callable[[str], set] = plain
) -> list[tuple[int, int]]:
    sets = [shingles(text) for text in texts]
    return [
        (left, right)
        for left in range(len(sets))
        for right in range(left + 1, len(sets))
        if sets[left] | sets[right]
        and Fraction(len(sets[left] & sets[right]), len(sets[left] | sets[right])) >= threshold
    ]


@pytest.mark.parametrize(
    "threshold", [Fraction(4, 5), Fraction(1, 2), Fraction(9, 10), Fraction(1)]
)
def test_all_pairs_are_those_of_brute_force(threshold):
    texts = generate(250, 5).texts + HARD
    expected = brute_force(texts, threshold)
    found = all_pairs(shingle_sets(texts), threshold)
    assert [tuple(pair) for pair in found.tolist()] == expected
    assert len(expected) > 30


def test_all_pairs_by_words_are_those_of_brute_force():
    texts = generate(250, 5).texts + HARD + ["!!!", "? ! ?", "A b, c d e", "a-b c (d) e"]
    expected = brute_force(texts, Fraction(4, 5), plain_words)
    found = all_pairs(shingle_sets(texts, "word"), Fraction(4, 5))
    assert [tuple(pair) for pair in found.tolist()] == expected
    assert len(expected) > 30


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ("three-four, 56x", ["three", "four", "56x"]),
        ("用 ai 写诗", ["用", "ai", "写", "诗"]),
        ("々〇カー한국", ["々", "〇", "カ", "ー", "한국"]),
        ("!? …", []),
    ],
)
def test_words_are_runs_of_letters_and_digits_or_single_characters(form, expected):
    assert words(form) == expected


def test_texts_at_the_threshold_itself_are_alike():
    # of four and five shingles, four are shared: 4/5 exactly
    pair = np.array([[0, 1]])
    sets = shingle_sets(["abcdefgh", "abcdefghi"])
    assert alike(sets, pair, Fraction(4, 5)).tolist() == [True]
    assert alike(sets, pair, Fraction(4001, 5000)).tolist() == [False]
    assert all_pairs(sets, Fraction(4, 5)).tolist() == [[0, 1]]


def test_similarity_is_the_share_of_common_shingles():
    draw = random.Random(3)
    texts = ["".join(draw.choices("ab c", k=draw.randint(0, 30))) for _ in range(60)]
    pairs = np.array([[draw.randrange(60), draw.randrange(60)] for _ in range(300)])
    sets = [plain(text) for text in texts]
    expected = [
        len(sets[left] & sets[right]) / len(sets[left] | sets[right])
        if sets[left] | sets[right]
        else 0.0
        for left, right in pairs.tolist()
    ]
    assert similarity(shingle_sets(texts), pairs).tolist() == expected


def test_the_generator_gives_the_same_texts_for_a_seed_and_plants_every_kind():
    made = generate(400, 9)
    assert made == generate(400, 9)
    assert made.texts != generate(400, 10).texts
    assert set(made.kinds) == set(EDITS)
    found = similarity(shingle_sets(made.texts), np.array(made.pairs))
    of_kind = {kind: found[[k == kind for k in made.kinds]] for kind in EDITS}
    assert (of_kind["equal"] == 1).all()
    assert (of_kind["case and space"] == 1).all()
    near = (found >= 0.8) & (found < 1)
    assert near.sum() > 30
    assert (found < 0.8).sum() > 20
