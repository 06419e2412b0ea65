"""docs/operations.md, Back-up and restore: its commands, and what stands after them."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import postgres_server
import psycopg
import pytest
import sqlalchemy as sa
from documented_roles import documented, opened, record_a_run, run
from tiny_dataset import write_tiny

from pipelines.stages.ledger_view import inspect_store
from pipelines.store import runs
from pipelines.store.database import open_store

PAGE = Path(__file__).resolve().parents[2] / "docs" / "operations.md"
LEFT_OUT = ("audit.db", "keys", "tmp", "airflow")
RIGHTS = """
SELECT grantee, table_name, privilege_type FROM information_schema.role_table_grants
WHERE grantee = %s ORDER BY 1, 2, 3
"""


@pytest.fixture(scope="module")
def section() -> str:
    text = PAGE.read_text(encoding="utf-8")
    return text.split("## Back-up, restore, upgrade")[1].split("\n## ")[0]


def command(section: str, begins: str) -> str:
    """The command in backquotes that begins so."""
    return " ".join(next(re.finditer(f"`({begins}[^`]*)`", section))[1].split())


def carried_over(home: Path, other: Path) -> None:
    """Keys first, then the rest of the workspace, in another place."""
    shutil.copytree(home / "keys", other / "keys")
    left_out = shutil.ignore_patterns("audit.db*", *LEFT_OUT)
    shutil.copytree(home, other, ignore=left_out, dirs_exist_ok=True)


def test_the_page_names_what_is_left_out(section):
    said = section.partition("Then `$TDA_HOME` without ")[2].partition(". ")[0]
    assert {name.strip("*/") for name in re.findall("`([^`]+)`", said)} == set(LEFT_OUT)


def test_a_sqlite_store_is_whole_again_at_another_path(section, settings, tmp_path):
    store = open_store(settings)
    record_a_run(store, write_tiny(tmp_path))
    written = command(section, "python3 -c").replace("python3", sys.executable, 1)
    subprocess.run(
        ["sh", "-ec", written],
        cwd=tmp_path,
        env={**os.environ, "TDA_HOME": str(settings.home)},
        check=True,
    )
    other = tmp_path / "other"
    carried_over(settings.home, other)
    shutil.copy(tmp_path / "tda.db", other / "audit.db")
    assert not list(other.glob("audit.db-*"))

    url = f"sqlite:///{other / 'audit.db'}"
    restored = opened(other, sa.make_url(url))
    assert [one.state for one in runs.all_runs(restored)] == [runs.SEALED]
    assert inspect_store(restored).reason == "ok"
    assert inspect_store(restored).size == inspect_store(store).size


def test_a_postgresql_store_is_whole_again_with_the_rights_of_the_dump(
    section, postgresql, tmp_path
):
    home, other = tmp_path / "home", tmp_path / "other"
    with documented(postgresql) as made:
        opened(home, made.owner).engine.dispose()
        run(made.owner, made.narrow)
        store = opened(home, made.audit)
        record_a_run(store, write_tiny(tmp_path))
        size = inspect_store(store).size
        store.engine.dispose()
        before = rights(made.owner, made.audit)
        assert {right for _, table, right in before if table == "runs"} == {
            *("INSERT", "SELECT", "UPDATE")
        }

        client(postgresql, command(section, "pg_dump"), made.owner, tmp_path)
        postgresql.drop(made.owner)
        for role in (made.owner, made.audit):
            postgresql.execute(f"DROP ROLE {role.username}")
        run(postgresql.address, made.create)
        client(postgresql, command(section, "pg_restore"), made.owner, tmp_path)
        carried_over(home, other)

        assert rights(made.owner, made.audit) == before
        restored = opened(other, made.audit)
        assert [one.state for one in runs.all_runs(restored)] == [runs.SEALED]
        found = inspect_store(restored)
        assert (found.reason, found.size) == ("ok", size)
        restored.engine.dispose()
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            run(made.audit, "DELETE FROM runs")
        with pytest.raises(psycopg.errors.IntegrityConstraintViolation):
            run(made.owner, "DELETE FROM ledger_entries")


def rights(owner: sa.URL, audit: sa.URL) -> list[tuple[str, ...]]:
    """What the audit role may do, with which table."""
    plain = owner.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain) as connection:
        return connection.execute(RIGHTS, [audit.username]).fetchall()


def client(server: postgres_server.Server, written: str, owner: sa.URL, folder: Path) -> None:
    """Carry out a command of the page with the programs of this server, on this database."""
    program = written.split()[0]
    beside = Path(server.origin) / program
    found = str(beside) if beside.exists() else shutil.which(program)
    if found is None:
        postgres_server.missing(f"there is no {program}")
    names = re.sub(r"\btda\b(?!\.dump)", str(owner.database), written).replace(program, found, 1)
    subprocess.run(
        ["sh", "-ec", names],
        cwd=folder,
        env={
            **os.environ,
            "PGHOST": str(owner.host),
            "PGPORT": str(owner.port),
            "PGUSER": str(owner.username),
            "PGPASSWORD": str(owner.password),
        },
        check=True,
    )
