from fractions import Fraction

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.kernels.grouping import Groups, group
from pipelines.kernels.keeping import Texts, judge, waves
from pipelines.kernels.normalise import normalise_block
from pipelines.kernels.shingles import shingles_of

# few letters and a small set of openings: most pairs are near each other
words = st.lists(st.sampled_from(["alpha ", "beta ", "gamma ", "数据 "]), min_size=2, max_size=9)
corpora = st.lists(words.map("".join).map(str.strip), min_size=1, max_size=14, unique=True)
thresholds = st.sampled_from([Fraction(1, 2), Fraction(4, 5), Fraction(3, 5), Fraction(1)])


def law(texts, threshold, share):
    """The law as it is written: removed for the most similar kept text before it, or kept."""
    kept, verdicts = [], []
    for index, text in enumerate(texts):
        mine = shingles_of(text)
        best, kept_for = Fraction(0), -1
        for other in kept:
            theirs = shingles_of(texts[other])
            similarity = Fraction(len(mine & theirs), len(mine | theirs))
            if share(other, index) and similarity >= threshold and similarity > best:
                best, kept_for = similarity, other
        verdicts.append((kept_for, float(best)))
        if kept_for < 0:
            kept.append(index)
    return verdicts


def judged(texts, keys, threshold, **options):
    """The kernel's verdicts on `texts`, of which text i has the keys `keys[i]`; in text order."""
    entries = sorted((key, i) for i, own in enumerate(keys) for key in own)
    shared = [key for key in {k for k, _ in entries} if sum(k == key for k, _ in entries) > 1]
    numbers = {key: number for number, key in enumerate(sorted(shared))}
    entries = [(numbers[key], i) for key, i in entries if key in numbers]
    order, groups = group(
        np.array([key for key, _ in entries], np.int32),
        np.array([i for _, i in entries], np.int32),
        len(texts),
    )
    loads = []

    def load(members):
        loads.append(members)
        chosen = [texts[order[i]] for i in members]
        normal = normalise_block(pa.array(chosen, pa.large_string()))
        return Texts(members=members, points=normal.points, ends=normal.offsets)

    chars = np.array([len(texts[i]) for i in order], np.int64)
    found = judge(groups, chars, load, float(threshold), **options)
    verdicts = [(-1, 0.0)] * len(texts)
    for place, index in enumerate(order):
        kept_for = found.verdicts.kept_for[place]
        verdicts[index] = (
            int(order[kept_for]) if kept_for >= 0 else -1,
            float(found.verdicts.similarity[place]),
        )
    return verdicts, found.crowded_keys, loads


@settings(max_examples=120, deadline=None)
@given(corpora, thresholds)
def test_the_verdicts_are_those_of_the_law_when_everything_is_a_candidate(texts, threshold):
    expected = law(texts, threshold, lambda a, b: True)
    assert judged(texts, [{0}] * len(texts), threshold)[0] == expected


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_only_texts_that_share_a_key_are_compared_and_the_budget_decides_nothing(data):
    texts = data.draw(corpora)
    threshold = data.draw(thresholds)
    keys = data.draw(
        st.lists(st.sets(st.integers(0, 5), max_size=3), min_size=len(texts), max_size=len(texts))
    )
    expected = law(texts, threshold, lambda a, b: bool(keys[a] & keys[b]))
    budget = data.draw(st.integers(1, 200))
    assert judged(texts, keys, threshold, budget=budget)[0] == expected
    assert judged(texts, keys, threshold)[0] == expected


LETTERS = np.random.default_rng(7).choice(list("abcdefghijkl 数据"), 40 * 90)
PASSAGES = [" ".join("".join(LETTERS[at : at + 90]).split()) for at in range(0, len(LETTERS), 90)]


@st.composite
def pages(draw: st.DrawFn) -> list[str]:
    """Texts of as many passages, of which most have the same first, middle and last ones.

    Some are so short that they are looked at as they come.
    """
    length = draw(st.integers(2, 10))
    which = st.sampled_from([0, 0, 0, 0, 0, 1, 2, 3])
    chosen = draw(st.lists(st.lists(which, min_size=length, max_size=length), min_size=2))
    pages = (" ".join(PASSAGES[4 * at + one] for at, one in enumerate(own)) for own in chosen[:8])
    return list(dict.fromkeys(pages))


@settings(max_examples=100, deadline=None)
@given(pages(), thresholds, st.integers(400, 4000))
def test_long_texts_that_share_passages_get_the_verdicts_of_the_law(texts, threshold, budget):
    expected = law(texts, threshold, lambda a, b: True)
    assert judged(texts, [{0}] * len(texts), threshold, budget=budget)[0] == expected


@settings(max_examples=60, deadline=None)
@given(corpora, thresholds)
def test_nothing_is_removed_for_a_text_that_is_itself_removed(texts, threshold):
    verdicts, _, _ = judged(texts, [{0}] * len(texts), threshold, budget=40)
    for kept_for, similarity in verdicts:
        if kept_for >= 0:
            assert verdicts[kept_for][0] == -1
            assert similarity >= float(threshold)


def test_a_chain_of_small_edits_is_cut_where_the_kept_text_is_too_far_away():
    letters = "".join(np.random.default_rng(8).choice(list("abcdefghijklmnop"), 200))
    chain = [letters[n * 8 : n * 8 + 120] for n in range(6)]
    verdicts, _, _ = judged(chain, [{0}] * 6, 0.8)
    assert verdicts == law(chain, Fraction(4, 5), lambda a, b: True)
    assert [kept for kept, _ in verdicts].count(-1) > 1


def test_equally_similar_kept_texts_give_way_to_the_earliest():
    base = "the quick brown fox jumps over the lazy dog and runs away from the farm"
    texts = ["1" + base[1:] + " one", "2" + base[1:] + " two", "3" + base[1:] + " six"]
    verdicts, _, _ = judged(texts, [{0, 1}, {0, 1}, {0, 1}], 0.99)
    assert [kept for kept, _ in verdicts] == [-1, -1, -1]
    similar = law(texts, Fraction(1, 2), lambda a, b: True)
    assert judged(texts, [{1}, {2}, {1, 2}], 0.5)[0][2] == similar[2]
    assert judged(texts, [{1}, {2}, {2, 1}], 0.5)[0][2][0] == 0


def test_short_texts_are_like_no_other_text():
    verdicts, _, _ = judged(["abcd", "abce", "abc", "数据"], [{0}] * 4, 0.1)
    assert verdicts == [(-1, 0.0)] * 4


def test_texts_longer_than_the_budget_and_the_table_are_judged_all_the_same():
    rng = np.random.default_rng(2)
    long = "".join(rng.choice(list("abcdefgh"), 4000))
    texts = [long, long[:3000] + "x" + long[3000:], long[:2000], long[:3900]]
    verdicts, _, _ = judged(texts, [{0}] * 4, 0.9, budget=100, most_slots=1024)
    assert verdicts == law(texts, Fraction(9, 10), lambda a, b: True)
    assert [kept for kept, _ in verdicts] == [-1, 0, -1, 0]


def test_a_hot_key_leads_to_a_bounded_number_of_kept_texts_and_says_so():
    rng = np.random.default_rng(4)
    texts = ["".join(rng.choice(list("abcdefghijkl"), 60)) for _ in range(30)]
    texts.append(texts[2] + "x")  # its partner is in the list
    texts.append(texts[20] + "x")  # its partner came too late for key 0, and has another key
    texts.append(texts[21] + "x")  # and this one has no other key
    keys = [{0} for _ in texts]
    keys[20].add(1)
    keys[31].add(1)
    verdicts, crowded, _ = judged(texts, keys, 0.8, most_kept=10)
    assert [kept for kept, _ in verdicts[30:]] == [2, 20, -1]
    assert crowded == 1
    verdicts, crowded, _ = judged(texts, keys, 0.8)
    assert [kept for kept, _ in verdicts[30:]] == [2, 20, 21]
    assert crowded == 0


def test_near_identical_pages_cost_one_comparison_each():
    rng = np.random.default_rng(6)
    page = "".join(rng.choice(list("abcdefghijklmnop"), 500))
    texts = [f"{page} page {n}" for n in range(3000)]
    verdicts, _, loads = judged(texts, [{0}] * len(texts), 0.8, budget=100_000)
    assert [kept for kept, _ in verdicts] == [-1] + [0] * 2999
    # 16 waves, and before each but the first the one kept page
    assert sum(len(members) for members in loads) == 3000 + len(loads) // 2


def test_waves_take_what_fits_and_always_one():
    assert list(waves(np.array([3, 3, 3, 20, 1, 1]), 6)) == [(0, 2), (2, 3), (3, 4), (4, 6)]
    assert list(waves(np.array([], np.int64), 6)) == []


def test_candidates_of_one_component_stand_together_in_record_order():
    # 0-3 share key 0, 3-5 key 1, 1-4 key 2; 2 shares nothing
    order, groups = group(
        np.array([0, 0, 1, 1, 2, 2], np.int32), np.array([0, 3, 3, 5, 1, 4], np.int32), 6
    )
    assert order.tolist() == [0, 3, 5, 1, 4, 2]
    assert isinstance(groups, Groups)
    keys = [groups.keys[a:b].tolist() for a, b in zip(groups.ends, groups.ends[1:], strict=False)]
    assert keys == [[0], [0, 1], [1], [2], [2], []]
    assert groups.sizes.tolist() == [2, 2, 2]


@pytest.mark.parametrize("threshold", [0.8, 1.0])
def test_no_candidates_at_all_is_no_work(threshold):
    assert judged([], [], threshold) == ([], 0, [])
