"""The audit database makes itself, is migrated once, and does not forget; on either database."""

import importlib
import os
import pkgutil
import subprocess
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext

import pipelines.store
from pipelines.model.errors import ConfigError
from pipelines.settings import Settings
from pipelines.store import database
from pipelines.store.database import Store, complete_metadata, open_store, revision_of
from pipelines.store.engines import make_engine, one_at_a_time, place_of, writing

ROOT = Path(__file__).resolve().parents[2]
MIGRATIONS = Path(database.__file__).parent / "migrations"
REVISIONS = sorted(path.name[:4] for path in (MIGRATIONS / "versions").glob("[0-9]*.py"))


def append_only() -> set[str]:
    """Every table a module of the store declares as append-only."""
    found: set[str] = set()
    for module in pkgutil.iter_modules(pipelines.store.__path__):
        if module.name.endswith("tables"):
            loaded = importlib.import_module(f"pipelines.store.{module.name}")
            found |= set(getattr(loaded, "APPEND_ONLY", ()))
    return found


@pytest.fixture
def new(empty_database_url: str, settings_at) -> Settings:
    """The settings of a store nobody has opened yet."""
    return settings_at(empty_database_url)


@pytest.fixture
def settings_at(tmp_path: Path):
    return lambda url: Settings(home=tmp_path / "home", database_url=url, workers=1)


def test_the_migrations_make_exactly_the_declared_tables_from_nothing(new: Settings):
    store = open_store(new)
    with store.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), complete_metadata()) == []


def test_the_head_named_in_the_code_is_the_newest_file():
    assert REVISIONS[-1] == database.HEAD


@pytest.mark.parametrize("revision", REVISIONS[:-1])
def test_an_older_database_is_brought_to_the_newest_with_its_rows(new: Settings, revision: str):
    new.home.mkdir(exist_ok=True)
    engine = make_engine(new.database_url)
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with writing(engine) as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
    before = filled(engine)
    assert revision_of(engine) == revision
    store = open_store(new)
    assert revision_of(store.engine) == database.HEAD
    with store.engine.connect() as connection:
        for table, row in before.items():
            assert read(connection, table, list(row)) == row, table
    engine.dispose()


def filled(engine: sa.Engine) -> dict[str, dict[str, object]]:
    """One row in every table there is, parents first; what was written, as it is read back."""
    known = sa.MetaData()
    known.reflect(engine)
    written: dict[str, dict[str, object]] = {}
    with writing(engine) as connection:
        for table in known.sorted_tables:
            if table.name == "alembic_version":
                continue
            row = {column.name: value(column) for column in table.columns}
            connection.execute(table.insert().values(row))
            written[table.name] = read(connection, table.name, list(row))
    return written


def read(connection: sa.Connection, table: str, columns: list[str]) -> dict[str, object]:
    """The one row of `table`, as the driver gives it."""
    query = sa.select(*map(sa.column, columns)).select_from(sa.table(table))
    return dict(connection.execute(query).one()._mapping)


def value(column: sa.Column) -> object:
    kind = column.type.python_type
    if kind is datetime:
        return datetime(2026, 1, 1, tzinfo=UTC)
    if kind is date:
        return date(2026, 1, 1)
    return {bool: True, int: 1, bytes: b"x"}.get(kind, "x")


def test_opening_twice_changes_nothing(settings: Settings):
    open_store(settings)
    assert revision_of(open_store(settings).engine) == database.HEAD


OPEN = """
import sys
from pipelines.settings import read_settings
from pipelines.store.database import open_store, revision_of
print("ready", flush=True)
sys.stdin.readline()
print(revision_of(open_store(read_settings()).engine))
"""


def test_several_processes_may_open_a_new_store_at_once(new: Settings):
    environment = {**os.environ, "TDA_HOME": str(new.home), "TDA_DATABASE_URL": new.database_url}
    openers = [
        subprocess.Popen(
            [sys.executable, "-c", OPEN],
            env=environment,
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(4)
    ]
    for opener in openers:
        assert opener.stdout.readline() == "ready\n"
    for opener in openers:
        opener.stdin.write("go\n")
        opener.stdin.flush()
    assert {opener.communicate(timeout=300)[0] for opener in openers} == {f"{database.HEAD}\n"}


def test_a_database_of_a_newer_release_is_refused(settings: Settings):
    store = open_store(settings)
    with store.engine.begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(ConfigError) as caught:
        open_store(settings)
    assert "newer" in str(caught.value.message)


@pytest.mark.parametrize(
    "url",
    [
        "nonsense",
        "sqlite:////proc/none/audit.db",
        "mysql://tda:hidden-word@localhost/tda",
        "postgresql+psycopg://tda:a/hidden-word@localhost/tda",
        "postgresql+psycopg://tda:a:hidden-word@localhost:port/tda",
        "postgresql+psycopg://tda:hidden-word@127.0.0.1:9/tda?connect_timeout=5",
        "postgresql+psycopg://tda:hidden-word@127.0.0.1:9/tda?no_such_option=1",
    ],
)
def test_an_unusable_address_gets_a_sentence_and_is_not_quoted(url: str, settings_at):
    with pytest.raises(ConfigError) as caught:
        open_store(settings_at(url))
    assert "TDA_DATABASE_URL" in f"{caught.value.message} {caught.value.advice}"
    assert "hidden-word" not in "".join(traceback.format_exception(caught.value))
    assert "hidden-word" not in repr(settings_at(url))


def test_a_place_is_named_without_user_and_password():
    address = "postgresql://user:hidden-word@db.example:5433/tda"
    assert place_of(make_engine(address)) == "db.example:5433/tda"
    assert place_of(make_engine("sqlite:////var/audit.db")) == "/var/audit.db"


def test_an_error_of_the_database_quotes_no_value(store: Store):
    row = {"slot": 1, "id": "a value from the data"}
    added = complete_metadata().tables["workspaces"].insert()
    with writing(store.engine) as connection:
        connection.execute(added.values(row))
    with pytest.raises(sa.exc.IntegrityError) as caught, writing(store.engine) as connection:
        connection.execute(added.values(row))
    assert "a value from the data" not in str(caught.value)


def test_every_append_only_table_refuses_change_deletion_and_emptying(store: Store):
    names = append_only()
    assert names >= {"registrations", "gates", "ledger_entries", "workspaces"}
    with unchecked(store.engine) as connection:
        for name in sorted(names):
            table = complete_metadata().tables[name]
            row = {column.name: plain(column) for column in table.columns}
            connection.execute(table.insert().values(row))
    column = {name: next(iter(complete_metadata().tables[name].columns)).name for name in names}
    for name in sorted(names):
        statements = [f"UPDATE {name} SET {column[name]} = {column[name]}", f"DELETE FROM {name}"]
        if store.engine.dialect.name == "postgresql":
            statements.append(f"TRUNCATE {name} CASCADE")
        for statement in statements:
            with (
                pytest.raises(sa.exc.DBAPIError, match="append-only"),
                writing(store.engine) as connection,
            ):
                connection.execute(sa.text(statement))
        with store.engine.connect() as connection:
            assert connection.execute(sa.text(f"SELECT count(*) FROM {name}")).scalar() == 1


@contextmanager
def unchecked(engine: sa.Engine) -> Iterator[sa.Connection]:
    """A transaction that adds rows whose parents are not there."""
    if engine.dialect.name == "postgresql":
        with writing(engine) as connection:
            connection.execute(sa.text("SET LOCAL session_replication_role = replica"))
            yield connection
        return
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA foreign_keys = OFF")
        connection.rollback()
        raw = connection.connection.dbapi_connection
        raw.execute("PRAGMA foreign_keys = OFF")
        with connection.begin():
            yield connection
        raw.execute("PRAGMA foreign_keys = ON")


def plain(column: sa.Column) -> object:
    if hasattr(column.type, "impl_instance"):
        return datetime(2026, 1, 1, tzinfo=UTC)
    return value(column)


def test_moments_come_back_as_they_went_whatever_the_zone_of_the_server(store: Store):
    versions = complete_metadata().tables["versions"]
    edges = [
        datetime(1, 1, 1, tzinfo=UTC),
        datetime(2026, 11, 20, 1, 0, 0, 123456, tzinfo=UTC),
        datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC),
    ]
    common = {"dataset": "tiny", "files": 1, "bytes": 2**40}
    with writing(store.engine) as connection:
        for number, moment in enumerate(edges):
            row = {"digest": f"v{number}", "recorded_at": moment, **common}
            connection.execute(versions.insert().values(row))
    query = sa.select(versions.c.recorded_at).order_by(versions.c.digest)
    with store.engine.connect() as connection:
        assert list(connection.execute(query).scalars()) == edges


def test_a_level_of_isolation_set_by_the_administrator_changes_nothing(store: Store):
    if store.engine.dialect.name == "sqlite":
        return  # it has one level only
    name = store.engine.url.database
    with writing(store.engine) as connection:
        level = f"ALTER DATABASE {name} SET default_transaction_isolation = 'serializable'"
        connection.execute(sa.text(level))
    store.engine.dispose()
    again = open_store(replace(store.settings))
    with writing(again.engine) as connection:
        one_at_a_time(connection, "anything")
        level = connection.execute(sa.text("SHOW transaction_isolation")).scalar()
    assert level == "read committed"
