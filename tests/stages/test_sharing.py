import numpy as np
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.engine.local import Local
from pipelines.model.evidence import BANDS
from pipelines.stages.placing import flat_table, ordinals_of, rows_of
from pipelines.stages.shared import Shared, find_shared, moved
from pipelines.stages.sharing import Sketches, shared_in_memory, shared_texts

# few values, so that many texts are equal and many keys are shared
texts = st.lists(
    st.tuples(st.integers(-2, 2), st.integers(1, 12), st.integers(0, 2), st.integers(0, 3)),
    min_size=1,
    max_size=25,
)


def sketches(drawn: list[tuple[int, int, int, int]]) -> Sketches:
    count = len(drawn)
    text, chars, source, keys = np.array(drawn, np.int64).T
    bands = (keys[:, None] * 7 + np.arange(BANDS) * 1000 + text[:, None] % 2).astype(np.int64)
    return Sketches(
        places=np.arange(count, dtype=np.int64) * 3,
        # equal texts have equal lengths and equal keys
        hashes=np.stack([text * 13 + chars, keys], axis=1),
        chars=chars,
        sources=source,
        bands=bands,
    )


def comparable(found: Shared) -> dict[str, object]:
    """Everything of `found` but the numbers of its keys, which mean nothing."""
    groups: dict[int, list[int]] = {}
    for key, number in zip(found.keys.tolist(), found.numbers.tolist(), strict=True):
        groups.setdefault(key, []).append(number)
    return {
        "texts": found.texts,
        "too_long": found.too_long,
        "equal": [
            getattr(found.equal, name).tolist() for name in ("places", "firsts", "chars", "sources")
        ],
        "members": [
            getattr(found.members, name).tolist()
            for name in ("places", "chars", "sources", "hashes")
        ],
        "groups": sorted(groups.values()),
    }


@pytest.fixture(scope="module")
def engine(tmp_path_factory):
    with Local(1, "256MB", tmp_path_factory.mktemp("spill")) as local:
        yield local


@settings(max_examples=40, deadline=None)
@given(drawn=texts)
def test_memory_and_sql_find_the_same_texts_and_keys(drawn, engine, tmp_path_factory):
    folder = tmp_path_factory.mktemp("flat")
    given_texts = sketches(drawn)
    table = flat_table(*given_texts[:1], *given_texts[1:3], given_texts.bands, given_texts.sources)
    half = len(drawn) // 2
    paths = []
    # the later half first: places decide, not files
    for name, part in (("b", table.slice(half)), ("a", table.slice(0, half))):
        if part.num_rows:
            paths.append(str(folder / f"{name}.parquet"))
            pq.write_table(part, paths[-1])
    by_sql = find_shared(paths, engine=engine, folder=folder)
    assert comparable(shared_in_memory(given_texts)) == comparable(by_sql)
    assert comparable(shared_texts(paths, engine=engine, folder=folder)) == comparable(by_sql)


@settings(max_examples=60, deadline=None)
@given(texts, st.lists(st.integers(0, 2), min_size=25, max_size=25), st.permutations(range(3)))
def test_what_is_left_when_files_are_left_out_is_what_the_others_share(drawn, files, order):
    whole = sketches(drawn)
    ordinals = np.array(files[: len(drawn)], np.int64)
    rows = np.arange(len(drawn), dtype=np.int64)
    whole = whole._replace(places=(ordinals << 40) + rows)
    whole = Sketches(*(column[np.argsort(whole.places)] for column in whole))
    stands = np.array([place if place < 2 else -1 for place in order], np.int64)
    alive = stands[ordinals_of(whole.places)] >= 0
    there = Sketches(*(column[alive] for column in whole))
    there = there._replace(places=(stands[ordinals_of(there.places)] << 40) + rows_of(there.places))
    expected = comparable(
        shared_in_memory(Sketches(*(column[np.argsort(there.places)] for column in there)))
    )
    found = comparable(moved(shared_in_memory(whole), stands))
    # a key that one member is left under is no key that two share, and pairs nobody
    alone = {number for group in found["groups"] if len(group) == 1 for number in group}
    met = {number for group in found["groups"] if len(group) > 1 for number in group}
    kept = [n for n in range(len(found["members"][0])) if n in met]
    assert alone | met == set(range(len(found["members"][0])))
    assert [[column[n] for n in kept] for column in found["members"]] == expected["members"]
    renumbered = {old: new for new, old in enumerate(kept)}
    groups = [[renumbered[n] for n in group] for group in found["groups"] if len(group) > 1]
    assert sorted(groups) == expected["groups"]
    assert found["equal"] == expected["equal"]
