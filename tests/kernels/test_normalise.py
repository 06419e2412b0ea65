import sys
import unicodedata
from itertools import pairwise
from types import SimpleNamespace

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pipelines.kernels import normalise as module
from pipelines.kernels import normalise_formula as formula
from pipelines.kernels.normal_table import LIMIT, normal_table
from pipelines.kernels.normalise import normalise, normalise_block
from pipelines.kernels.normalise_formula import normal_pieces

SPECIAL = "aA \t\n\u0085\u00a0\u3000…½¨ßŉΐﬁ㍿ﷺéé\u0301\u0323ᄀ가ᅡᆨﾤￂ각\ufe0f\u200d𝐀𝄞丽中１Ａ\x1cς"


def together(texts: list[str | None]) -> list[str]:
    block = normalise_block(pa.array(texts, pa.large_string()))
    assert len(block.offsets) == len(texts) + 1
    return [block.text(i) for i in range(len(texts))]


def test_every_code_point_alone_agrees_with_the_formula():
    texts = [chr(c) for c in range(LIMIT) if not 0xD800 <= c < 0xE000]
    assert together(texts) == [normalise(t) for t in texts]


def test_every_code_point_between_letters_agrees_with_the_formula():
    texts = [f"e{chr(c)}\u0301" for c in range(0x10000) if not 0xD800 <= c < 0xE000]
    assert together(texts) == [normalise(t) for t in texts]
    texts = [f"가{chr(c)}a" for c in range(0x10000) if not 0xD800 <= c < 0xE000]
    assert together(texts) == [normalise(t) for t in texts]


def test_code_points_above_the_limit_of_the_table_stay_and_stand_alone():
    lines = "\n".join(map(chr, range(LIMIT, sys.maxunicode + 1)))
    assert unicodedata.normalize("NFKC", lines).casefold() == lines
    assert unicodedata.normalize("NFKD", lines) == lines
    assert not any(unicodedata.combining(c) or c.isspace() for c in lines if c != "\n")


def test_pairs_and_triples_of_special_code_points_agree_with_the_formula():
    pairs = [a + b for a in SPECIAL for b in SPECIAL]
    triples = [a + b + c for a in SPECIAL[::2] for b in SPECIAL for c in SPECIAL[::2]]
    assert together(pairs) == [normalise(t) for t in pairs]
    assert together(triples) == [normalise(t) for t in triples]


@settings(max_examples=150, deadline=None)
@given(st.lists(st.one_of(st.text(), st.text(alphabet=SPECIAL), st.none()), max_size=8))
@example(["½" * 40])
@example(["", None, "  ", "e\u0301", "x"])
def test_a_block_is_the_formula_of_each_text(texts):
    assert together(texts) == [normalise(t or "") for t in texts]


def test_a_slice_of_a_column_is_normalised_alone():
    column = pa.array(["A B", "é\u0301", None, "  C  "], pa.large_string())
    block = normalise_block(column.slice(1, 3))
    assert [block.text(i) for i in range(3)] == [normalise("é\u0301"), "", "c"]


def test_common_chinese_and_english_text_takes_the_table():
    images = normal_table().images
    common = "Hello, world… “quotes” — 你好，世界。１２３ＡＢＣ㈱℃½é"
    assert all(images[ord(c)] < 1 << 31 for c in common)


@pytest.mark.parametrize(
    "column", [pa.array([], pa.large_string()), pa.nulls(3, pa.large_string())]
)
def test_a_column_without_text_gives_empty_texts(column):
    block = normalise_block(column)
    assert len(block.points) == 0
    assert block.offsets.tolist() == [0] * (len(column) + 1)


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.text(max_size=60), st.text(alphabet=SPECIAL, max_size=60)), st.integers(1, 9))
@example("a \u0301\u0323 b", 1)
@example(" \u3000 ", 2)
@example("\ufdfa\u0301 x", 3)
def test_pieces_of_a_text_together_are_the_formula_of_the_whole(text, size):
    raw = np.frombuffer(text.encode(), np.uint8)
    pieces = list(normal_pieces(raw, size))
    assert b"".join(piece.tobytes() for piece in pieces).decode("utf-32-le") == normalise(text)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.sampled_from("e\u0301\u0323\u0344\u0f73\u3099\uff9e\u05b0\U0001d165"), min_size=9)
)
def test_marks_put_in_order_beforehand_change_nothing(marks):
    text = "a" + "".join(marks) * 12 + "b"
    raw = np.frombuffer(text.encode(), np.uint8)
    (piece,) = normal_pieces(raw)
    assert piece.tobytes().decode("utf-32-le") == normalise(text)


def test_of_a_hundred_thousand_marks_in_the_wrong_order_none_is_left_to_be_sorted(monkeypatch):
    # unicodedata alone sorts them by insertion: 10**10 steps
    text = "a" + "\u0301" * 100_000 + "\u0316" * 100_000
    handed = []

    def noted(form, given):
        handed.append(given)
        return unicodedata.normalize(form, given)

    together([text])  # so that the tables are there, which ask of code points one by one
    monkeypatch.setattr(formula, "unicodedata", SimpleNamespace(normalize=noted))
    (found,) = together([text])
    assert found == "\u00e1" + "\u0316" * 100_000 + "\u0301" * 99_999
    assert sum(map(len, handed)) == len(text)
    assert [in_canonical_order(given) for given in handed] == [True] * len(handed)
    assert not in_canonical_order(text)


def in_canonical_order(text: str) -> bool:
    """Whether no mark stands behind one of a higher combining class (Unicode, D106)."""
    classes = [unicodedata.combining(char) for char in text]
    return all(after == 0 or before <= after for before, after in pairwise(classes))


MARKS = sorted(normal_table().marks)
COMBINING = [c for c in range(LIMIT) if unicodedata.combining(chr(c))]
COMPOSED = [c for c in range(0xC0, LIMIT) if unicodedata.decomposition(chr(c))]


@settings(max_examples=400, deadline=None)
@given(
    st.lists(
        st.one_of(
            st.sampled_from(MARKS),
            st.sampled_from(COMBINING),
            st.sampled_from(COMPOSED),
            st.sampled_from([ord(c) for c in "abİßǖ क़ق中 \u1100\u1161\ufb1d\u0345"]),
        ),
        max_size=9,
    )
)
def test_marks_in_any_order_behind_any_letter_come_out_as_the_formula_has_them(codes):
    text = "".join(map(chr, codes))
    assert normalise_block(pa.array([text], pa.large_string())).text(0) == normalise(text)


def test_marks_that_compose_with_nothing_need_no_formula(monkeypatch):
    def formula(raw):
        raise AssertionError("the table knows these")

    monkeypatch.setattr(module, "normal_pieces", formula)
    written = "\u0645\u064f\u062d\u064e\u0645\u0651\u064e\u062f\u064c"
    assert written != normalise(written), "shadda before fatha is not the canonical order"
    for text in (written, normalise(written), "ب" + "\u0651" * 31 + "\u064e", "\u0651\u064e"):
        assert normalise_block(pa.array([text], pa.large_string())).text(0) == normalise(text)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(MARKS), min_size=20, max_size=80))
def test_many_marks_behind_a_letter_come_out_as_the_formula_has_them(codes):
    texts = ["b" + "".join(map(chr, codes)) + "c", "".join(map(chr, codes))]
    block = normalise_block(pa.array(texts, pa.large_string()))
    assert [block.text(0), block.text(1)] == [normalise(text) for text in texts]
