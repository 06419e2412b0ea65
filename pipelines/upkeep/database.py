"""The audit database: reachable, whole, of this version, and still append-only."""

from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import sqlalchemy as sa

from pipelines.model.errors import ConfigError
from pipelines.model.message import msg
from pipelines.settings import Settings
from pipelines.store import database
from pipelines.store.database import HEAD, Store, complete_metadata, revision_of
from pipelines.store.engines import make_engine
from pipelines.store.evidence import EvidenceStore
from pipelines.upkeep.line import Line, failed, ok, wrong

_RESTORE = msg("stop every audit, then restore the database from the back-up")


def database_lines(settings: Settings) -> tuple[list[Line], Store | None]:
    """How the database is, and the store when all of it can be used; nothing is migrated."""
    try:
        engine = make_engine(settings.database_url)
        missing = _missing_file(engine)
        if missing is not None:
            return [_no_database(missing)], None
        revision = revision_of(engine)
        if revision != HEAD:
            return [_other_version(engine, revision)], None
        lost = list(_missing_tables(engine))
        faults = [*_damages(engine), *lost, *_missing_triggers(engine)]
    except ConfigError as error:
        return [failed("database", error)], None
    except sa.exc.DBAPIError as error:
        return [_unusable(settings, error)], None
    if lost:
        return faults, None  # whatever reads a table that is gone would only fail
    said = msg("the database answers and is at version {version}", version=HEAD)
    store = Store(engine, EvidenceStore(settings.evidence), settings)
    return faults or [ok("database", said)], store


def address_lines(settings: Settings) -> list[Line]:
    """What is wrong with the address alone, where there is no workspace to look into yet."""
    try:
        make_engine(settings.database_url).dispose()
    except ConfigError as error:
        return [failed("database", error)]
    return []


def _missing_file(engine: sa.Engine) -> str | None:
    name = engine.url.database
    if engine.dialect.name != "sqlite" or name is None or Path(name).exists():
        return None
    return name


def _no_database(path: str) -> Line:
    return wrong(
        "database",
        msg("there is no audit database at {path}", path=path),
        msg("check TDA_HOME and TDA_DATABASE_URL; a first audit makes one: tda audit MANIFEST"),
    )


def _unusable(settings: Settings, error: sa.exc.DBAPIError) -> Line:
    kind = type(error.orig).__name__ if error.orig is not None else type(error).__name__
    if settings.database_url.startswith("sqlite") and kind == "DatabaseError":
        return wrong("database", msg("the database file is damaged"), _RESTORE)
    return wrong(
        "database",
        msg("the audit database cannot be opened: {kind}", kind=kind),
        msg("check TDA_DATABASE_URL and TDA_HOME, and that the database is reachable"),
    )


def _other_version(engine: sa.Engine, revision: str | None) -> Line:
    if revision is not None and revision > HEAD:
        return wrong(
            "database",
            msg("the audit database is at {found}, newer than this code", found=revision),
            msg("install the version of tda that wrote it, or a newer one"),
        )
    if engine.dialect.name == "sqlite":
        upgrade = msg(
            "make a back-up while no audit runs; the next tda command brings it up to date"
        )
    else:
        # the role audits run as may not change a table, so not every next command will do
        upgrade = msg(
            "make a back-up while no audit runs; then run tda ledger head once as the role that "
            "owns the tables (tda_owner in docs/operations.md)"
        )
    return wrong(
        "database",
        msg(
            "the audit database is at {found}, older than this code ({head})",
            found=revision or "-",
            head=HEAD,
        ),
        upgrade,
    )


def _damages(engine: sa.Engine) -> Iterator[Line]:
    if engine.dialect.name != "sqlite":
        return
    with engine.connect() as connection:
        found = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar()
    if found != "ok":
        yield wrong("database", msg("the database file is damaged"), _RESTORE)


def _missing_tables(engine: sa.Engine) -> Iterator[Line]:
    there = set(sa.inspect(engine).get_table_names())
    for table in sorted(complete_metadata().tables.keys() - there):
        yield wrong("database", msg("table {table} is gone", table=table), _RESTORE)


def _missing_triggers(engine: sa.Engine) -> Iterator[Line]:
    """Append-only tables that would take a change."""
    if engine.dialect.name == "sqlite":
        query, events = (
            "SELECT name FROM sqlite_master WHERE type = 'trigger'",
            ("update", "delete"),
        )
    else:
        query, events = (
            # neither disabled nor for replicas only
            "SELECT tgname FROM pg_trigger WHERE tgenabled IN ('O', 'A')",
            ("change", "truncate"),
        )
    with engine.connect() as connection:
        there = {str(row[0]) for row in connection.exec_driver_sql(query)}
    known = set(sa.inspect(engine).get_table_names())
    for table in sorted(known.intersection(append_only_tables())):
        if any(f"{table}_refuse_{event}" not in there for event in events):
            yield wrong(
                "database",
                msg("table {table} no longer refuses changes", table=table),
                msg("find out who dropped its trigger, verify the ledger, restore the back-up"),
            )


def append_only_tables() -> tuple[str, ...]:
    """Every table whose rows are never changed, as the modules of the store declare them."""
    modules = [value for value in vars(database).values() if isinstance(value, ModuleType)]
    return tuple(name for module in modules for name in getattr(module, "APPEND_ONLY", ()))
