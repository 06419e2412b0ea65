"""A workspace that an earlier release really wrote, taken on by this one, on either database.

`earlier_releases/0004.tar.xz` holds what the release of 2026-11-21 (commit dbf284f, database 0004)
left after two nights over the datasets of the nightly tests, the second with one of them away: the
rows of every table, the evidence, the keys of that throw-away workspace, and the data.
"""

import base64
import json
import tarfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from expectations.policy import Policy
from pipelines.engine.local import Local
from pipelines.inquiry.draft import draft_answer
from pipelines.inquiry.request import Inquiry
from pipelines.model.nightly import Change, State
from pipelines.nightly.auditing import audit_changed, sweep
from pipelines.nightly.closing import close
from pipelines.report.writing import write_reports
from pipelines.settings import Settings
from pipelines.stages.audit_record import audit_record
from pipelines.stages.ledger_view import inspect_store
from pipelines.stages.profile import profile_of
from pipelines.stages.report import report_folder
from pipelines.store import database, registrations, registry, runs, stage_results, sweeps
from pipelines.store.database import Store, open_store, revision_of
from pipelines.store.engines import make_engine, writing
from pipelines.upkeep.evidence import evidence_lines

RELEASE = "0004"
ARCHIVE = Path(__file__).parent / "earlier_releases" / f"{RELEASE}.tar.xz"
GATES = {"clocks": "fail", "plain": "incomplete"}
NIGHTS = [datetime.fromisoformat(f"2026-11-{day}T01:00:00+08:00") for day in (20, 21, 22)]


@pytest.fixture
def upgraded(empty_database_url: str, tmp_path: Path) -> Iterator[Store]:
    """The workspace of the earlier release, opened by this one."""
    with tarfile.open(ARCHIVE) as archive:
        archive.extractall(tmp_path, filter="data")
    home = tmp_path / "home"
    home.joinpath("keys").chmod(0o700)
    engine = make_engine(empty_database_url)
    fill(engine, json.loads((tmp_path / "rows.json").read_text(encoding="utf-8")))
    assert revision_of(engine) == RELEASE
    engine.dispose()
    store = open_store(Settings(home=home, database_url=empty_database_url, workers=1))
    assert revision_of(store.engine) == database.HEAD
    yield store
    store.engine.dispose()


def fill(engine: sa.Engine, rows: dict[str, list[dict[str, object]]]) -> None:
    """A database as the earlier release had it, with its rows."""
    config = Config()
    config.set_main_option("script_location", str(Path(database.__file__).with_name("migrations")))
    with writing(engine) as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, RELEASE)
    known = sa.MetaData()
    known.reflect(engine)
    with writing(engine) as connection:
        for table in known.sorted_tables:
            if table.name != "alembic_version" and rows[table.name]:
                shaped = [
                    {name: value_of(table.c[name], value) for name, value in row.items()}
                    for row in rows[table.name]
                ]
                connection.execute(table.insert(), shaped)
        if engine.dialect.name == "postgresql":  # given numbers do not move its counters
            for table in known.sorted_tables:
                if "id" in table.c and table.c.id.type.python_type is int:
                    counter = sa.func.pg_get_serial_sequence(table.name, "id")
                    highest = sa.select(sa.func.max(table.c.id)).scalar_subquery()
                    connection.execute(sa.select(sa.func.setval(counter, highest)))


def value_of(column: sa.Column, value: object) -> object:
    """`value` of the JSON as the driver takes it."""
    if isinstance(value, dict):
        return base64.b64decode(value["base64"])
    if value is None:
        return None
    kind = column.type.python_type
    if kind is datetime:
        moment = datetime.fromisoformat(str(value))
        return moment.replace(tzinfo=UTC) if column.type.timezone else moment
    return bool(value) if kind is bool else value


def test_every_value_on_record_is_read(upgraded: Store):
    found = runs.all_runs(upgraded)
    assert [run.dataset for run in found] == ["clocks", "plain"]
    for run in found:
        dataset = registrations.dataset_at(upgraded, run.registration)
        assert dataset.id == run.dataset
        assert len(runs.findings_of(upgraded, run.id)) == 80
        assert runs.gate_of(upgraded, run.id).gate == GATES[run.dataset]
        assert len(stage_results.stages_of(upgraded, run.id)) == 11
        assert profile_of(run.id, upgraded).records > 0
        assert Policy.from_json(runs.policy_text(upgraded, run.id)).version
    # the name of this field was another one then
    clocks = registrations.dataset_at(upgraded, found[0].registration).annotation
    assert clocks is not None
    assert clocks.layout.timestamp_formats == ("%Y-%m-%dT%H:%M:%S%z",)
    night = sweeps.latest_night(upgraded)
    assert night is not None
    assert [one.state for one in night.datasets] == [State.REUSED, State.UNREACHABLE]
    assert sweeps.attempts_of(upgraded, night.sweep) == {}


def test_its_ledger_and_its_evidence_are_whole(upgraded: Store):
    inspected = inspect_store(upgraded)
    assert (inspected.reason, inspected.size) == ("ok", 27)
    # its tables of records lack the columns that were added since, and are not called damaged
    assert [line.state for line in evidence_lines(upgraded, deep=True)] == ["ok"]


def test_a_report_of_it_is_written_again_and_answers_an_inquiry(upgraded: Store):
    run = runs.latest(upgraded, "clocks")
    with Local(1, "256MB", upgraded.settings.home / "tmp") as engine:
        record = audit_record(run.id, upgraded, engine)
    written = write_reports(record, report_folder(upgraded.settings, run.id))
    said = json.loads(written["json"].read_text(encoding="utf-8"))
    assert said["identity"]["run"] == run.id
    # its data, and the register of people among it, are nowhere to be found
    assert [person["id"] for person in said["article_8"]["people"]] == ["A-01", "A-02"]

    inquiry = Inquiry(
        number="INQ-1",
        authority="The authority of a test",
        runs=("clocks",),
        requested_by="compliance",
        triggered_by="operator",
        due=None,
    )
    # refused where the ledger had been told of other findings than are read now
    draft = draft_answer(inquiry, at=NIGHTS[2], settings=upgraded.settings, store=upgraded)
    assert draft.runs == (run.id,)


def test_the_next_night_goes_on_from_its_nights(upgraded: Store, tmp_path: Path):
    last = runs.latest(upgraded, "clocks")
    data = tmp_path / "data"
    policy = data / "policy.yaml"
    registry.register(
        upgraded, "clocks", manifest=data / "clocks" / "dataset.yaml", policy=policy, at=NIGHTS[2]
    )
    given = {"settings": upgraded.settings, "store": upgraded}
    plan = sweep(owner="test", at=NIGHTS[2], **given)
    changes = {one.dataset: one.changes for one in plan.datasets}
    assert Change.METHOD in changes["clocks"]
    assert Change.EVIDENCE not in changes["clocks"], "it is whole, of another release"
    with Local(1, "256MB", upgraded.settings.home / "tmp") as engine:
        audit_changed(plan, plan.changed(), owner="test", engine=engine, **given)
    night = close(plan, **given)
    clocks, plain = night.datasets
    assert clocks.problem is None
    assert (clocks.state, clocks.gate, clocks.gate_before) == (State.AUDITED, "fail", "fail")
    assert clocks.run_before == last.id
    assert clocks.undone == 0
    assert (plain.state, plain.stale_since) == (State.UNREACHABLE, NIGHTS[1])
    assert inspect_store(upgraded).reason == "ok"
