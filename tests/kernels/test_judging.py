"""Candidates in memory are judged as `keeping` judges them, whatever room there is."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.kernels.grouping import group
from pipelines.kernels.judging import ROOM, judge_texts
from pipelines.kernels.keeping import Texts, judge
from pipelines.kernels.normalise import Normaliser, normalise_block
from pipelines.kernels.units import Unit, in_units

# the last two depend on their neighbours, so that the formula has to make their normal forms
WORDS = ["alpha ", "Beta ", "gamma ", "数据训练 ", "e\u0301te ", "\u1100\u1161\u11a8 "]
texts_near_each_other = st.lists(
    st.lists(st.sampled_from(WORDS), min_size=3, max_size=14).map("".join), min_size=1, max_size=12
)


def both_ways(texts, keys, threshold, unit=Unit.CHAR, room=ROOM):
    """The verdicts of `judge_texts` and of `judge` on texts that have the keys `keys[i]`."""
    entries = sorted((key, i) for i, own in enumerate(keys) for key in own)
    numbers = {key: n for n, key in enumerate(sorted({key for key, _ in entries}))}
    order, groups = group(
        np.array([numbers[key] for key, _ in entries], np.int32),
        np.array([i for _, i in entries], np.int32),
        len(texts),
    )
    column = pa.array(texts, pa.large_string())
    whole = in_units(normalise_block(column), unit)
    chars = np.diff(whole.offsets)[order]

    def load(members):
        normal = in_units(normalise_block(column, order[members]), unit)
        return Texts(members=members, points=normal.points, ends=normal.offsets)

    found = judge_texts(groups, chars, Normaliser(column), order, threshold, unit=unit, room=room)
    return found, judge(groups, chars, load, threshold)


def same(found, expected):
    assert found.verdicts.kept_for.tolist() == expected.verdicts.kept_for.tolist()
    assert found.verdicts.similarity.tolist() == expected.verdicts.similarity.tolist()
    assert found[1:] == expected[1:], "crowded keys and comparisons"


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_the_verdicts_are_those_of_the_law_in_any_room(data):
    texts = data.draw(texts_near_each_other)
    keys = data.draw(
        st.lists(st.sets(st.integers(0, 5), max_size=3), min_size=len(texts), max_size=len(texts))
    )
    unit = data.draw(st.sampled_from(Unit))
    room = data.draw(st.sampled_from([1, 150, 300, 1000, ROOM]))
    threshold = data.draw(st.sampled_from([0.5, 0.8, 1.0]))
    same(*both_ways(texts, keys, threshold, unit, room))


@pytest.mark.parametrize("unit", Unit)
def test_one_component_too_large_for_the_room_stands_between_small_ones(unit):
    page = " ".join(f"word{n}" for n in range(400))
    small = [
        "a small text of its own",
        "a small text of its own too",
        "e\u0301tranger a\u0300 tous",
    ]
    texts = [*small, *(f"{page} {n}" for n in range(40)), *(text + "!" for text in small)]
    keys = [{n} for n in range(3)] + [{9}] * 40 + [{n} for n in range(3)]
    found, expected = both_ways(texts, keys, 0.8, unit, room=20_000)
    same(found, expected)
    assert (found.verdicts.kept_for >= 0).sum() >= 39


def test_a_similarity_is_the_threshold_itself():
    # 4 of 5 shingles: the last one is another
    texts = ["abcdefgh", "abcdefghi"]
    found, expected = both_ways(texts, [{0}, {0}], 0.8)
    same(found, expected)
    assert found.verdicts.similarity.tolist() == [0.0, 0.8]


def test_nothing_to_judge():
    found, expected = both_ways([], [], 0.8)
    same(found, expected)
