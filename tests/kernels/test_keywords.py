"""Keywords are found where a plain search finds them, whatever the terms and however texts come."""

import random

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pipelines.kernels import normal_facts as module
from pipelines.kernels.keywords import (
    LONGEST_TERM,
    KeywordHits,
    KeywordSearch,
    keyword_hits,
    keyword_table,
    normal_terms,
)
from pipelines.kernels.normal_facts import normal_facts
from pipelines.kernels.normalise import normalise, normalise_block

LETTERS = "ab1 中文𝐀é\u0301ﬁß-\u3000가ᅡ\n"
anything = st.one_of(st.text(), st.text(alphabet=LETTERS))
terms = st.lists(
    anything.filter(lambda term: 0 < len(normalise(term)) <= LONGEST_TERM), min_size=1, max_size=12
)
texts = st.lists(st.one_of(anything, st.none()), max_size=6)


def column(values: list[str | None]) -> pa.LargeStringArray:
    return pa.array(values, pa.large_string())


def rows(hits: KeywordHits) -> list[tuple[int, int, int]]:
    return list(zip(hits.texts.tolist(), hits.terms.tolist(), hits.counts.tolist(), strict=True))


def ascii_word(point: str) -> bool:
    return point.isascii() and point.isalnum()


def letter(point: str) -> bool:
    return ascii_word(point) or ("\u00c0" <= point <= "\u024f" and point not in "×÷")


def occurrences(term: str, text: str) -> int:
    """By the words of the definition, one place after the other."""
    count, at = 0, text.find(term)
    while at >= 0:
        end = at + len(term)
        left = at == 0 or not ascii_word(term[0]) or not letter(text[at - 1])
        right = end == len(text) or not ascii_word(term[-1]) or not letter(text[end])
        count += left and right
        at = text.find(term, at + 1)
    return count


def plainly(values: list[str | None], wanted: list[str]) -> list[tuple[int, int, int]]:
    found = []
    for number, value in enumerate(values):
        text = normalise(value or "")
        for place, term in enumerate(normal_terms(wanted)):
            count = occurrences(term, text)
            if count:
                found.append((number, place, count))
    return found


def together(
    values: list[str | None], wanted: list[str], run_bytes: int = module.RUN_BYTES
) -> list[tuple[int, int, int]]:
    search = KeywordSearch(keyword_table(wanted))
    normal_facts(column(values), run_bytes, keywords=search)
    return rows(search.taken())


@settings(max_examples=200, deadline=None)
@given(texts, terms)
@example(["essex sex, sex-sex", "sexé", "Sex"], ["sex"])
@example(["aaaa", "a"], ["a", "aa", "aaa", "aaaaaaaa"])
@example(["𝐀𝐁 中中中"], ["中中", "中", "ab"])
@example(["a " * 100 + "中" * 200], ["a a", "a", "中" * 64, "中"])
def test_every_occurrence_is_found_as_a_plain_search_finds_it(values, wanted):
    hits = keyword_hits(normalise_block(column(values)), keyword_table(wanted))
    assert rows(hits) == plainly(values, wanted)


@settings(max_examples=200, deadline=None)
@given(texts, terms, st.integers(1, 40))
@example(["e\u0301 ab", "ab", None, "ab " * 40], ["ab", "é"], 30)
def test_the_one_pass_the_formula_and_the_pieces_find_the_same(values, wanted, run_bytes):
    expected = plainly(values, wanted)
    assert together(values, wanted) == expected
    assert together(values, wanted, run_bytes) == expected


@settings(max_examples=200, deadline=None)
@given(st.one_of(anything, st.text(alphabet="ab ", max_size=400)), terms, st.integers(1, 80))
@example("ab" * 100 + " ab", ["ab", "b a", "ab" * 32], 1)
@example("x" * 63 + " sex " + "y" * 63, ["sex"], 65)
def test_a_term_that_lies_across_parts_is_one_occurrence(value, wanted, size):
    text = normalise(value)
    points = np.array([ord(point) for point in text], np.uint32)
    search = KeywordSearch(keyword_table(wanted))
    search.parts((points[at : at + size] for at in range(0, len(points), size)), 0)
    assert rows(search.taken()) == plainly([value], wanted)


def test_fifty_thousand_terms_are_each_found():
    draw = random.Random(20261128)
    wanted = sorted(
        {
            "".join(chr(0x4E00 + draw.randrange(4000)) for _ in range(2 + i % 4))
            for i in range(50_000)
        }
        | {f"word{i}" for i in range(5_000)}
    )
    table = keyword_table(wanted)
    assert table.terms == len(wanted)
    hits = keyword_hits(normalise_block(column(["。".join(wanted)])), table)
    assert hits.terms.tolist() == list(range(len(wanted)))
    sample = [*wanted[::997], "word7"]
    assert rows(keyword_hits(normalise_block(column(["。".join(sample)])), table)) == [
        (0, place, count)
        for place, term in enumerate(wanted)
        if (count := occurrences(term, "。".join(sample)))
    ]


def test_terms_that_begin_each_other_in_a_text_that_repeats_itself():
    wanted = ["中" * size for size in range(1, LONGEST_TERM + 1)]
    text = "中" * 10_000
    hits = keyword_hits(normalise_block(column([text])), keyword_table(wanted))
    assert hits.counts.tolist() == [10_000 - size + 1 for size in range(1, LONGEST_TERM + 1)]


def test_no_hit_is_lost_where_there_are_more_than_room_was_made_for():
    wanted = [f"{a}{b}" for a in "甲乙丙丁戊己庚辛壬癸" for b in "子丑寅卯辰巳午未申酉"]
    values = ["".join(wanted)] * 600
    found = together(values, wanted)
    assert found == [(text, *row[1:]) for text in range(600) for row in plainly(values[:1], wanted)]
    assert len(found) > 50_000


def test_what_was_taken_is_not_given_again():
    search = KeywordSearch(keyword_table(["b"]))
    normal_facts(column(["a b", "b b"]), keywords=search)
    assert rows(search.taken()) == [(0, 0, 1), (1, 0, 2)]
    assert rows(search.taken()) == []
    normal_facts(column(["b"]), keywords=search)
    assert rows(search.taken()) == [(0, 0, 1)]


def test_equal_normal_forms_are_one_term():
    assert normal_terms(["ＡＢ", "ab", "Ab ", "中"]) == ["ab", "中"]
    assert keyword_table(["ＡＢ", "ab"]).terms == 1


def test_a_library_without_terms_finds_nothing():
    assert together(["a", "中"], []) == []


@pytest.mark.parametrize("term", ["", " \u3000", "x" * (LONGEST_TERM + 1), "ﷺ" * 4])
def test_a_term_that_is_empty_or_too_long_is_refused(term):
    with pytest.raises(ValueError, match="code points"):
        keyword_table(["a", term])


def test_terms_of_one_character_need_no_more_than_the_others():
    wanted = [chr(0x4E00 + i) for i in range(20_000)]
    table = keyword_table(wanted)
    assert sum(array.nbytes for array in table.arrays) < 2_000_000
    assert rows(keyword_hits(normalise_block(column(["中x𝐀中"])), table)) == [
        (0, wanted.index("中"), 2)
    ]


def test_terms_together_have_an_upper_limit(monkeypatch):
    monkeypatch.setattr("pipelines.kernels.keywords.MOST_POINTS", 5)
    assert keyword_table(["abc", "de"]).terms == 2
    with pytest.raises(ValueError, match="together"):
        keyword_table(["abc", "def"])
