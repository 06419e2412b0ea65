"""Opening the audit database: created, migrated, and with its folders."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from pipelines.model.errors import ConfigError
from pipelines.model.message import msg
from pipelines.settings import Settings
from pipelines.store import ledger_tables, tables, workspace_tables
from pipelines.store.append_only import GUARD_REPLACE
from pipelines.store.evidence import EvidenceStore

WRITES = "tda_writes"
"""Execution option of a connection whose transaction will write."""
HEAD = "0002"
"""The newest migration; a test compares it with the folder."""


@dataclass(frozen=True, slots=True)
class Store:
    """The database, the evidence beside it, and the settings both came from."""

    engine: sa.Engine
    evidence: EvidenceStore
    settings: Settings


def complete_metadata() -> sa.MetaData:
    """The MetaData with every table declared on it."""
    assert tables.runs.metadata is ledger_tables.ledger_entries.metadata  # noqa: S101
    assert tables.runs.metadata is workspace_tables.workspaces.metadata  # noqa: S101
    return tables.runs.metadata


def open_store(settings: Settings) -> Store:
    """The store of `settings`, its folders made and its database at the newest migration.

    Raises:
        ConfigError: the database cannot be opened, or is newer than this code.
    """
    for folder in (settings.home, settings.evidence, settings.reports):
        folder.mkdir(parents=True, exist_ok=True)
    settings.keys.mkdir(parents=True, exist_ok=True, mode=0o700)
    engine = make_engine(settings.database_url)
    try:
        _migrate(engine)
    except (sa.exc.DBAPIError, sa.exc.ArgumentError) as error:
        raise ConfigError(
            msg("the audit database cannot be opened: {kind}", kind=type(error).__name__),
            advice=msg("check TDA_DATABASE_URL and TDA_HOME, and that the database is reachable"),
        ) from error
    return Store(engine, EvidenceStore(settings.evidence), settings)


def make_engine(url: str) -> sa.Engine:
    """An engine for `url`; SQLite with WAL, foreign keys, and patience for other writers."""
    try:
        engine = sa.create_engine(url)
    except (sa.exc.ArgumentError, ModuleNotFoundError) as error:
        raise ConfigError(
            msg("TDA_DATABASE_URL is not a database address"),
            advice=msg("write sqlite:////absolute/path/audit.db or postgresql+psycopg://…"),
        ) from error
    if engine.dialect.name == "sqlite":
        sa.event.listen(engine, "connect", _prepare_sqlite)
        sa.event.listen(engine, "begin", _begin_sqlite)
    return engine


@contextmanager
def writing(engine: sa.Engine) -> Iterator[sa.Connection]:
    """A transaction that will write: on SQLite it waits for its turn before its first read.

    A deferred SQLite transaction that reads, then writes after another process has written, fails
    at once whatever the time-out; one that asks for the write lock first only waits.
    """
    with engine.connect().execution_options(**{WRITES: True}) as connection, connection.begin():
        yield connection


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # transactions begin in _begin_sqlite, DDL included
    cursor = connection.cursor()
    cursor.execute("PRAGMA busy_timeout = 60000")
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = FULL")  # a sealed entry survives a power cut
    cursor.execute(GUARD_REPLACE)
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()


def _begin_sqlite(connection: sa.Connection) -> None:
    writes = connection.get_execution_options().get(WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def revision_of(engine: sa.Engine) -> str | None:
    """The migration the database is at; None when it is empty."""
    if not sa.inspect(engine).has_table("alembic_version"):
        return None
    with engine.connect() as connection:
        found = connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()
    return None if found is None else str(found)


def _migrate(engine: sa.Engine) -> None:
    current = revision_of(engine)
    if current == HEAD:
        return
    if current is not None and current > HEAD:
        raise ConfigError(
            msg("the audit database is at {found}, newer than this code", found=current),
            advice=msg("install the version of tda that wrote it, or a newer one"),
        )
    # Alembic takes 0.3 s to import, and a database is migrated once
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    # one migrating process at a time: it has the write lock of SQLite, or this lock of PostgreSQL;
    # whoever waited finds the database at the newest migration, and Alembic does nothing
    with writing(engine) as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(sa.text("SELECT pg_advisory_xact_lock(7461001)"))
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
