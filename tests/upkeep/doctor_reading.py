"""What `tda doctor` finds in a workspace, and how one is damaged."""

import sqlite3
from datetime import UTC, datetime
from pathlib import Path

from pipelines.language.catalogue import translate
from pipelines.upkeep.doctor import examine
from pipelines.upkeep.line import Line, State

NOW = datetime.now(UTC)


def lines_of(home: Path, *, deep: bool = False, **environ: str) -> list[Line]:
    return examine({"TDA_HOME": str(home), **environ}, now=NOW, deep=deep)


def faults(lines: list[Line]) -> list[tuple[str, str]]:
    found = [line for line in lines if line.state is State.WRONG]
    assert all(line.remedy for line in found)
    return [(line.check, translate(line.message, "en")) for line in found]


def only_fault(home: Path, *, deep: bool = False, **environ: str) -> tuple[str, str]:
    found = faults(lines_of(home, deep=deep, **environ))
    assert len(found) == 1, found
    return found[0]


def change_database(home: Path, *statements: str) -> None:
    with sqlite3.connect(home / "audit.db") as connection:
        for statement in statements:
            connection.execute(statement)
    connection.close()
