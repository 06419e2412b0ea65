import sys
import unicodedata

import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pipelines.kernels.normal_table import LIMIT, normal_table
from pipelines.kernels.normalise import normalise, normalise_block

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
