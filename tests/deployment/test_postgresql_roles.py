"""docs/operations.md, section PostgreSQL: its statements, and an audit under them."""

import traceback
from pathlib import Path

import psycopg
import pytest
from documented_roles import documented, opened, record_a_run, run
from tiny_dataset import write_tiny

from pipelines.model.errors import ConfigError
from pipelines.stages.ledger_view import inspect_store
from pipelines.store import runs


@pytest.fixture
def addresses(postgresql):
    """Owner and audit role in such a database, and what is granted once the tables are there."""
    with documented(postgresql) as made:
        yield made.owner, made.audit, made.narrow


def test_an_audit_needs_no_more_than_the_documented_rights(addresses, tmp_path: Path):
    owner, audit, narrow = addresses
    home = tmp_path / "home"
    with pytest.raises(ConfigError, match="may not read or upgrade") as caught:
        opened(home, audit)
    assert "choose-another" not in "".join(traceback.format_exception(caught.value))
    opened(home, owner).engine.dispose()
    run(owner, narrow)

    store = opened(home, audit)
    record_a_run(store, write_tiny(tmp_path))
    assert [found.state for found in runs.all_runs(store)] == [runs.SEALED]
    assert inspect_store(store).reason == "ok"
    store.engine.dispose()

    refused = [
        "ALTER TABLE gates DISABLE TRIGGER gates_refuse_change",
        "UPDATE gates SET gate = 'pass'",
        "DELETE FROM runs",
        "TRUNCATE ledger_entries",
        "DROP TABLE decisions",
        "CREATE TABLE mine (a int)",
        "UPDATE alembic_version SET version_num = '0000'",
        "INSERT INTO alembic_version VALUES ('0000')",
    ]
    for statement in refused:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            run(audit, statement)
