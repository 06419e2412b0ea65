"""Turns at a dataset: one at a time, on a file beside SQLite and on a server alike."""

import threading
import time
from collections.abc import Callable

import pytest
import sqlalchemy as sa

from pipelines.store.database import Store
from pipelines.store.turns import turn


def test_whoever_comes_second_waits_until_the_first_turn_has_ended(store: Store):
    told: list[str] = []

    def second() -> None:
        with turn(store, "one"):
            told.append("second")

    waiting = threading.Thread(target=second)
    with turn(store, "one"):
        waiting.start()
        with turn(store, "another"):
            told.append("nobody waits for another dataset")
        time.sleep(0.2)
        told.append("first")
    waiting.join(timeout=30)
    assert told == ["nobody waits for another dataset", "first", "second"]


def test_many_that_want_the_same_turn_have_it_one_after_the_other_and_leave_nothing(store: Store):
    having, most = 0, 0

    def once() -> None:
        nonlocal having, most
        with turn(store, "one"):
            having += 1
            most = max(most, having)
            time.sleep(0.01)
            having -= 1

    for thread in started([once] * 5):
        thread.join(timeout=60)
    assert (having, most) == (0, 1)
    folder = store.settings.home / "tmp"
    assert not folder.exists() or list(folder.iterdir()) == []


def test_an_audit_that_fails_gives_its_turn_back(store: Store):
    with pytest.raises(ZeroDivisionError), turn(store, "one"):
        raise ZeroDivisionError
    with turn(store, "one"):
        pass


def test_a_connection_that_is_lost_meanwhile_does_not_fail_the_audit(store: Store):
    if store.engine.dialect.name != "postgresql":
        return
    idle = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = "
    idle += "current_database() AND pid <> pg_backend_pid()"
    with turn(store, "one"):
        with store.engine.connect() as connection:
            assert connection.execute(sa.text(idle)).scalars().all() == [True]
        with turn(store, "one"):
            pass


def started(functions: list[Callable[[], None]]) -> list[threading.Thread]:
    threads = [threading.Thread(target=function) for function in functions]
    for thread in threads:
        thread.start()
    return threads
