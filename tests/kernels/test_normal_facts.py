"""The facts of a normal form are those of the formula, however much is in memory at a time."""

import hashlib
import re
import struct
import unicodedata

import numpy as np
import pyarrow as pa
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pipelines.kernels import normal_facts as module
from pipelines.kernels.language_guess import count_words
from pipelines.kernels.minhash import band_keys
from pipelines.kernels.normal_facts import NormalFacts, normal_facts
from pipelines.kernels.normalise import normalise, normalise_block
from pipelines.kernels.scripts import Script
from pipelines.kernels.text_facts import text_hashes

COUNTED = ("classes", "damage", "lines", "repeated")
SPECIAL = "the of und b\u0651\u064e\u05b0é\u0301ﷺß½ \u3000가ᅡ中𝐀\n"
texts = st.lists(st.one_of(st.text(), st.text(alphabet=SPECIAL), st.none()), max_size=6)


def column(values: list[str | None]) -> pa.LargeStringArray:
    return pa.array(values, pa.large_string())


def at_once(values: pa.LargeStringArray) -> NormalFacts:
    normal = normalise_block(values)
    return NormalFacts(
        chars=np.diff(normal.offsets),
        hashes=text_hashes(normal),
        bands=band_keys(normal),
        words=count_words(normal),
        **dict(zip(COUNTED, module.count_characters(values), strict=True)),
    )


def same(left: NormalFacts, right: NormalFacts) -> bool:
    return all(
        np.array_equal(getattr(left, name), getattr(right, name))
        for name in ("chars", "hashes", "bands", "words", *COUNTED)
    )


@settings(max_examples=100, deadline=None)
@given(texts, st.integers(1, 40))
@example(["", None, "   ", "x", "the  of"], 1)
def test_facts_are_those_of_the_whole_block_however_it_is_cut(values, run_bytes):
    assert same(normal_facts(column(values), run_bytes), at_once(column(values)))


@settings(max_examples=100, deadline=None)
@given(st.one_of(st.text(min_size=1), st.text(alphabet=SPECIAL, min_size=1)), st.integers(1, 12))
@example("the of ﷺ", 1)
@example(" a ", 3)
def test_facts_of_a_text_in_parts_are_those_of_the_whole(value, points):
    assert same(module._long(column([value]), points), at_once(column([value])))


def test_a_text_of_several_pieces_is_one_text():
    value = " ".join(f"the word {i} ﷺ of é\u0301 中文" for i in range(40_000))
    assert len(value.encode()) > 4 * 2**18
    assert same(normal_facts(column([value, "b"]), 2**18), at_once(column([value, "b"])))


def test_a_slice_and_an_empty_column_are_taken_as_they_are():
    whole = column(["first", "the second", None, "x" * 50])
    assert same(normal_facts(whole.slice(1, 3), 20), at_once(whole.slice(1, 3)))
    assert normal_facts(column([])).bands.shape == at_once(column([])).bands.shape


BITS = st.sampled_from(
    [
        *("abc", "A", "  ", " ", "\n", "\t", "\x1c", "\x00", "\x7f", "Z9", "1", "the", "der"),
        *("中", "数据安全", "，", "\u3000", "ﬁ", "é", "e\u0301", "Łß", "и", "２", "\U0001f600"),
        *("ب\u0651\u064e", "\u05b0\U0001d165\u064e"),
        *("x" * 61, "y" * 64, "z" * 70, "Quick Brown Fox ", "abcdefgh", "\r\n", "\ufffd", "ɏ", "ɐ"),
    ]
)
WORD = re.compile("[a-z\u00c0-\u024f]+")


@settings(max_examples=300, deadline=None)
@given(st.lists(st.lists(BITS, max_size=50).map("".join), max_size=4))
def test_facts_are_those_of_the_formula_wherever_a_block_ends(texts):
    facts = normal_facts(pa.array(texts, pa.large_string()))
    for i, text in enumerate(texts):
        normal = normalise(text)
        digest = hashlib.sha256(normal.encode()).digest()
        damaged = sum(unicodedata.category(c) == "Cc" and c not in "\t\r\n" for c in text)
        assert facts.chars[i] == len(normal)
        assert facts.hashes[i].tolist() == list(struct.unpack(">qq", digest[:16]))
        assert facts.words[i, 0] == len(WORD.findall(normal))
        assert facts.classes[i].sum() == len(text)
        assert facts.classes[i, Script.DIGIT] == sum(c.isdecimal() for c in text)
        assert facts.damage[i] == damaged + text.count("\ufffd")
        assert facts.lines[i] == text.count("\n") + (not text.endswith("\n") and text != "")
