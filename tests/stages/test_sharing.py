import numpy as np
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.engine.local import Local
from pipelines.model.evidence import BANDS
from pipelines.stages.placing import flat_table
from pipelines.stages.shared import Shared, find_shared
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
