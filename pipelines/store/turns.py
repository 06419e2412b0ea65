"""Turns at a dataset: of several processes that want to audit it, one does, and the others wait.

A turn ends with the process that has it, however it ends: nothing has to be tidied up after a kill.
"""

import contextlib
import fcntl
import hashlib
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import sqlalchemy as sa

from pipelines.store.database import Store
from pipelines.store.engines import lock_number

PAUSE = 0.5
"""Seconds between two questions to a server whether it is our turn."""


@contextlib.contextmanager
def turn(store: Store, dataset: str) -> Iterator[None]:
    """Others that ask for a turn at `dataset` wait until this one has ended: hours, if need be."""
    one = (
        _of_server(store.engine, dataset)
        if store.engine.dialect.name == "postgresql"
        else _of_file(store.settings.home / "tmp", dataset)
    )
    with one:
        yield


@contextlib.contextmanager
def _of_server(engine: sa.Engine, dataset: str) -> Iterator[None]:
    """The turn is a lock of a transaction: a pooler in between may lend a session to others.

    It is asked for, not waited for: the time-out of locks is shorter than an audit.
    """
    mine = sa.select(sa.func.pg_try_advisory_xact_lock(lock_number("turn", dataset)))
    with engine.connect() as connection:
        while not connection.execute(mine).scalar_one():
            connection.rollback()
            time.sleep(PAUSE)
        # nothing is said in this transaction while the audit goes on
        connection.execute(sa.text("SET LOCAL idle_in_transaction_session_timeout = 0"))
        try:
            yield
        finally:
            # a connection that was lost meanwhile has given the turn back already
            with contextlib.suppress(sa.exc.DBAPIError):
                connection.rollback()


@contextlib.contextmanager
def _of_file(folder: Path, dataset: str) -> Iterator[None]:
    """The turn is a lock on a file: SQLite serves one machine, and so does this."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"turn-{hashlib.sha256(dataset.encode()).hexdigest()[:16]}"
    while True:
        with path.open("ab") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            if not _is_at(path, file):
                continue  # whoever had the turn before us has removed the file with it
            os.utime(path)  # one left by a kill may be old enough to be swept; now it is in use
            try:
                yield
            finally:
                path.unlink(missing_ok=True)
            return


def _is_at(path: Path, file: IO[bytes]) -> bool:
    try:
        return os.path.samestat(path.stat(), os.fstat(file.fileno()))
    except FileNotFoundError:
        return False
