"""`tda doctor` where the ledger was emptied, in full or in part: it is never called healthy."""

import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipelines.language.catalogue import translate
from pipelines.store.database import open_store
from pipelines.upkeep.doctor import examine
from pipelines.upkeep.line import State

LEDGER = ("ledger_entries", "ledger_heads", "ledger_subtrees")


def empty(home: Path, *tables: str) -> None:
    """The rows are gone and the triggers as they were: whoever does this hides it."""
    with sqlite3.connect(home / "audit.db") as connection:
        for table in tables:
            name = f"{table}_refuse_delete"
            query = "SELECT sql FROM sqlite_master WHERE name = ?"
            (made,) = connection.execute(query, (name,)).fetchone()
            connection.execute(f"DROP TRIGGER {name}")
            connection.execute(f"DELETE FROM {table}")
            connection.execute(made)
    connection.close()


def said_of_the_ledger(home: Path, *, deep: bool) -> list[tuple[State, str]]:
    lines = examine({"TDA_HOME": str(home)}, now=datetime.now(UTC), deep=deep)
    found = [line for line in lines if line.check == "ledger"]
    assert not any("run an audit" in translate(line.remedy, "en") for line in found if line.remedy)
    return [(line.state, translate(line.message, "en")) for line in found]


@pytest.mark.parametrize("deep", [False, True])
@pytest.mark.parametrize(
    ("tables", "says"),
    [
        (LEDGER, "the ledger is empty, yet runs are sealed: 1"),
        (("ledger_entries", "ledger_subtrees"), "the ledger is empty, yet runs are sealed: 1"),
        (("ledger_heads",), "the ledger has no signed head, yet runs are sealed: 1"),
    ],
)
def test_an_emptied_ledger_under_sealed_runs_is_wrong(audited_home, tables, says, deep):
    empty(audited_home, *tables)
    ((state, text),) = said_of_the_ledger(audited_home, deep=deep)
    assert state is State.WRONG
    assert text == says


@pytest.mark.parametrize("deep", [False, True])
def test_an_empty_ledger_beside_its_key_is_wrong(audited_home, deep):
    empty(audited_home, *LEDGER)
    with sqlite3.connect(audited_home / "audit.db") as connection:
        connection.execute("UPDATE runs SET state = 'abandoned'")
    connection.close()
    assert said_of_the_ledger(audited_home, deep=deep) == [
        (State.WRONG, "the ledger is empty, yet there is a key its entries were signed with")
    ]


def test_a_ledger_that_was_never_begun_is_a_note(settings):
    open_store(settings).engine.dispose()
    assert not list(settings.keys.iterdir())
    lines = examine({"TDA_HOME": str(settings.home)}, now=datetime.now(UTC), deep=False)
    assert [line.state for line in lines if line.check == "ledger"] == [State.NOTE]
