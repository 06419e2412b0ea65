import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.kernels.jaccard import similarity
from pipelines.kernels.normalise import normalise, normalise_block
from pipelines.kernels.scripts import DAMAGE, Script, script_table
from pipelines.kernels.units import Unit, in_units

RUNS = {Script.LATIN, Script.DIGIT, Script.HANGUL, Script.LETTER}
ALONE = {Script.HAN, Script.KANA}
texts = st.one_of(st.text(alphabet="ab1 ,数据かж é\U00020000", max_size=30), st.text(max_size=30))


def words_of(text: str) -> list[str]:
    """The definition, in Python; a text without a word is its characters."""
    table, words, word = script_table(), [], ""
    for character in [*normalise(text), " "]:
        code = ord(character)
        kind = table[code] % DAMAGE if code < len(table) else Script.HAN * (code < 0x40000)
        if kind not in RUNS and word:
            words.append(word)
            word = ""
        if kind in ALONE:
            words.append(character)
        if kind in RUNS:
            word += character
    return words or list(normalise(text))


def in_words(*values: str):
    return in_units(normalise_block(pa.array(values, pa.large_string())), Unit.WORD)


@settings(max_examples=200, deadline=None)
@given(st.lists(texts, min_size=1, max_size=5))
def test_words_are_those_of_the_definition_and_equal_where_it_has_them_equal(values):
    found = in_words(*values)
    expected = [words_of(value) for value in values]
    assert np.diff(found.offsets).tolist() == [len(words) for words in expected]
    spelt: dict[str, int] = {}
    flat = [word for words in expected for word in words]
    for word, number in zip(flat, found.points.tolist(), strict=True):
        assert spelt.setdefault(word, number) == number
    # a text without a word keeps its code points, which are no hashes
    hashed = {word for word in flat if len(words_of(word)) == 1 and word.isalnum()}
    assert len({spelt[word] for word in hashed}) == len(hashed)


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        ("one two three four five six", "One, two; THREE four-five six!", 1.0),
        ("one two three four five six", "one two three four five seven", 1 / 3),
        ("数据安全管理办法", "数据 安全 管理 办法", 1.0),
        ("!!!!!!", "??????", 0.0),
    ],
)
def test_similarity_of_words_is_that_of_runs_of_five(left, right, expected):
    assert similarity(in_words(left, right), 0, 1) == pytest.approx(expected)


def test_characters_are_left_as_they_are():
    normal = normalise_block(pa.array(["a text"], pa.large_string()))
    assert in_units(normal, Unit.CHAR) is normal
