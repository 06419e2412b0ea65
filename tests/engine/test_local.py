import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipelines.engine.local import Local
from pipelines.model.errors import ConnectorError, EvidenceError
from pipelines.model.message import msg

ROOT = Path(__file__).parents[2]


def length(item: str) -> dict[str, object]:
    if item == "bad":
        raise ConnectorError(msg("{item} is bad", item=item), advice=msg("leave it out"))
    if item == "quoting":
        raise ValueError("the text of a record")
    if item == "deadly" and os.environ.get("TDA_TEST_DEADLY") != str(os.getpid()):
        os.kill(os.getpid(), signal.SIGKILL)
    return {"item": item, "length": len(item)}


@pytest.fixture
def engine(tmp_path):
    with Local(2, "200MB", tmp_path / "temp") as local:
        yield local


def by_item(summaries):
    return {summary["item"]: summary for summary in summaries}


def test_every_item_comes_back_whatever_the_number_of_workers(engine, tmp_path):
    items = [f"item {'x' * n}" for n in range(20)]
    expected = by_item(length(item) for item in items)
    assert by_item(engine.map(length, items)) == expected
    assert by_item(engine.map(length, items[:1])) == by_item([length(items[0])])
    assert by_item(Local(1, "200MB", tmp_path).map(length, items)) == expected
    assert list(engine.map(length, [])) == []


@pytest.mark.parametrize("workers", [1, 2])
def test_an_item_that_fails_is_a_summary_and_the_others_are_done(tmp_path, workers):
    with Local(workers, "200MB", tmp_path) as local:
        found = by_item(local.map(length, ["good", "bad", "quoting", "fine"]))
    assert found["bad"] == {"item": "bad", "error": "ConnectorError: bad is bad"}
    assert found["good"]["length"] == 4
    assert found["fine"]["length"] == 4


@pytest.mark.parametrize("workers", [1, 2])
def test_the_message_of_a_foreign_error_is_replaced_by_its_place(tmp_path, workers):
    with Local(workers, "200MB", tmp_path) as local:
        found = by_item(local.map(length, ["quoting", "good"]))
    assert str(found["quoting"]["error"]).startswith("ValueError: test_local.py:")
    assert "record" not in str(found["quoting"])


def test_a_killed_worker_costs_only_the_item_that_kills_it(engine):
    found = by_item(engine.map(length, ["a", "bb", "deadly", "ccc", "dddd"]))
    assert "BrokenProcessPool" in str(found.pop("deadly")["error"])
    assert found == by_item(length(item) for item in ["a", "bb", "ccc", "dddd"])
    assert by_item(engine.map(length, ["e", "f"])) == by_item(map(length, ["e", "f"]))


def test_workers_do_not_import_the_program_that_was_started(tmp_path):
    # like bin/airflow, which refuses to be imported within a task
    program = tmp_path / "program"
    program.write_text(
        textwrap.dedent(
            """
            import os.path, sys
            from pathlib import Path
            if __name__ != "__main__":
                raise RuntimeError("the program was imported")
            from pipelines.engine.local import Local, _alone
            with Local(2, "200MB", Path(sys.argv[1])) as engine:
                print(sorted(engine.map(os.path.basename, ["a/b", "c/d", "e/f"])))
            print(_alone(os.path.basename, "g/h"))
            """
        ),
        encoding="utf-8",
    )
    done = subprocess.run(
        [sys.executable, str(program), str(tmp_path / "temp")],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.splitlines() == ["['b', 'd', 'f']", "h"]
    assert done.stderr == ""


# Celery starts its workers with billiard, which takes the place of multiprocessing in them
@pytest.mark.parametrize("library", ["multiprocessing", "billiard"])
def test_workers_start_below_a_daemonic_process_as_in_a_worker_of_celery(tmp_path, library):
    program = tmp_path / "program.py"
    program.write_text(
        textwrap.dedent(
            """
            import importlib, multiprocessing, os.path, sys
            from pathlib import Path
            from pipelines.engine.local import Local, _alone

            def task(folder):
                for _ in range(2):
                    with Local(2, "200MB", Path(folder)) as engine:
                        print(sorted(engine.map(os.path.basename, ["a/b", "c/d"])), flush=True)
                print(_alone(os.path.basename, "g/h"), flush=True)
                assert multiprocessing.current_process().daemon

            if __name__ == "__main__":
                library = importlib.import_module(sys.argv[1])
                worker = library.get_context("fork").Process(target=task, args=sys.argv[2:])
                worker.daemon = True
                worker.start()
                worker.join()
                sys.exit(worker.exitcode)
            """
        ),
        encoding="utf-8",
    )
    done = subprocess.run(
        [sys.executable, str(program), library, str(tmp_path / "temp")],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == ["['b', 'd']", "['b', 'd']", "h"]


def test_workers_end_when_what_started_them_is_killed(tmp_path):
    (tmp_path / "telling.py").write_text(
        textwrap.dedent("""
            import os, time
            from pathlib import Path

            def tell(item):
                (Path(item).parent / str(os.getpid())).touch()
                time.sleep(0.01 if item.endswith("short") else 600)
                return {}
        """)
    )
    program = (
        "import sys; from pathlib import Path; from pipelines.engine.local import Local; "
        "from telling import tell; "
        "list(Local(2, '100MB', Path(sys.argv[1])).map(tell, sys.argv[2:]))"
    )
    told = tmp_path / "told"
    told.mkdir()
    # one worker is busy when the program is killed, the other waits for something to do
    items = [str(told / "long"), str(told / "short")]
    started = subprocess.Popen(
        [sys.executable, "-c", program, str(tmp_path / "temp"), *items],
        env={**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{tmp_path}"},
    )
    try:
        wait_until(lambda: len(list(told.iterdir())) == 2)
    finally:
        started.kill()
        started.wait()
    workers = [int(path.name) for path in told.iterdir()]
    wait_until(lambda: not any(map(runs, workers)))


def runs(process: int) -> bool:
    """Whether the process is there and not a mere entry that nobody has asked about yet."""
    try:
        return ") Z " not in Path(f"/proc/{process}/stat").read_text()
    except FileNotFoundError:
        return False


def wait_until(holds):
    deadline = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < deadline, "not within a minute"
        time.sleep(0.02)


def test_an_iterator_that_is_left_early_leaves_no_worker_behind(engine):
    summaries = engine.map(time_wasted, [str(n) for n in range(50)])
    workers_of_one = next(summaries)["pid"]
    summaries.close()
    assert not Path(f"/proc/{workers_of_one}").exists()
    assert by_item(engine.map(length, ["a", "b"])) == by_item(map(length, ["a", "b"]))


def time_wasted(item: str) -> dict[str, object]:
    time.sleep(0.05)
    return {"item": item, "pid": os.getpid()}


def test_ctrl_c_ends_a_run_at_once_and_quietly(tmp_path):
    (tmp_path / "waiting.py").write_text(
        textwrap.dedent("""
            import time
            from pathlib import Path

            def wait(item):
                Path(item).touch()
                time.sleep(60)
                return {}
        """)
    )
    script = tmp_path / "waits.py"
    script.write_text(
        textwrap.dedent("""
            import signal, sys
            from pathlib import Path
            from pipelines.engine.local import Local
            from waiting import wait

            if __name__ == "__main__":
                # whoever started the tests in the background has had Ctrl-C ignored from here on
                signal.signal(signal.SIGINT, signal.default_int_handler)
                try:
                    list(Local(2, "100MB", Path(".")).map(wait, sys.argv[1:]))
                except KeyboardInterrupt:
                    sys.exit(130)
        """)
    )
    marks = [tmp_path / "first", tmp_path / "second"]
    run = subprocess.Popen(
        [sys.executable, str(script), *map(str, marks)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    deadline = time.monotonic() + 60
    while not all(mark.exists() for mark in marks) and time.monotonic() < deadline:
        time.sleep(0.1)
    os.killpg(run.pid, signal.SIGINT)
    _, errors = run.communicate(timeout=30)
    assert run.returncode == 130
    assert b"Traceback" not in errors


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
