import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from pipelines.engine.local import Local
from pipelines.model.errors import ConnectorError
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
    said = msg("{item} is bad", item="bad")
    assert found["bad"] == {"item": "bad", "error": "ConnectorError: bad is bad", "reason": said}
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
