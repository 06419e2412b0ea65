"""`tda doctor` over a database that lost tables or triggers, or is older than the program."""

from collections.abc import Sequence
from datetime import UTC, datetime

import sqlalchemy as sa

from pipelines.language.catalogue import translate
from pipelines.store.database import HEAD, Store
from pipelines.upkeep.doctor import examine
from pipelines.upkeep.line import Line, State


def faults(store: Store) -> list[Line]:
    settings = store.settings
    environ = {"TDA_HOME": str(settings.home), "TDA_DATABASE_URL": settings.database_url}
    lines = examine(environ, now=datetime.now(UTC), deep=False)
    assert [line for line in lines if line.check == "database"]
    return [line for line in lines if line.state is State.WRONG]


def said(lines: Sequence[Line]) -> list[tuple[str, str]]:
    return [(line.check, translate(line.message, "en")) for line in lines]


def change(store: Store, statement: str) -> None:
    with store.engine.begin() as connection:
        connection.exec_driver_sql(statement)


def test_a_sound_store_has_nothing_to_mend(store):
    assert faults(store) == []


def test_every_table_that_is_gone_is_named(store):
    change(store, "DROP TABLE decisions")
    change(store, "DROP TABLE holds")
    assert said(faults(store)) == [
        ("database", "table decisions is gone"),
        ("database", "table holds is gone"),
    ]


def test_a_lost_table_that_every_check_reads_is_named_as_well(store):
    change(store, "ALTER TABLE runs RENAME TO former_runs")
    assert ("database", "table runs is gone") in said(faults(store))


def test_every_table_that_takes_changes_again_is_named(store):
    if store.engine.dialect.name == "postgresql":
        change(store, "DROP TRIGGER gates_refuse_truncate ON gates")
        change(store, "ALTER TABLE ledger_heads DISABLE TRIGGER ledger_heads_refuse_change")
        change(store, "ALTER TABLE holds ENABLE REPLICA TRIGGER holds_refuse_change")
    else:
        for name in ("gates_refuse_update", "ledger_heads_refuse_delete", "holds_refuse_update"):
            change(store, f"DROP TRIGGER {name}")
    assert said(faults(store)) == [
        ("database", "table gates no longer refuses changes"),
        ("database", "table holds no longer refuses changes"),
        ("database", "table ledger_heads no longer refuses changes"),
    ]


def test_who_may_upgrade_an_older_database_is_said(store):
    change(store, "UPDATE alembic_version SET version_num = '0001'")
    (line,) = faults(store)
    assert said([line]) == [
        ("database", f"the audit database is at 0001, older than this code ({HEAD})")
    ]
    remedy = translate(line.remedy, "en")
    on_postgresql = store.engine.dialect.name == "postgresql"
    assert ("tda_owner" in remedy) is on_postgresql
    assert ("the next tda command" in remedy) is not on_postgresql
    with store.engine.connect() as connection:
        found = connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()
    assert found == "0001"
