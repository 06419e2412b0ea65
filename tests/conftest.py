"""What tests of several rooms share: a workspace of their own, and the examples as audited."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from pipelines.model.ids import RunId
from pipelines.settings import Settings

# helpers that start services are imported by their plain names
sys.path.insert(0, str(Path(__file__).parent / "services"))

import postgres_server
from tda_process import tda

from pipelines.store.database import Store, open_store

ROOT = Path(__file__).resolve().parent.parent
CLOCK = "2026-11-20T01:00:00+08:00"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A workspace in a temporary folder, one worker, SQLite."""
    return settings_of(tmp_path / "home")


@pytest.fixture(scope="session")
def postgresql() -> Iterator[postgres_server.Server]:
    """A PostgreSQL server for the session; without one the test is skipped, or fails under CI."""
    try:
        with postgres_server.running() as server:
            yield server
    except postgres_server.NotHereError as error:
        postgres_server.missing(str(error))


@pytest.fixture(scope="session")
def migrated(
    postgresql: postgres_server.Server, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The name of a database at the newest migration, which a test's own is copied from."""
    address = postgresql.create()
    home = tmp_path_factory.mktemp("migrated")
    url = postgres_server.text_of(address)
    open_store(replace(settings_of(home), database_url=url)).engine.dispose()
    yield str(address.database)
    postgresql.drop(address)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database of this test: SQLite, then a migrated one of PostgreSQL."""
    yield from database_of(request, tmp_path, "migrated")


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database of this test without any table, on either one."""
    yield from database_of(request, tmp_path, None)


def database_of(
    request: pytest.FixtureRequest, tmp_path: Path, template: str | None
) -> Iterator[str]:
    if request.param == "sqlite":
        (tmp_path / "home").mkdir()
        yield settings_of(tmp_path / "home").database_url
        return
    server: postgres_server.Server = request.getfixturevalue("postgresql")
    address = server.create(request.getfixturevalue(template) if template else None)
    with postgres_server.closing_connections():
        yield postgres_server.text_of(address)
    server.drop(address)


@pytest.fixture
def store_settings(database_url: str, tmp_path: Path) -> Settings:
    """A workspace in a temporary folder, on SQLite and on PostgreSQL."""
    return replace(settings_of(tmp_path / "home"), database_url=database_url)


@pytest.fixture
def store(store_settings: Settings) -> Iterator[Store]:
    """An open store without any run, on SQLite and on PostgreSQL."""
    opened = open_store(store_settings)
    yield opened
    opened.engine.dispose()


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real data named by TDA_REAL_DATA; without it the test is skipped."""
    named = os.environ.get("TDA_REAL_DATA")
    if not named:
        pytest.skip("TDA_REAL_DATA NAMES NO FOLDER, SO NOTHING WAS TESTED ON REAL DATA")
    return Path(named)


def settings_of(home: Path) -> Settings:
    return Settings(home=home, database_url=f"sqlite:///{home / 'audit.db'}", workers=1)


@dataclass(frozen=True)
class Audited:
    """One example after `tda audit`: its JSON, and its evidence as tables."""

    home: Path
    exit_code: int
    json: dict[str, Any]
    tables: dict[str, pa.Table] = field(default_factory=dict)

    @property
    def findings(self) -> list[dict[str, Any]]:
        from pipelines.store import runs

        results = runs.findings_of(open_store(settings_of(self.home)), RunId(self.json["run_id"]))
        return [
            {
                "control": result.control,
                "outcome": finding.outcome.value,
                "subject": finding.subject,
                "places": list(finding.places),
                "count": finding.count,
            }
            for result in results
            for finding in result.findings
        ]

    @property
    def pairs(self) -> pa.Table:
        return self.table("relate", "pairs")

    @property
    def hits(self) -> pa.Table:
        return self.table("scan", "hits")

    @property
    def quarantine(self) -> pa.Table:
        return self.table("scan", "quarantine")

    def table(self, stage: str, kind: str) -> pa.Table:
        """All rows of `kind` the stage left."""
        from pipelines.store import runs

        store = open_store(settings_of(self.home))
        refs = runs.stage_tables(store, RunId(self.json["run_id"]), stage)
        return pa.concat_tables([store.evidence.read(ref) for ref in refs if ref.kind == kind])


@pytest.fixture(scope="session")
def audit_example(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Audited]:
    """Audits examples/NAME once a session, in a process of its own, and gives what came out."""
    known: dict[str, Audited] = {}

    def audited(name: str) -> Audited:
        if name not in known:
            home = tmp_path_factory.mktemp(name)
            manifest = ROOT / "examples" / name / "dataset.yaml"
            if name == "installed-packages":
                manifest = home / "collected" / "dataset.yaml"
                collect = ROOT / "examples" / name / "collect.py"
                command = [sys.executable, str(collect), str(manifest.parent)]
                subprocess.run(command, check=True, capture_output=True)
            known[name] = audit(home, manifest)
        return known[name]

    return audited


def audit(home: Path, manifest: Path, *more: str) -> Audited:
    """`tda audit MANIFEST --json` in the workspace `home`."""
    done = tda(home, "audit", manifest, "--json", "--at", CLOCK, *more)
    assert done.stdout, done.stderr
    return Audited(home, done.returncode, json.loads(done.stdout))
