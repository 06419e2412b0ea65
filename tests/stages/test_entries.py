"""Entries after a change are those of all living texts, found anew."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pipelines.stages.entries import NOWHERE, changed

KEYS = 6
texts = st.lists(st.sets(st.integers(0, KEYS), max_size=4), min_size=1, max_size=12)


def entries_of(keys_of, places):
    """Keys that two texts have, with the place of each, from a list of key sets."""
    pairs = sorted((key, place) for place in places for key in keys_of[place])
    shared = {key for key, _ in pairs if sum(key == other for other, _ in pairs) > 1}
    return [(key, place) for key, place in pairs if key in shared]


def arrays(pairs):
    columns = np.array(pairs, np.int64).reshape(-1, 2)
    return columns[:, 0].copy(), columns[:, 1].copy()


@given(texts, st.data())
def test_what_came_and_went_leaves_what_all_living_texts_have(keys_of, data):
    everything = range(len(keys_of))
    was = set(data.draw(st.sets(st.sampled_from(everything))))
    gone = set(data.draw(st.sets(st.sampled_from(sorted(was))))) if was else set()
    # a text that went may have an equal, whose place follows all others
    equals = {place: len(keys_of) + place for place in gone if data.draw(st.booleans())}
    came = set(everything) - was
    before = arrays(entries_of(keys_of, was))
    touched = set().union(*(keys_of[place] for place in came))
    met = [
        (key, place)
        for place in sorted(was | came)
        for key in sorted(keys_of[place])
        if key in touched
    ]
    order = data.draw(st.permutations(met))
    found = changed(
        before,
        arrays(order),
        lambda places: ~np.isin(places, list(gone)),
        lambda places: np.array(
            [equals.get(place, NOWHERE if place in gone else place) for place in places.tolist()],
            np.int64,
        ),
    )
    living = {equals.get(place, place): keys_of[place] for place in everything if place not in gone}
    living |= {equals[place]: keys_of[place] for place in equals}
    expected = entries_of(living, sorted(living))
    if found is None:
        assert expected == list(zip(*(column.tolist() for column in before), strict=True))
    else:
        assert list(zip(*(column.tolist() for column in found), strict=True)) == expected


def test_keys_nothing_touches_are_left_as_they_are():
    before = arrays([(1, 0), (1, 3), (2, 1), (2, 2)])
    same = changed(before, arrays([]), lambda places: places >= 0, lambda places: places)
    assert same is None


def test_tables_whose_keys_stand_in_any_order_are_put_in_order():
    before = arrays([(5, 0), (5, 3), (2, 1), (2, 2)])
    keys, places = changed(before, arrays([(5, 9)]), lambda p: p >= 0, lambda p: p)
    assert keys.tolist() == [2, 2, 5, 5, 5]
    assert places.tolist() == [1, 2, 0, 3, 9]
