"""Files change places: every key keeps its texts, and has them in the order of their new places."""

from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.stages.placing import ROW_BITS
from pipelines.stages.shared import NOTHING_SHARED, Members, Shared, moved

FILES = 5
texts = st.lists(
    st.tuples(st.integers(0, FILES - 1), st.integers(0, 3)), min_size=1, max_size=12, unique=True
)


@st.composite
def changes(draw: st.DrawFn) -> tuple[Shared, list[int]]:
    """Texts by file and row with the keys that some of them share, and where the files go."""
    places = sorted((file << ROW_BITS) + row for file, row in draw(texts))
    member = st.integers(0, len(places) - 1)
    under = draw(st.lists(st.sets(member, min_size=1), max_size=6))
    entries = [(key, number) for key, some in enumerate(under) for number in sorted(some)]
    column = np.array(places, np.int64)
    members = Members(
        places=column, chars=column, sources=column, hashes=np.stack([column, column], axis=1)
    )
    keys, numbers = np.array(entries, np.int32).reshape(-1, 2).T
    shared = replace(NOTHING_SHARED, members=members, keys=keys.copy(), numbers=numbers.copy())
    order = draw(st.permutations(range(FILES)))
    gone = draw(st.sets(st.integers(0, FILES - 1), max_size=2))
    return shared, [-1 if file in gone else order[file] for file in range(FILES)]


@settings(deadline=None)
@given(changes())
def test_the_entries_of_a_key_stand_in_the_order_of_their_new_places(change):
    shared, ordinals = change
    found = moved(shared, np.array(ordinals, np.int64))
    mask = (1 << ROW_BITS) - 1
    expected = []
    for key, number in zip(shared.keys.tolist(), shared.numbers.tolist(), strict=True):
        place = int(shared.members.places[number])
        ordinal = ordinals[place >> ROW_BITS]
        if ordinal >= 0:
            expected.append((key, (ordinal << ROW_BITS) + (place & mask)))
    places = found.members.places
    assert (np.diff(places) > 0).all()
    told = zip(found.keys.tolist(), places[found.numbers].tolist(), strict=True)
    assert list(told) == sorted(expected)
    # what belongs to a text went with it
    back = {ordinals[file]: file for file in range(FILES)}
    rows = [(back[place >> ROW_BITS] << ROW_BITS) + (place & mask) for place in places.tolist()]
    assert found.members.hashes[:, 1].tolist() == found.members.chars.tolist() == rows
