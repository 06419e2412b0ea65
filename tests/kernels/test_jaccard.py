import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.kernels.jaccard import parts_of, shingle_table, similarity
from pipelines.kernels.normalise import normalise, normalise_block
from pipelines.kernels.shingles import shingles_of

letters = st.text(alphabet=st.sampled_from("ab数据 \N{GRINNING FACE}"), max_size=60)
texts = st.text(alphabet=st.characters(exclude_categories=("Cs",)), max_size=60)


def block(*values):
    return normalise_block(pa.array(values, pa.large_string()))


def reference(left, right):
    a, b = shingles_of(normalise(left)), shingles_of(normalise(right))
    return len(a & b) / len(a | b) if a or b else 1.0


@settings(max_examples=200, deadline=None)
@given(letters | texts, letters | texts)
def test_similarity_is_the_jaccard_of_the_python_sets(left, right):
    assert similarity(block(left, right), 0, 1) == reference(left, right)
    assert similarity(block(right, left), 0, 1) == reference(left, right)


@settings(max_examples=60, deadline=None)
@given(texts, st.integers(0, 60), letters)
def test_similarity_of_an_edited_text_is_that_of_the_python_sets(text, at, insert):
    edited = text[:at] + insert + text[at:]
    assert similarity(block(text, edited), 0, 1) == reference(text, edited)


def test_a_text_too_long_for_the_table_is_compared_in_parts_with_the_same_result():
    rng = np.random.default_rng(5)
    left = "".join(rng.choice(list("abcdefgh数据"), 20_000))
    right = left[:15_000] + "".join(rng.choice(list("abcdefgh数据"), 6_000))
    small = shingle_table(10**9, most_slots=4096)
    assert parts_of(len(right), len(small.stamps)) == 21
    normal = block(left, right)
    assert similarity(normal, 0, 1, table=small) == reference(left, right)
    assert similarity(normal, 1, 0, table=small) == reference(left, right)
    assert similarity(normal, 0, 1) == reference(left, right)


def test_code_points_of_the_highest_plane_do_not_run_into_each_other():
    high, low = "\U0010ffff", "\U0010fffe"
    pairs = [(high * 5, high * 4 + low), (high * 5, low + high * 4), (high * 5, high * 5)]
    assert [similarity(block(*pair), 0, 1) for pair in pairs] == [0.0, 0.0, 1.0]


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [("", "", 1.0), ("", "a", 0.0), ("abcd", "abcd", 1.0), ("abcd", "abcde", 0.0)],
)
def test_short_and_empty_texts_are_one_shingle_or_none(left, right, expected):
    assert similarity(block(left, right), 0, 1) == expected
