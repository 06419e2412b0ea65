"""A database on a read-only disk is told at once; only another process is waited for."""

import sqlite3
from pathlib import Path

import pytest
import sqlalchemy as sa

from pipelines.store import engines


@pytest.fixture
def no_pause(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    asked: list[float] = []

    def pause(seconds: float) -> None:
        asked.append(seconds)
        if len(asked) > 3:
            raise InterruptedError

    monkeypatch.setattr(engines.time, "sleep", pause)
    return asked


@pytest.fixture
def database(tmp_path: Path) -> Path:
    path = tmp_path / "audit.db"
    with sqlite3.connect(path) as made:
        made.execute("CREATE TABLE t (x)")
    made.close()
    return path


def test_a_read_only_database_is_not_waited_for(database, no_pause):
    engine = engines.make_engine(f"sqlite:///file:{database}?mode=ro&uri=true")
    with pytest.raises(sa.exc.OperationalError, match="readonly"):
        engine.connect()
    assert no_pause == []
    engine.dispose()


def test_a_database_another_process_has_is_waited_for(database, no_pause):
    taken = sqlite3.connect(database, isolation_level=None)
    taken.execute("BEGIN EXCLUSIVE")
    ours = sqlite3.connect(database, timeout=0)
    with pytest.raises(InterruptedError):
        engines._write_ahead(ours.cursor())
    assert len(no_pause) == 4
    ours.close()
    taken.close()
