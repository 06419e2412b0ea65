"""SQL on this machine: bounded memory, nothing left behind, nothing seen but the tables given."""

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipelines.engine.local import Local
from pipelines.model.errors import EvidenceError


@pytest.fixture
def engine(tmp_path):
    with Local(2, "200MB", tmp_path / "temp") as local:
        yield local


def test_sql_reads_several_files_as_one_table_and_keeps_the_order_asked_for(engine, tmp_path):
    folder = tmp_path / "it's [odd] * ? {a,b} 数据"
    folder.mkdir()
    values = np.random.default_rng(1).permutation(200_000)
    for part in (0, 1):
        pq.write_table(pa.table({"value": values[part::2]}), folder / f"part[{part}].parquet")
    out = folder / "out'.parquet"
    engine.sql(
        "SELECT value, value % 2 AS odd FROM numbers ORDER BY value",
        {"numbers": [str(folder / f"part[{part}].parquet") for part in (0, 1)]},
        str(out),
    )
    table = engine.fetch(str(out), 200_000)
    assert table["value"].to_pylist() == list(range(200_000))
    assert [path.name for path in folder.glob(".*")] == []


def test_a_slow_query_draws_no_progress_bar_on_stdout(engine, tmp_path):
    path = str(tmp_path / "one.parquet")
    pq.write_table(pa.table({"n": [1]}), path)
    shown = "SELECT current_setting('enable_progress_bar') AS shown FROM one"
    engine.sql(shown, {"one": path}, str(tmp_path / "out.parquet"))
    assert pq.read_table(tmp_path / "out.parquet")["shown"].to_pylist() == [False]


def test_sql_spills_to_disk_and_cleans_up(tmp_path):
    pq.write_table(pa.table({"value": np.arange(3_000_000)}), tmp_path / "in.parquet")
    query = "SELECT value, COUNT(*) AS n FROM t GROUP BY value HAVING COUNT(*) > 1"
    with Local(1, "40MB", tmp_path / "temp") as local:
        local.sql(query, {"t": str(tmp_path / "in.parquet")}, str(tmp_path / "out.parquet"))
        assert local.fetch(str(tmp_path / "out.parquet"), 10).num_rows == 0
        (spill,) = (tmp_path / "temp").iterdir()
        assert list(spill.rglob("*.tmp")) == []
    assert list((tmp_path / "temp").iterdir()) == []


def test_an_engine_nobody_closed_leaves_no_folder_either(tmp_path):
    local = Local(1, "40MB", tmp_path / "temp")
    local.sql("SELECT 1 AS one", {}, str(tmp_path / "out.parquet"))
    assert list((tmp_path / "temp").iterdir())
    del local
    assert list((tmp_path / "temp").iterdir()) == []


def test_a_query_sees_its_own_tables_only_and_files_as_they_are_now(engine, tmp_path):
    path, out = str(tmp_path / "t.parquet"), str(tmp_path / "out.parquet")
    for value in (1, 2):
        pq.write_table(pa.table({"value": [value]}), path)
        engine.sql("SELECT t.value FROM t", {"t": path}, out)
        assert engine.fetch(out, 1).to_pylist() == [{"value": value}]
    with pytest.raises(EvidenceError):
        engine.sql("SELECT t.value FROM t", {}, out)
    engine.sql("SELECT 3 AS value", {}, out)
    assert engine.fetch(out, 1).to_pylist() == [{"value": 3}]


def test_a_query_that_fails_leaves_nothing_and_keeps_the_previous_result(engine, tmp_path):
    out = tmp_path / "out.parquet"
    engine.sql("SELECT 1 AS one", {}, str(out))
    with pytest.raises(EvidenceError) as caught:
        engine.sql("SELECT * FROM t", {"t": str(tmp_path / "absent.parquet")}, str(out))
    assert "TDA_MEMORY_LIMIT" in str(caught.value.advice)
    assert engine.fetch(str(out), 1).to_pylist() == [{"one": 1}]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out.parquet", "temp"]


def test_a_table_name_that_is_no_identifier_is_refused(engine, tmp_path):
    with pytest.raises(ValueError, match="not a table name"):
        engine.sql("SELECT 1", {'t" AS SELECT 1; --': "x"}, str(tmp_path / "out.parquet"))


def test_fetch_refuses_more_rows_than_allowed_and_unreadable_tables(engine, tmp_path):
    path = tmp_path / "three.parquet"
    pq.write_table(pa.table({"n": [1, 2, 3]}), path)
    assert engine.fetch(str(path), 3).num_rows == 3
    with pytest.raises(EvidenceError, match="3 rows, more than the 2"):
        engine.fetch(str(path), 2)
    path.write_bytes(b"PAR1 cut off")
    with pytest.raises(EvidenceError, match="cannot be read"):
        engine.fetch(str(path), 3)
    with pytest.raises(EvidenceError, match="cannot be read"):
        engine.fetch(str(tmp_path / "absent.parquet"), 3)
