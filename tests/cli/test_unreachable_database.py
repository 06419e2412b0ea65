"""A PostgreSQL that does not answer, refuses us or goes away gets a sentence, never a password."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa
import tda_process

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "never-shown-7f3a"  # noqa: S105  of nobody


def tda(home: Path, url: str, *words: str) -> subprocess.CompletedProcess[str]:
    return tda_process.tda(home, *words, TDA_DATABASE_URL=url)


@pytest.mark.parametrize(
    ("lang", "word"), [("en", "cannot be opened"), ("zh", "无法打开")], ids=["en", "zh"]
)
def test_nobody_listening_ends_with_a_sentence_and_exit_2(tmp_path: Path, lang: str, word: str):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound and not listening: every connection is refused
        port = taken.getsockname()[1]
        url = f"postgresql+psycopg://auditor:{PASSWORD}@127.0.0.1:{port}/tda"
        done = tda(tmp_path, url, "ledger", "head", "--lang", lang)
    assert done.returncode == 2, done.stderr
    assert done.stdout == ""
    assert word in done.stderr
    assert f"127.0.0.1:{port}/tda" in done.stderr
    assert "TDA_DATABASE_URL" in done.stderr
    assert len(done.stderr.splitlines()) == 2
    assert PASSWORD not in done.stderr
    assert "auditor" not in done.stderr


def test_a_server_that_never_answers_is_not_waited_for_for_ever(tmp_path: Path):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        url = f"postgresql://auditor:{PASSWORD}@127.0.0.1:{port}/tda?connect_timeout=2"
        done = tda(tmp_path, url, "ledger", "head")
    assert done.returncode == 2, done.stderr
    assert PASSWORD not in done.stderr


def test_a_wrong_password_is_not_shown_either(tmp_path: Path, postgresql):
    wrong = postgresql.address.set(password=PASSWORD)
    done = tda(tmp_path, wrong.render_as_string(hide_password=False), "ledger", "head")
    assert done.returncode == 2, done.stderr
    assert PASSWORD not in done.stderr


LOST = """
import sys
import sqlalchemy as sa
from pipelines.cli import main
from pipelines.stages import ledger_view

def lose(store):
    with store.engine.connect() as connection:
        connection.execute(sa.text("SELECT pg_terminate_backend(pg_backend_pid())"))

ledger_view.newest_head = lose
main(["ledger", "head", "--lang", "en"])
"""


def test_a_connection_lost_on_the_way_ends_with_exit_3(tmp_path: Path, postgresql, migrated):
    database = postgresql.create(migrated)
    url = database.render_as_string(hide_password=False)
    done = subprocess.run(
        [sys.executable, "-c", LOST],
        env={**os.environ, "TDA_HOME": str(tmp_path), "TDA_DATABASE_URL": url},
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    postgresql.drop(database)
    assert done.returncode == 3, done.stderr
    assert "the audit database failed" in done.stderr
    assert "Traceback" not in done.stderr
    assert str(sa.make_url(url).password) not in done.stderr
