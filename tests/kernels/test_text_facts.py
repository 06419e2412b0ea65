import hashlib

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.kernels.language_guess import LANGUAGES
from pipelines.kernels.language_model import named_languages
from pipelines.kernels.normal_facts import normal_facts
from pipelines.kernels.normalise import encode, normalise, normalise_block
from pipelines.kernels.scripts import DAMAGE, Script, script_table
from pipelines.kernels.text_facts import record_digests, text_facts, text_hashes


def facts_of(*texts):
    column = pa.array(texts, pa.large_string())
    return text_facts(column, normal_facts(column).counts)


def language(text):
    return facts_of(text).language[0].as_py()


@settings(max_examples=80, deadline=None)
@given(st.lists(st.one_of(st.text(), st.none()), max_size=6))
def test_every_code_point_is_counted_in_exactly_one_class(texts):
    facts = facts_of(*texts)
    expected = [len(t or "") for t in texts]
    assert facts.chars.tolist() == expected
    classes = facts.han + facts.latin + facts.digit + facts.space + facts.other
    assert classes.tolist() == expected
    assert facts.bytes.tolist() == [len((t or "").encode()) for t in texts]


def test_scripts_digits_and_spaces_are_told_apart():
    facts = facts_of("中文々 abÉ Ａ 12３٣ かな 한글 ж÷，\u3000𠀀")
    assert (facts.han[0], facts.latin[0], facts.digit[0]) == (4, 4, 4)
    assert facts.space[0] == 7
    assert facts.other[0] == 7


def test_replacement_and_control_characters_are_signs_of_damage():
    facts = facts_of("a\ufffdb\x00\x1c\x85\x7f", "tab\tand\r\nline ends", "")
    assert facts.replacement.tolist() == [5, 0, 0]


@pytest.mark.parametrize(
    ("text", "lines"), [("", 0), ("a", 1), ("a\n", 1), ("a\nb", 2), ("\n\n", 2), ("a\n\nb\n", 3)]
)
def test_lines_are_the_parts_between_line_feeds(text, lines):
    assert facts_of(text).lines[0] == lines


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "und"),
        ("12345 67890 !!", "und"),
        ("ok", "und"),
        ("机器学习需要大量的数据。", "zh"),
        ("使用 Python 的 pandas 读取数据表格并且画图", "zh"),
        ("これは日本語の文章です。漢字も使います。", "ja"),
        ("이것은 한국어 문장입니다", "ko"),
        ("The cat sat on the mat and looked at the dog.", "en"),
        ("Der Hund", "und"),
        ("это", "und"),
        ("foo bar baz qux quux corge grault", "und"),
        ("机器学习机器学习 machine learning systems everywhere", "mixed"),
    ],
)
def test_a_language_is_guessed_only_where_scripts_or_function_words_say_it(text, expected):
    assert language(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Der Hund und die Katze sind nicht im Haus mit dem Vogel", "de"),
        ("El perro y el gato no viven con los vecinos en una casa", "es"),
        ("Это предложение\nна русском языке", "ru"),
        ("ЭТО ПРЕДЛОЖЕНИЕ НА РУССКОМ ЯЗЫКЕ", "ru"),
        ("هذه جملة مكتوبة باللغة العربية", "ar"),
        ("Large wooden table, four matching chairs included", "en"),
        # the beginning decides, cut within a letter or not
        ("это предложение на русском языке " * 50, "ru"),
        ("a" + "это предложение на русском языке " * 50, "ru"),
    ],
)
def test_the_model_names_the_language_that_these_leave_open(text, expected):
    assert language(text) == expected
    guess, letters = np.array([LANGUAGES.index("other")]), np.array([len(text)])
    column = pa.array([text], pa.large_string())
    assert named_languages(column, guess, letters).to_pylist() == [expected]
    assert named_languages(column, np.array([LANGUAGES.index("zh")]), letters).to_pylist() == ["zh"]
    assert named_languages(column, guess, np.array([19])).to_pylist() == ["other"]


def test_no_text_is_too_strange_for_the_model():
    texts = ["\0" * 300, "\n" * 300, "\r\v\x85\u2028" * 100, "😀" * 300, "__label__zh " * 30, None]
    found = named_languages(
        pa.array(texts, pa.large_string()), np.zeros(len(texts), int), np.full(len(texts), 300)
    )
    assert all(name == "und" or name.islower() for name in found.to_pylist())


def test_a_text_hash_is_of_the_normal_form():
    texts = ["Ａ  b\n", "a B", "", "é\u0301 ﷺ 𝄞", None]
    hashes = text_hashes(normalise_block(pa.array(texts, pa.large_string())))
    expected = [hashlib.sha256(normalise(t or "").encode()).digest()[:16] for t in texts]
    assert hashes.astype(">i8").tobytes() == b"".join(expected)
    assert hashes[0].tolist() == hashes[1].tolist()


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(), max_size=5))
def test_normal_texts_are_encoded_as_utf8(texts):
    encoded = encode(normalise_block(pa.array(texts, pa.large_string())))
    assert encoded.data.tobytes() == "".join(map(normalise, texts)).encode()
    lengths = [len(normalise(t).encode()) for t in texts]
    assert np.diff(encoded.offsets).tolist() == lengths


def test_a_record_digest_tells_null_from_empty_and_where_columns_are_cut():
    first = pa.array(["ab", "a", None, "", "ab"], pa.large_string())
    second = pa.array(["c", "bc", "x", "x", "c"], pa.large_string())
    digests = record_digests([first, second]).to_pylist()
    assert len(set(digests)) == 4
    assert digests[0] == digests[4]
    framed = b"\x01" + (2).to_bytes(8, "big") + b"ab" + b"\x01" + (1).to_bytes(8, "big") + b"c"
    assert digests[0] == hashlib.sha256(framed).digest()


def test_code_points_beyond_the_table_are_han_or_unassigned():
    table = script_table()
    assert table[ord("中")] == Script.HAN
    assert table[0xFFFD] == Script.OTHER + DAMAGE
    assert facts_of("\U00030000").han[0] == 1
