"""The roles of docs/operations.md, section PostgreSQL, by its statements, and a run under them."""

import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import sqlalchemy as sa
from postgres_server import Server, closing_connections

from connectors.manifest import read_manifest
from pipelines.model.annotation import Annotator
from pipelines.model.audit import ControlResult, GateDecision
from pipelines.model.finding import Finding
from pipelines.model.ids import DatasetId, digest_of
from pipelines.model.message import msg
from pipelines.model.outcome import Gate, Outcome, Severity
from pipelines.settings import Settings
from pipelines.stages import seal
from pipelines.stages.base import Silent
from pipelines.store import registrations, runs, stage_results
from pipelines.store.database import Store, open_store

AT = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
DECISION = GateDecision(gate=Gate.PASS, reasons=(), after_repair=Gate.PASS, applied=1, catalogue=80)
FINDING = Finding(subject="dataset", outcome=Outcome.PASSED, message=msg("fine"))
RESULTS = (
    ControlResult(control="SRC-06", severity=Severity.HIGH, lowered=False, findings=(FINDING,)),
)
ROOT = Path(__file__).resolve().parents[2]


def blocks(suffix: str) -> list[str]:
    """The SQL of the section, with names of this test's own."""
    section = (
        (ROOT / "docs" / "operations.md").read_text(encoding="utf-8").split("## PostgreSQL")[1]
    )
    found = re.findall(r"```sql\n(.*?)```", section.split("\n## ")[0], re.DOTALL)
    return [re.sub(r"\btda(_owner|_audit)?\b", rf"\g<0>{suffix}", block) for block in found]


def run(address: sa.URL, block: str) -> None:
    plain = address.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain, autocommit=True) as connection:
        for statement in filter(None, map(str.strip, block.split(";"))):
            connection.execute(statement.encode())


def opened(home: Path, address: sa.URL) -> Store:
    url = address.render_as_string(hide_password=False)
    return open_store(Settings(home=home, database_url=url, workers=1))


@dataclass(frozen=True)
class Documented:
    """Roles and database under names of this test's own, and the blocks of the section."""

    owner: sa.URL
    audit: sa.URL
    create: str
    grant: str
    narrow: str


@contextmanager
def documented(server: Server) -> Iterator[Documented]:
    """A database the documented statements made; it and its roles are gone in the end."""
    suffix = f"_{secrets.token_hex(4)}"
    create, grant, narrow = blocks(suffix)
    named = server.address.set(database=f"tda{suffix}")
    owner = named.set(username=f"tda_owner{suffix}", password="choose-one")  # noqa: S106
    audit = named.set(username=f"tda_audit{suffix}", password="choose-another")  # noqa: S106
    found = Documented(owner=owner, audit=audit, create=create, grant=grant, narrow=narrow)
    run(server.address, create)
    try:
        run(owner, grant)
        with closing_connections():
            yield found
    finally:
        forget(server, found)


def forget(server: Server, made: Documented) -> None:
    """Database and roles are gone."""
    server.drop(made.owner)
    for role in (made.owner.username, made.audit.username):
        server.execute(f"DROP ROLE IF EXISTS {role}")


def record_a_run(store: Store, manifest: Path) -> None:
    """Everything an audit writes into the database, without the work between."""
    number = registrations.register(store, read_manifest(manifest), at=AT)
    registrations.record_people(store, number, [Annotator(id="A-01")], at=AT)
    run_id = runs.start(
        store,
        dataset=DatasetId("tiny"),
        registration=number,
        policy="{}",
        policy_digest=digest_of(b"policy"),
        code_version="tda 0.1.0",
        at=AT,
        owner="process:here:1:2",
    )
    seal.record_start(store, runs.run(store, run_id))
    runs.name_version(store, run_id, version=digest_of(b"v"), files=1, size=18, at=AT)
    for key in ("first", "second"):  # a resumed run replaces the marker of a stage
        stage_results.record(
            store,
            run_id,
            "sample",
            digest_of(key.encode()),
            position=6,
            version="1",
            summary="{}",
            tables=(),
            reused=False,
            at=AT,
        )
    runs.record_results(store, run_id, RESULTS)
    runs.record_gate(store, run_id, DECISION, at=AT)
    seal.seal(run_id, settings=store.settings, store=store, engine=None, progress=Silent())
    runs.finish(store, run_id)
