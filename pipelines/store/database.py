"""Opening the audit database: created, migrated, and with its folders."""

from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from pipelines.model.errors import ConfigError
from pipelines.model.message import msg
from pipelines.settings import Settings, make_folder
from pipelines.store import (
    inquiry_tables,
    ledger_tables,
    nightly_tables,
    retention_tables,
    tables,
    workspace_tables,
)
from pipelines.store.engines import make_engine, place_of
from pipelines.store.engines import writing as writing
from pipelines.store.evidence import EvidenceStore

HEAD = "0005"
"""The newest migration; a test compares it with the folder."""
NOT_ALLOWED = "42501"
"""SQLSTATE insufficient_privilege."""


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
    assert tables.runs.metadata is inquiry_tables.inquiry_decisions.metadata  # noqa: S101
    assert tables.runs.metadata is nightly_tables.nights.metadata  # noqa: S101
    assert tables.runs.metadata is retention_tables.holds.metadata  # noqa: S101
    return tables.runs.metadata


def open_store(settings: Settings) -> Store:
    """The store of `settings`, its folders made and its database at the newest migration.

    Raises:
        ConfigError: the database cannot be opened or is newer than this code, or a folder cannot
            be made.
    """
    for folder in (settings.home, settings.evidence, settings.reports):
        make_folder(folder)
    make_folder(settings.keys, mode=0o700)
    engine = make_engine(settings.database_url)
    try:
        _migrate(engine)
    except sa.exc.DBAPIError as error:
        engine.dispose()
        raise _unusable(engine, error) from error
    except ConfigError:
        engine.dispose()
        raise
    return Store(engine, EvidenceStore(settings.evidence), settings)


def _unusable(engine: sa.Engine, error: sa.exc.DBAPIError) -> ConfigError:
    if getattr(error.orig, "sqlstate", None) == NOT_ALLOWED:
        return ConfigError(
            msg(
                "this role may not read or upgrade the audit database {place}",
                place=place_of(engine),
            ),
            advice=msg(
                "run any command once as the role that owns the tables, and give this one the "
                "rights that docs/operations.md lists"
            ),
        )
    return ConfigError(
        msg(
            "the audit database {place} cannot be opened: {kind}",
            place=place_of(engine),
            kind=type(error).__name__,
        ),
        advice=msg("check TDA_DATABASE_URL and TDA_HOME, and that the database is reachable"),
    )


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
