"""`tda doctor` where the database is damaged, out of reach or of another version."""

import os
import sqlite3
import sys
from pathlib import Path

import pytest
from doctor_reading import change_database, faults, lines_of, only_fault

from pipelines.store.database import HEAD

sys.path.insert(0, str(Path(__file__).parent))


@pytest.mark.parametrize(
    ("revision", "word"), [("9999", "newer than this code"), ("0000", "older than this code")]
)
def test_a_database_of_another_version_is_named_and_not_migrated(audited_home, revision, word):
    change_database(audited_home, f"UPDATE alembic_version SET version_num = '{revision}'")
    check, text = only_fault(audited_home)
    assert (check, word in text) == ("database", True)
    with sqlite3.connect(audited_home / "audit.db") as connection:
        found = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    connection.close()
    assert found == (revision,) != (HEAD,)


@pytest.mark.parametrize("url", ["sqlite:////proc/none/audit.db", "nonsense"])
def test_a_database_out_of_reach_is_named(audited_home, url):
    assert only_fault(audited_home, TDA_DATABASE_URL=url)[0] == "database"


def test_a_database_without_a_server_is_named(audited_home):
    url = "postgresql+psycopg://nobody@127.0.0.1:9/none?connect_timeout=5"
    assert only_fault(audited_home, TDA_DATABASE_URL=url)[0] == "database"


def test_a_database_file_with_overwritten_pages_is_damaged(audited_home):
    change_database(audited_home, "PRAGMA wal_checkpoint(TRUNCATE)")
    with (audited_home / "audit.db").open("r+b") as opened:
        opened.seek(4096)
        opened.write(os.urandom(64 * 1024))
    found = faults(lines_of(audited_home))
    assert ("database", "the database file is damaged") in found


def test_a_file_that_is_no_database_is_damaged(audited_home):
    for path in audited_home.glob("audit.db*"):
        path.unlink()
    (audited_home / "audit.db").write_bytes(b"not a database at all" * 1000)
    assert only_fault(audited_home) == ("database", "the database file is damaged")


def test_a_table_that_takes_changes_again_is_named(audited_home):
    change_database(audited_home, "DROP TRIGGER gates_refuse_update")
    check, text = only_fault(audited_home)
    assert (check, "gates" in text) == ("database", True)
