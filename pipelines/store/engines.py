"""Engines for the two databases the store may lie in, prepared so that both behave alike.

On either one a writer waits for another at most PATIENCE seconds, moments come back in UTC
whatever the server's zone, and an error quotes neither the address nor a value of a row.
"""

import hashlib
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa

from pipelines.model.errors import ConfigError
from pipelines.model.message import msg
from pipelines.store.append_only import GUARD_REPLACE

WRITES = "tda_writes"
"""Execution option of a connection whose transaction will write."""
PATIENCE = 300
"""Seconds a writer waits for its turn: another audit may be registering millions of consents."""
_TAKEN = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})
"""What another process is the cause of: without the details, the low eight bits of an error."""
CONNECT = 10
"""Seconds to wait for a server that does not answer; `?connect_timeout=` overrides it."""


def make_engine(url: str) -> sa.Engine:
    """An engine for `url`, which names an SQLite file or a PostgreSQL database.

    Raises:
        ConfigError: it names neither, or the driver of PostgreSQL is not installed.
    """
    try:
        address = sa.make_url(url)
        if address.drivername == "postgresql":
            address = address.set(drivername="postgresql+psycopg")
        make = {"sqlite": _sqlite, "postgresql+psycopg": _postgresql}[address.drivername]
        return make(address)
    except ModuleNotFoundError:
        raise ConfigError(
            msg("the driver of PostgreSQL is not installed"),
            advice=msg('install it: pip install "psycopg[binary]"'),
        ) from None
    except (sa.exc.ArgumentError, ValueError, KeyError):
        # without the cause: it may quote a part of the address, and the password in it
        raise ConfigError(
            msg("TDA_DATABASE_URL is not a database address"),
            advice=msg(
                "write sqlite:////absolute/path/audit.db or "
                "postgresql+psycopg://user:password@host/database; percent-encode what is neither "
                "letter nor digit in user and password"
            ),
        ) from None


@contextmanager
def writing(engine: sa.Engine) -> Iterator[sa.Connection]:
    """A transaction that will write: on SQLite it waits for its turn before its first read.

    A deferred SQLite transaction that reads, then writes after another process has written, fails
    at once whatever the time-out; one that asks for the write lock first only waits.
    """
    with engine.connect().execution_options(**{WRITES: True}) as connection, connection.begin():
        yield connection


def one_at_a_time(connection: sa.Connection, *what: str) -> None:
    """Others that ask for the same `what` wait until this transaction has ended.

    To be asked first in a transaction that looks for a row and adds it where there is none. On
    SQLite a transaction that writes is alone already.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(lock_number(*what))))


def lock_number(*what: str) -> int:
    """The number of the PostgreSQL advisory lock that stands for `what`."""
    digest = hashlib.sha256("\n".join(("tda", *what)).encode()).digest()
    return int.from_bytes(digest[:8], "big", signed=True)


def place_of(engine: sa.Engine) -> str:
    """Where the database is, without user and password: `host:port/database`, or a file."""
    address = engine.url
    if address.get_backend_name() == "sqlite":
        return address.database or ":memory:"
    host = address.host or address.query.get("host") or "local socket"
    named = host if isinstance(host, str) else ",".join(host)
    port = f":{address.port}" if address.port else ""
    return f"{named}{port}/{address.database or ''}"


def _sqlite(address: sa.URL) -> sa.Engine:
    in_memory = ":memory:" in (address.database or "") or address.query.get("mode") == "memory"
    if in_memory or not address.database:
        raise ConfigError(
            msg("TDA_DATABASE_URL names no file: such a database is gone with the command"),
            advice=msg(
                "write sqlite:////absolute/path/audit.db, or leave TDA_DATABASE_URL out: then it "
                "is audit.db in TDA_HOME"
            ),
        )
    engine = sa.create_engine(address, hide_parameters=True)
    sa.event.listen(engine, "connect", _prepare_sqlite)
    sa.event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # transactions begin in _begin_sqlite, DDL included
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {PATIENCE * 1000}")
    _write_ahead(cursor)
    cursor.execute("PRAGMA synchronous = FULL")  # a sealed entry survives a power cut
    cursor.execute(GUARD_REPLACE)
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()


def _write_ahead(cursor: sqlite3.Cursor) -> None:
    """Write-ahead logging is on.

    Of several processes that make a new database one switches it; SQLite turns the others away at
    once, whatever their time-out, so they ask again.
    """
    for _ in range(PATIENCE * 20):
        try:
            cursor.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF not in _TAKEN:  # a read-only disk stays read-only
                raise
            time.sleep(0.05)
        else:
            return
    cursor.execute("PRAGMA journal_mode = WAL")


def _begin_sqlite(connection: sa.Connection) -> None:
    writes = connection.get_execution_options().get(WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _postgresql(address: sa.URL) -> sa.Engine:
    engine = sa.create_engine(
        address,
        hide_parameters=True,
        # a lock is taken first and then looked under: the look has to see what came before it,
        # also where a database administrator has made another level the default
        isolation_level="READ COMMITTED",
        # a firewall may have cut a connection that lay idle through a long stage
        pool_pre_ping=True,
        connect_args={} if "connect_timeout" in address.query else {"connect_timeout": CONNECT},
    )
    sa.event.listen(engine, "connect", _prepare_postgresql)
    return engine


def _prepare_postgresql(connection: Any, _record: object) -> None:  # noqa: ANN401  psycopg's own
    with connection.cursor() as cursor:
        cursor.execute("SET TIME ZONE 'UTC'")
        cursor.execute(f"SET lock_timeout = '{PATIENCE}s'")
    connection.commit()
