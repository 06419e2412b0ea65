"""Rows are found wherever they lie in a file, and read with the columns that belong to them."""

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.model.evidence import BANDS
from pipelines.stages import looking_up
from pipelines.stages.placing import BAND_COLUMNS, FLAT, flat_table
from pipelines.stages.sharing import read_sketches

# few values, so that texts and keys meet; short texts are compared for equality alone
TEXTS = st.lists(
    st.tuples(st.integers(0, 3), st.integers(3, 7), st.integers(0, 5)), min_size=1, max_size=20
)


def table(texts, first=0):
    """A flat table: the text, its length and its key in every band, a place after the other."""
    high, chars, keys = np.array(texts, np.int64).T
    place = np.arange(first, first + len(texts), dtype=np.int64)
    bands = keys[:, None] * BANDS + np.arange(BANDS)
    return flat_table(place, np.stack([high, -high], axis=1), chars, bands)


@pytest.fixture
def small(monkeypatch):
    monkeypatch.setattr(looking_up, "_BATCH", 3)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(TEXTS, TEXTS, st.integers(1, 7), st.sets(st.integers(0, 19)))
def test_a_file_of_several_row_groups_is_read_as_one_table(
    small, tmp_path, there, came, size, later
):
    path, new = tmp_path / "there.parquet", tmp_path / "new.parquet"
    pq.write_table(table(there), path, row_group_size=size)
    pq.write_table(table(came, 100), new)
    later = np.array(sorted(later), np.int64)

    highs = {high for high, *_ in came}
    wanted = np.array(sorted(highs), np.int64)
    equal = looking_up.equal_rows([str(path)], wanted, -wanted)
    expected = [(at, *text[:2]) for at, text in enumerate(there) if text[0] in highs]
    found = zip(equal["places"], equal["high"], equal["chars"], strict=True)
    assert sorted(map(tuple, found)) == expected

    parts, rows = looking_up.met_rows([str(path)], str(new), later, BANDS)
    asked = {key for _, chars, key in came if chars >= looking_up.SIZE}
    long = [at for at, (_, chars, _) in enumerate(there) if chars >= looking_up.SIZE]
    met = [at for at in long if there[at][2] in asked and at not in later]
    own = [100 + at for at, (_, chars, _) in enumerate(came) if chars >= looking_up.SIZE]
    assert sorted(rows["places"].tolist()) == [*met, *own]
    every = dict(enumerate(there)) | {100 + at: text for at, text in enumerate(came)}
    assert [every[at][0] for at in rows["places"].tolist()] == rows["high"].tolist()
    entries = zip(parts[0]["keys"].tolist(), parts[0]["places"].tolist(), strict=True)
    assert sorted(entries) == sorted(
        (every[at][2] * BANDS + band, at) for at in [*met, *own] for band in range(BANDS)
    )


def test_a_table_of_an_earlier_release_whose_columns_might_have_been_null_is_read(tmp_path):
    paths = [tmp_path / f"{name}.parquet" for name in ("earlier", "now")]
    earlier = pa.schema([(name, pa.int64()) for name in FLAT.names])
    pq.write_table(table([(1, 9, 1)]).cast(earlier), paths[0])
    pq.write_table(table([(2, 9, 2)], 1), paths[1])
    found = read_sketches([str(path) for path in paths])
    assert found.hashes[:, 0].tolist() == [1, 2]
    assert found.bands.shape == (2, len(BAND_COLUMNS))
