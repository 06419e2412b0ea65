import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.kernels.lookup import Lookup

ENDS = [0, 1, -1, 2**63 - 1, -(2**63)]
numbers = st.lists(
    st.one_of(st.sampled_from(ENDS), st.integers(-(2**63), 2**63 - 1), st.integers(-3, 3)),
    max_size=40,
).map(lambda values: np.array(values, np.int64))


@settings(deadline=None)
@given(numbers, numbers)
def test_a_row_is_found_where_its_value_is_in_the_set(values, column):
    wanted = np.flatnonzero(np.isin(column, values))
    lookup = Lookup(values)
    assert lookup.rows(column).tolist() == wanted.tolist()
    held = values.tolist()
    firsts = [held.index(value) if value in held else -1 for value in column.tolist()]
    assert lookup.places(column).tolist() == firsts


@pytest.mark.parametrize("size", [0, 1, 1000, 100_000])
def test_large_sets_and_columns_agree_with_numpy_too(size):
    rng = np.random.default_rng(size)
    values = rng.integers(-(2**63), 2**63 - 1, size)
    column = np.concatenate([rng.integers(-(2**63), 2**63 - 1, 50_000), values[::3], values[:9]])
    rng.shuffle(column)
    lookup = Lookup(values)
    assert lookup.rows(column).tolist() == np.flatnonzero(np.isin(column, values)).tolist()
    every_third = column[::3]  # does not lie one after the other
    assert lookup.rows(every_third).tolist() == lookup.rows(every_third.copy()).tolist()
