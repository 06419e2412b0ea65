"""The audit database makes itself, is migrated once, and does not forget."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from pipelines.model.errors import ConfigError
from pipelines.settings import Settings
from pipelines.store import database, ledger_tables, tables
from pipelines.store.database import complete_metadata, open_store, revision_of


def test_the_newest_migration_makes_exactly_the_declared_tables(settings: Settings):
    store = open_store(settings)
    with store.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), complete_metadata()) == []


def test_the_head_named_in_the_code_is_the_newest_file():
    folder = Path(database.__file__).parent / "migrations" / "versions"
    newest = max(path.name for path in folder.glob("[0-9]*.py"))
    assert newest.startswith(database.HEAD)


def test_opening_twice_changes_nothing(settings: Settings):
    open_store(settings)
    store = open_store(settings)
    assert revision_of(store.engine) == database.HEAD


def test_several_processes_may_open_a_new_store_at_once(settings: Settings):
    with ThreadPoolExecutor(4) as pool:
        stores = list(pool.map(lambda _: open_store(settings), range(4)))
    assert {revision_of(store.engine) for store in stores} == {database.HEAD}


def test_a_database_of_a_newer_release_is_refused(settings: Settings):
    store = open_store(settings)
    with store.engine.begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(ConfigError) as caught:
        open_store(settings)
    assert "newer" in str(caught.value.message)


@pytest.mark.parametrize("url", ["nonsense", "sqlite:////proc/none/audit.db"])
def test_an_unusable_address_gets_a_sentence(url: str, tmp_path: Path):
    unusable = Settings(home=tmp_path, database_url=url, workers=1)
    with pytest.raises(ConfigError) as caught:
        open_store(unusable)
    assert "TDA_DATABASE_URL" in f"{caught.value.message} {caught.value.advice}"


@pytest.mark.parametrize("table", tables.APPEND_ONLY + ledger_tables.APPEND_ONLY)
def test_append_only_tables_refuse_change_and_deletion(table: str, settings: Settings):
    store = open_store(settings)
    columns = complete_metadata().tables[table].columns
    values = {column.name: _value(column) for column in columns}
    statement = complete_metadata().tables[table]
    with store.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
        connection.execute(statement.insert().values(values))
        name = next(iter(values))
        with pytest.raises(sa.exc.DBAPIError, match="append-only"):
            connection.execute(sa.text(f"UPDATE {table} SET {name} = {name}"))
        with pytest.raises(sa.exc.DBAPIError, match="append-only"):
            connection.execute(sa.text(f"DELETE FROM {table}"))
        assert connection.execute(sa.select(sa.func.count()).select_from(statement)).scalar() == 1


def _value(column: sa.Column) -> object:
    kind = column.type.python_type if not hasattr(column.type, "impl_instance") else None
    if kind is int:
        return 1
    if kind is bytes:
        return b"x"
    if kind is str:
        return "x"
    from datetime import UTC, datetime

    return datetime(2026, 1, 1, tzinfo=UTC)
