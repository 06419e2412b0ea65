import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.kernels.jaccard import parts_of, shingle_table, similarity
from pipelines.kernels.normalise import normalise, normalise_block
from pipelines.kernels.pairs import similarities
from pipelines.kernels.shingles import SIZE, shingles_of

letters = st.text(alphabet=st.sampled_from("ab数据\N{GRINNING FACE}"), min_size=SIZE, max_size=60)
parts = st.sampled_from(["training data ", "审计平台 ", "is checked ", "every night "])
pages = st.lists(parts, min_size=2, max_size=20).map("".join)


def block(values):
    return normalise_block(pa.array(values, pa.large_string()))


def reference(values, left, right):
    sets = [shingles_of(normalise(value)) for value in values]
    return [
        len(sets[a] & sets[b]) / len(sets[a] | sets[b]) for a, b in zip(left, right, strict=True)
    ]


@settings(max_examples=150, deadline=None)
@given(
    st.lists(letters | pages, min_size=1, max_size=6),
    st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), max_size=30),
    st.sampled_from([16, 64, 1 << 22]),
)
def test_each_pair_has_the_jaccard_of_its_python_sets_whatever_its_table_holds(
    values, drawn, most_slots
):
    left, right = np.array(drawn, np.int64).reshape(-1, 2).T % len(values)
    normal = block(values)
    longest = int(np.diff(normal.offsets).max())
    table = shingle_table(longest, most_slots)
    found = similarities(normal, left, right, table=table)
    assert found.tolist() == reference(values, left, right)
    assert found.tolist() == [
        similarity(normal, a, b) for a, b in zip(left.tolist(), right.tolist(), strict=True)
    ]


def test_texts_of_one_part_and_of_many_take_turns_at_a_table():
    values = ["a short text", "数据" * 40 + "and another one " * 9, "a short text!", "b" * 300]
    left, right = np.array([0, 0, 1, 1, 0, 3, 2]), np.array([2, 1, 1, 3, 2, 3, 0])
    normal = block(values)
    table = shingle_table(300, 64)
    lengths = np.diff(normal.offsets)
    assert {parts_of(int(length), 64) > 1 for length in lengths} == {True, False}
    found = similarities(normal, left, right, table=table)
    assert found.tolist() == reference(values, left, right)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(letters | pages, min_size=2, max_size=4),
    st.integers(0, 200),
    st.integers(0, 9),
    st.integers(0, 2**32 - 1),
)
def test_a_table_whose_numbers_run_out_begins_again(values, left_over, uncounted, seed):
    normal = block(values)
    table = shingle_table(int(np.diff(normal.offsets).max()))
    last, counted = 2**32 - 1 - left_over, 2**31 - 1 - uncounted
    rng = np.random.default_rng(seed)
    # as if texts had gone through it for months: what they left is everywhere
    table.slots[:] = rng.integers(0, last, len(table.slots), np.uint32, endpoint=True)
    table.stamps[:] = rng.integers(0, counted, len(table.stamps), np.int32, endpoint=True)
    table.age[:] = [last, last, last, last, counted]
    left, right = np.divmod(np.arange(len(values) ** 2), len(values))
    found = similarities(normal, left, right, table=table)
    assert found.tolist() == reference(values, left, right)
    began_again = table.age[1] < last
    assert began_again == (len(normal.points) > left_over)


def test_no_pairs_have_no_similarities():
    nothing = np.empty(0, np.int64)
    assert similarities(block(["some text"]), nothing, nothing).tolist() == []


def test_texts_shorter_than_a_shingle_are_refused():
    with pytest.raises(ValueError, match="shorter than a shingle"):
        similarities(block(["some text", "four"]), np.array([0]), np.array([1]))
