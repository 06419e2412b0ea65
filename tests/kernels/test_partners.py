"""The n-th of a key goes with the n-th of it on the other side; keys of any width stay apart."""

from collections import Counter

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pipelines.kernels.partners import mixed, partners

KEYS = st.lists(st.integers(0, 3), max_size=8)


@given(KEYS, KEYS)
def test_each_row_has_the_partner_that_counting_gives_it(before, after):
    keys = np.array([*before, *after], np.int64)
    first, second, alone = partners(keys, len(before))
    numbered = [
        (key, whole[:at].count(key)) for whole in (before, after) for at, key in enumerate(whole)
    ]
    assert [numbered[row] for row in first] == [numbered[row] for row in second]
    assert (first < len(before)).all()
    assert (second >= len(before)).all()
    assert Counter(before) & Counter(after) == Counter(keys[first].tolist())
    assert sorted([*first, *second, *alone]) == list(range(len(keys)))
    assert alone.tolist() == sorted(alone)


@given(st.lists(st.tuples(*[st.integers(0, 2**40)] * 3), min_size=1, max_size=6))
def test_rows_are_equal_by_their_number_where_all_columns_are(rows):
    keys = mixed([np.array(column, np.int64) for column in zip(*rows, strict=True)])
    for one, first in zip(rows, keys, strict=True):
        for other, second in zip(rows, keys, strict=True):
            assert (one == other) == (first == second)
