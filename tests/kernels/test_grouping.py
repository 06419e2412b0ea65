"""Candidates in the order of judgement: components together, and what a part of them says."""

from collections import Counter
from itertools import chain, pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pipelines.kernels.grouping import Groups, group

COUNT = 12


@st.composite
def shared_keys(draw) -> list[list[int]]:
    """The members of each key, two or more of COUNT candidates; not every candidate has one."""
    members = st.sets(st.integers(0, COUNT - 1), min_size=2, max_size=4)
    return [sorted(one) for one in draw(st.lists(members, max_size=8))]


def grouped(keys: list[list[int]]) -> tuple[list[int], Groups]:
    numbers = np.repeat(np.arange(len(keys)), [len(one) for one in keys]).astype(np.int32)
    order, groups = group(numbers, np.array(list(chain(*keys)), np.int32), COUNT)
    return order.tolist(), groups


def components(keys: list[list[int]]) -> list[list[int]]:
    """In plain Python: candidates that keys join, by their first member."""
    of = {one: {one} for one in range(COUNT)}
    for members in keys:
        joined = set.union(*(of[one] for one in members))
        of |= dict.fromkeys(joined, joined)
    return sorted({tuple(sorted(one)) for one in of.values()})


def keys_of(groups: Groups, candidate: int) -> list[int]:
    return groups.keys[groups.ends[candidate] : groups.ends[candidate + 1]].tolist()


@given(shared_keys())
def test_components_stand_together_and_say_where_they_begin(keys):
    order, groups = grouped(keys)
    bounds = [*groups.heads.tolist(), COUNT]
    found = [tuple(order[a:b]) for a, b in pairwise(bounds)]
    assert found == components(keys)
    for new, old in enumerate(order):
        assert keys_of(groups, new) == [key for key, one in enumerate(keys) if old in one]
    assert groups.sizes.tolist() == [len(one) for one in keys]


@given(shared_keys(), st.integers(0, 2**COUNT - 1))
def test_a_part_is_what_its_candidates_alone_would_give(keys, bits):
    order, groups = grouped(keys)
    begins = groups.heads
    wanted = np.array([bits >> n & 1 for n in range(len(begins))], np.bool_)
    chosen = np.repeat(wanted, np.diff(begins, append=COUNT))
    part = groups.part(chosen)
    there = [new for new in range(COUNT) if chosen[new]]
    left = [key for key, one in enumerate(keys) if chosen[order.index(one[0])]]
    assert [keys_of(part, n) for n in range(len(there))] == [
        [left.index(key) for key in keys_of(groups, new)] for new in there
    ]
    assert part.sizes.tolist() == [len(keys[key]) for key in left]
    heads = set(begins.tolist())
    assert part.heads.tolist() == [n for n, new in enumerate(there) if new in heads]


@given(shared_keys(), st.integers(0, 2**COUNT - 1), st.integers(1, 3))
def test_a_key_is_crowded_where_more_of_the_kept_have_it(keys, bits, most):
    order, groups = grouped(keys)
    kept = np.array([bits >> n & 1 for n in range(COUNT)], np.bool_)
    counts = Counter(key for new in range(COUNT) if kept[new] for key in keys_of(groups, new))
    assert groups.crowded(kept, most) == sum(count > most for count in counts.values())
    assert len(order) == COUNT
