import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from threading import Event

import pytest
import sqlalchemy as sa

from pipelines.ledger.keys import signing_key
from pipelines.ledger.log import append, sign_tree
from pipelines.ledger.statement import Predicate, Subject, statement
from pipelines.ledger.verify import KeptLedger, verify_ledger
from pipelines.model.errors import LedgerError
from pipelines.model.ids import digest_of
from pipelines.store.ledger_entries import appending, reading
from pipelines.store.ledger_tables import APPEND_ONLY

ROOT = Path(__file__).resolve().parents[2]
AT = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)


@pytest.fixture
def engine(store):
    return store.engine


@pytest.fixture
def key(tmp_path):
    return signing_key(tmp_path / "keys")


def said(name, *, attempt=1):
    return statement(
        Predicate.RUN_INTERRUPTED,
        key=f"{name}/interrupted",
        at=AT,
        subjects=[Subject("manifest", digest_of(b"m"))],
        body={"run": name, "dataset": "tiny", "attempt": attempt},
    )


def test_positions_count_from_zero_and_entries_come_back_as_appended(engine, key):
    with appending(engine) as book:
        assert append(book, [said("a"), said("b")], key=key) == (0, 1)
    with appending(engine) as book:
        assert append(book, [said("c")], key=key) == (2,)
        assert book.size() == 3
    with reading(engine) as book:
        assert [entry.key for entry in book.entries()] == [
            "a/interrupted",
            "b/interrupted",
            "c/interrupted",
        ]
        assert book.entry("b/interrupted") == book.entry_at(1)
        assert book.entry("d/interrupted") is None


def test_appending_the_same_again_gives_the_old_positions_and_adds_nothing(engine, key):
    with appending(engine) as book:
        append(book, [said("a"), said("b")], key=key)
    with appending(engine) as book:
        assert append(book, [said("b"), said("c"), said("a"), said("c")], key=key) == (1, 2, 0, 2)
        assert book.size() == 3


def test_the_same_key_with_other_content_is_refused_and_nothing_is_kept(engine, key):
    with appending(engine) as book:
        append(book, [said("a")], key=key)
    with pytest.raises(LedgerError, match="a/interrupted"), appending(engine) as book:
        append(book, [said("b"), said("a", attempt=2)], key=key)
    with pytest.raises(LedgerError, match="c/interrupted"), appending(engine) as book:
        append(book, [said("c"), said("c", attempt=2)], key=key)
    with reading(engine) as book:
        assert [entry.key for entry in book.entries()] == ["a/interrupted"]


def test_an_error_after_appending_leaves_the_ledger_as_it_was(engine, key):
    def appends_then_fails():
        with appending(engine) as book:
            append(book, [said("a")], key=key)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        appends_then_fails()
    with reading(engine) as book:
        assert book.size() == 0


def test_a_long_append_is_read_back_in_order_and_verifies(engine, key):
    with appending(engine) as book:
        append(book, [said(f"run-{n}") for n in range(1203)], key=key)
        sign_tree(book, at=AT, key=key, trusted={})
    assert verified(engine, key).size == 1203


def verified(engine, key):
    with reading(engine) as book:
        kept = KeptLedger(entries=book.entries(), subtrees=book.subtrees(), heads=book.heads())
        return verify_ledger(kept, {key.key_id: key.public})


@pytest.mark.parametrize("table", APPEND_ONLY)
def test_no_table_of_the_ledger_takes_an_update_or_a_delete(engine, key, table):
    with appending(engine) as book:
        append(book, [said("a"), said("b")], key=key)
        sign_tree(book, at=AT, key=key, trusted={})
    column = {"ledger_entries": "leaf_hash", "ledger_subtrees": "hash"}.get(table, "size")
    lines = [f"UPDATE {table} SET {column} = {column}", f"DELETE FROM {table}"]
    if engine.dialect.name == "postgresql":
        lines.append(f"TRUNCATE {table}")
    for line in lines:
        with pytest.raises(sa.exc.IntegrityError, match="append-only"), engine.begin() as opened:
            opened.execute(sa.text(line))
    assert verified(engine, key).size == 2


def test_what_is_appended_while_reading_does_not_show(engine, key):
    with appending(engine) as book:
        append(book, [said("a")], key=key)
    with reading(engine) as seen:
        assert seen.size() == 1
        with appending(engine) as book:
            append(book, [said("b")], key=key)
        assert [entry.key for entry in seen.entries()] == ["a/interrupted"]


def test_a_second_writer_waits_and_then_goes_on_behind_the_first(engine, key):
    def second():
        started.set()
        with appending(engine) as book:
            return append(book, [said("second")], key=key)

    started = Event()
    with ThreadPoolExecutor(1) as pool:
        with appending(engine) as book:
            waiting = pool.submit(second)
            assert started.wait(10)
            with pytest.raises(TimeoutError):
                waiting.result(timeout=0.2)
            assert append(book, [said("first")], key=key) == (0,)
        assert waiting.result(timeout=30) == (1,)


WRITER = """
import os
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from pipelines.ledger.keys import signing_key
from pipelines.ledger.log import append, sign_tree
from pipelines.ledger.statement import Predicate, Subject, statement
from pipelines.model.ids import digest_of
from pipelines.store.engines import make_engine
from pipelines.store.ledger_entries import appending

url = os.environ["TDA_DATABASE_URL"]
keys, name, count = sys.argv[1:]
engine, key = make_engine(url), signing_key(Path(keys))
at = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)

def said(run):
    subjects = [Subject("manifest", digest_of(b"m"))]
    body = {"run": run, "dataset": "tiny", "attempt": 1}
    return statement(Predicate.RUN_INTERRUPTED, key=run, at=at, subjects=subjects, body=body)

print("ready", flush=True)
sys.stdin.readline()
for number in range(int(count)):
    with appending(engine) as book:
        append(book, [said(f"{name}-{number}"), said(f"shared-{number}")], key=key)
        if number % 5 == 4:
            sign_tree(book, at=at, key=key, trusted={})
    time.sleep(0.002)  # lets the others in between
"""


def test_writers_in_several_processes_never_fork_or_lose_an_entry(store, engine, key, tmp_path):
    count, names = 10, ("first", "second", "third")
    writers = [
        subprocess.Popen(
            [
                sys.executable,
                "-c",
                WRITER,
                str(tmp_path / "keys"),
                name,
                str(count),
            ],
            cwd=ROOT,
            env={**os.environ, "TDA_DATABASE_URL": store.settings.database_url},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for name in names
    ]
    for writer in writers:
        assert writer.stdout.readline() == "ready\n"
    for writer in writers:
        writer.stdin.write("go\n")
        writer.stdin.flush()
    for writer in writers:
        writer.communicate(timeout=300)
        assert writer.returncode == 0
    with reading(engine) as book:
        keys = [entry.key for entry in book.entries()]
    expected = {f"{name}-{n}" for name in (*names, "shared") for n in range(count)}
    assert sorted(keys) == sorted(expected)
    assert verified(engine, key).reason == "ok"
