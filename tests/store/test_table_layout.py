import string

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipelines.model.evidence import KEYS
from pipelines.store.evidence import EvidenceStore


def values(kind: pa.DataType, rng: np.random.Generator) -> list[object]:
    if pa.types.is_fixed_size_list(kind):
        return [None, *rng.integers(-(2**63), 2**63 - 1, (6, kind.list_size)).tolist()]
    if pa.types.is_fixed_size_binary(kind):
        return [rng.bytes(kind.byte_width) for _ in range(7)]
    if pa.types.is_string(kind):
        return ["", None, "中文", "\0", *rng.choice(list(string.ascii_letters), 3)]
    if pa.types.is_int64(kind):
        return [0, None, -1, 2**63 - 1, -(2**63), 7, 7]
    if pa.types.is_boolean(kind):
        return [None, *rng.integers(0, 2, 6).astype(bool).tolist()]
    if pa.types.is_timestamp(kind):
        return [None, 0, -(2**50), *rng.integers(0, 2**50, 4).tolist()]
    assert pa.types.is_float64(kind)
    return [None, 0.0, 1.5, -2.25, 1e300, 5e-324, 0.1]


@pytest.mark.parametrize("kind", KEYS)
def test_every_value_comes_back_from_a_table_of_any_kind(kind, tmp_path):
    rng = np.random.default_rng(5)
    schema = KEYS[kind][0]
    arrays = [pa.array(values(field.type, rng), field.type) for field in schema]
    table = pa.table(arrays, schema=schema)
    store = EvidenceStore(tmp_path)
    for written in (table, table.slice(0, 0)):
        ref = store.write(kind, written)
        kept = store.read(ref)
        assert kept.num_rows == written.num_rows
        assert sorted(map(str, kept.to_pylist())) == sorted(map(str, written.to_pylist()))
        assert store.verify(ref)


def test_counts_are_packed_and_what_is_random_is_left_as_it_is(tmp_path):
    schema = KEYS["records"][0]
    arrays = [pa.array(values(f.type, np.random.default_rng(1)), f.type) for f in schema]
    ref = EvidenceStore(tmp_path).write("records", pa.table(arrays, schema=schema))
    group = pq.read_metadata(ref.uri).row_group(0)
    leaves = {leaf.path_in_schema: leaf for leaf in map(group.column, range(group.num_columns))}
    for name in ("record_digest", "text_hash_high", "bands.list.element"):
        assert leaves[name].compression == "UNCOMPRESSED", name
        assert "PLAIN" in leaves[name].encodings, name
    assert "DELTA_BINARY_PACKED" in leaves["words"].encodings
    assert "RLE_DICTIONARY" in leaves["language"].encodings
    assert leaves["language"].compression == "ZSTD"
