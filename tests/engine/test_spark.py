"""The engine of a cluster, on a real one: a master and two workers of one core each."""

import os
import subprocess
import sys
from functools import partial
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import spark_cluster
from ending import with_the_tests
from engine_items import length, marked

from pipelines.engine.failure import reason_of
from pipelines.engine.gathering import gather
from pipelines.engine.spark import Spark
from pipelines.engine.spark_work import Misfit, Work
from pipelines.model.errors import EvidenceError
from pipelines.settings import code_version


def on_a_cluster(test):
    return pytest.mark.slow(pytest.mark.spark(test))


def rows(engine, folder):
    return engine.fetch(str(folder / "out.parquet"), 9).to_pylist()


def by_item(summaries):
    return {summary["item"]: summary for summary in summaries}


@on_a_cluster
def test_every_item_comes_back_over_several_jobs(spark):
    items = [f"item {'x' * n}" for n in range(70)]
    assert by_item(spark.map(length, items)) == by_item(map(length, items))
    assert list(spark.map(length, [])) == []


@on_a_cluster
def test_an_item_that_fails_or_kills_is_a_summary_and_the_others_are_done(spark):
    found = by_item(spark.map(length, ["good", "bad", "quoting", "deadly", "fine"]))
    bad = found.pop("bad")
    assert bad["error"] == "ConnectorError: bad is bad"
    assert str(reason_of(bad)) == "bad is bad"
    place = str(found.pop("quoting")["error"])
    assert place.startswith("ValueError: engine_items.py:")
    assert "record" not in place
    assert "killed" in str(found.pop("deadly")["error"])
    assert found == by_item(map(length, ["good", "fine"]))


@on_a_cluster
def test_an_iterator_that_is_left_early_lets_go_of_the_cluster(spark, tmp_path):
    work = partial(marked, folder=str(tmp_path))
    summaries = spark.map(work, [str(n) for n in range(500)])
    next(summaries)
    summaries.close()
    done = len(list(tmp_path.iterdir()))
    assert done < 500
    assert by_item(spark.map(length, ["a", "b"])) == by_item(map(length, ["a", "b"]))
    assert len(list(tmp_path.iterdir())) <= done + 2  # what ran when it was cancelled


@on_a_cluster
def test_sql_reads_several_files_as_one_table_and_keeps_the_order_asked_for(spark, tmp_path):
    folder = tmp_path / "it's [odd] * ? {a,b} 数据 %20 #c \\e"
    folder.mkdir()
    values = np.random.default_rng(1).permutation(200_000)
    for part in (0, 1):
        pq.write_table(pa.table({"value": values[part::2]}), folder / f"part[{part}].parquet")
    out = folder / "out'.parquet"
    spark.sql(
        'SELECT value, value % 2 AS "end" FROM numbers ORDER BY value',
        {"numbers": [str(folder / f"part[{part}].parquet") for part in (0, 1)]},
        str(out),
    )
    table = spark.fetch(str(out), 200_000)
    assert table["value"].to_pylist() == list(range(200_000))
    assert [path.name for path in folder.glob(".*")] == []
    assert list(spark.temp_directory.iterdir()) == []


@on_a_cluster
def test_a_query_that_fails_leaves_nothing_and_keeps_the_previous_result(spark, tmp_path):
    out = tmp_path / "out.parquet"
    spark.sql("SELECT 1 AS one", {}, str(out))
    with pytest.raises(EvidenceError, match="a query over the evidence failed"):
        spark.sql("SELECT * FROM t", {"t": str(tmp_path / "absent.parquet")}, str(out))
    damaged = tmp_path / "damaged.parquet"
    pq.write_table(pa.table({"n": np.arange(100_000)}), damaged)
    damaged.write_bytes(damaged.read_bytes()[:100] + bytes(4_000) + damaged.read_bytes()[4_100:])
    with pytest.raises(EvidenceError, match="a query over the evidence failed"):
        spark.sql("SELECT sum(n) AS n FROM t", {"t": str(damaged)}, str(out))
    assert spark.fetch(str(out), 1).to_pylist() == [{"one": 1}]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["damaged.parquet", "out.parquet"]
    with pytest.raises(EvidenceError, match="1 rows, more than the 0"):
        spark.fetch(str(out), 0)
    with pytest.raises(ValueError, match="not a table name"):
        spark.sql("SELECT 1", {'t" AS SELECT 1; --': "x"}, str(out))


@on_a_cluster
def test_the_active_session_of_somebody_else_is_used_and_left_as_it_was(spark, tmp_path):
    list(spark.map(length, ["a"]))
    theirs = spark._session
    before = theirs.conf.get("spark.sql.session.timeZone")
    theirs.conf.set("spark.sql.session.timeZone", "Asia/Shanghai")
    theirs.range(1).createOrReplaceTempView("t")
    with Spark(None, tmp_path / "temp") as guest:
        pq.write_table(pa.table({"n": [7]}), tmp_path / "t.parquet")
        query = "SELECT n, current_timezone() AS zone FROM t"
        guest.sql(query, {"t": str(tmp_path / "t.parquet")}, str(tmp_path / "out.parquet"))
        assert rows(guest, tmp_path) == [{"n": 7, "zone": "UTC"}]
    assert theirs.conf.get("spark.sql.session.timeZone") == "Asia/Shanghai"
    theirs.conf.set("spark.sql.session.timeZone", before)
    assert theirs.sql("SELECT * FROM t").collect()[0][0] == 0
    assert by_item(spark.map(length, ["a"])) == by_item(map(length, ["a"]))


def test_a_worker_without_our_folder_or_our_release_begins_nothing(tmp_path):
    probe = tmp_path / "probe"
    assert Work(length, str(probe), code_version())("a") == (Misfit.FOLDER, {})
    probe.touch()
    assert Work(length, str(probe), "tda 0.0.1")("a") == (Misfit.RELEASE, {})
    assert Work(length, str(probe), code_version())("a") == (None, length("a"))


@pytest.mark.parametrize("misfit", Misfit)
def test_a_worker_that_does_not_fit_ends_the_run_with_a_sentence(misfit, tmp_path):
    engine = Spark("spark://127.0.0.1:7077", tmp_path / "temp")
    with pytest.raises(EvidenceError, match="a Spark worker") as caught:
        list(engine._fitting([(None, {"item": "a"}), (misfit, {})]))
    assert "every Spark worker" in str(caught.value.advice) or "share" in str(caught.value.advice)


def test_rows_that_were_written_elsewhere_are_missed(tmp_path):
    parts = tmp_path / "parts"
    parts.mkdir()
    out = tmp_path / "out.parquet"
    with pytest.raises(EvidenceError, match="of 0 rows of a query, 0 arrived"):
        gather(parts, 0, out)
    for number in (10, 9, 100_000):
        table = pa.table({"n": [number]})
        pq.write_table(table, parts / f"part-{number:05d}-x-c000.zstd.parquet")
    with pytest.raises(EvidenceError, match="of 4 rows of a query, 3 arrived"):
        gather(parts, 4, out)
    assert not out.exists()
    gather(parts, 3, out)
    assert pq.read_table(out)["n"].to_pylist() == [9, 10, 100_000]


STARTS = """
import sys
from pathlib import Path
from pipelines.engine.spark import Spark
from pipelines.model.errors import AuditError
try:
    with Spark(sys.argv[1], Path(sys.argv[2]), start_seconds=3) as engine:
        engine.sql("SELECT 1 AS one", {}, sys.argv[2] + "/out.parquet")
except AuditError as error:
    print(type(error).__name__, error.message, error.advice)
"""


def started(master: str, folder: Path, **environment: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", STARTS, master, str(folder)],
        env={**os.environ, **spark_cluster.environment(folder), **environment},
        capture_output=True,
        text=True,
        check=True,
        preexec_fn=with_the_tests(),
    )
    return done.stdout


@on_a_cluster
def test_a_cluster_without_workers_is_not_waited_for_for_ever(tmp_path):
    try:
        with spark_cluster.running(tmp_path / "cluster", workers=0) as cluster:
            said = started(cluster.address, tmp_path)
    except spark_cluster.NotHereError as error:
        spark_cluster.missing(str(error))
    assert "gave no executor in time" in said
    assert "start workers" in said


@on_a_cluster
def test_a_cluster_that_does_not_answer_is_named(spark_cluster_of_two, tmp_path):
    said = started(f"spark://127.0.0.1:{spark_cluster.free_port()}", tmp_path)
    assert "does not answer" in said


def test_java_that_cannot_be_started_is_misuse(tmp_path):
    said = started("spark://127.0.0.1:7077", tmp_path, JAVA_HOME=str(tmp_path / "none"))
    assert said.startswith("ConfigError Java cannot be started")
