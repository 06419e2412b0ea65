import pyarrow.parquet as pq
import pytest

from pipelines.stages.placing import FLAT, flat_writer


def test_a_flat_table_is_there_whole_or_as_it_was(tmp_path):
    out = tmp_path / "texts.parquet"
    with flat_writer(out) as writer:
        writer.write_table(FLAT.empty_table())
        assert not out.exists()
    before = out.read_bytes()
    with pytest.raises(OSError, match="gone"), flat_writer(out):
        raise OSError("gone")
    assert out.read_bytes() == before
    assert pq.read_table(out).schema.equals(FLAT)
    assert list(tmp_path.iterdir()) == [out]
