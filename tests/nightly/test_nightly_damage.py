"""Evidence that was damaged, deleted or exchanged stops no night, and is never trusted."""

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from pipelines.model.evidence import CONSENTS
from pipelines.model.nightly import Change, State
from pipelines.nightly import auditing, outcome
from pipelines.nightly.text import digest_document, digest_text
from pipelines.stages.ledger_view import inspect_store
from pipelines.stages.order import ORDER
from pipelines.store import runs
from pipelines.store.engines import writing
from pipelines.store.tables import registrations
from pipelines.store.terms import consent_tables
from pipelines.upkeep.doctor import examine
from pipelines.upkeep.evidence import evidence_lines
from pipelines.upkeep.line import State as LineState

DAYS = [f"2026-11-{day}T01:00:00+08:00" for day in range(20, 24)]


def of(night, name):
    return next(found for found in night.datasets if found.dataset == name)


def garbage(path: Path) -> None:
    path.write_bytes(b"garbage")


def inside(path: Path) -> None:
    """Other bytes where the moments are; the end of the file, with what it says of it, is whole."""
    given = pq.read_metadata(path).row_group(0).column(CONSENTS.get_field_index("given_at"))
    start = given.data_page_offset  # moments are written without a dictionary before them
    whole = bytearray(path.read_bytes())
    whole[start : start + given.total_compressed_size] = b"\xff" * given.total_compressed_size
    path.write_bytes(whole)


def consents(house) -> Path:
    last = runs.latest(house.store, "clocks")
    return house.store.evidence.table(next(consent_tables(house.store, last.id)))


def faults(house) -> list[str]:
    return [str(line.message) for line in evidence_lines(house.store, deep=True) if line.remedy]


@pytest.fixture
def two(house):
    house.add("clocks", clocks=True)
    house.add("healthy")
    house.night(DAYS[0])
    return house


@pytest.mark.parametrize("damage", [garbage, Path.unlink])
def test_consents_that_are_gone_or_garbage_are_written_anew(two, damage):
    damage(consents(two))
    assert len(faults(two)) == 1
    night = two.night(DAYS[3])
    found = of(night, "clocks")
    assert (found.state, of(night, "healthy").state) == (State.AUDITED, State.REUSED)
    assert Change.EVIDENCE in found.changes
    assert found.lapsed == {"consent": 1}, "what the plan could not count"
    assert night.complete
    assert "evidence was missing or damaged" in digest_text(night, "en")
    assert faults(two) == []
    assert of(two.night(DAYS[3], owner="again"), "clocks").state is State.REUSED


def test_consents_damaged_inside_leave_the_dataset_stale_and_the_others_go_on(two):
    inside(consents(two))
    night = two.night(DAYS[1])
    found = of(night, "clocks")
    assert (found.state, of(night, "healthy").state) == (State.NOT_AUDITED, State.REUSED)
    assert found.stale_since == night.at
    assert found.run == runs.latest(two.store, "clocks").id
    said = digest_text(night, "en")
    assert "cannot be read; tda doctor --deep says what to do" in said
    assert "stale since 2026-11-21 01:00 UTC+8" in said
    assert "tda doctor --deep" in digest_text(night, "zh")
    assert len(faults(two)) == 1

    # the remedy the doctor names
    consents(two).unlink()
    night = two.night(DAYS[2])
    assert (of(night, "clocks").state, of(night, "clocks").recovered) == (State.AUDITED, True)
    assert faults(two) == []


def test_damage_while_the_night_goes_on_leaves_no_current_gate(two, monkeypatch):
    close = outcome.conclude

    def damaged(plan, store):
        garbage(consents(two))
        return close(plan, store)

    monkeypatch.setattr("pipelines.nightly.closing.conclude", damaged)
    night = two.night(DAYS[1])
    assert of(night, "clocks").state is State.NOT_AUDITED
    assert of(night, "clocks").due, "licences are told of all the same"
    assert "cannot be read" in digest_text(night, "en")
    assert night.stages() == (0, len(ORDER), len(ORDER))


def test_a_dataset_that_breaks_the_comparison_stops_no_other(two, monkeypatch):
    whole = auditing.plan

    def fragile(known, **given):
        if known.dataset == "clocks":
            raise ZeroDivisionError("secret words of a record")
        return whole(known, **given)

    monkeypatch.setattr(auditing, "plan", fragile)
    night = two.night(DAYS[1])
    assert of(night, "clocks").state is State.NOT_AUDITED
    assert of(night, "healthy").state is State.REUSED
    assert "ZeroDivisionError" in digest_text(night, "en")
    assert "secret" not in str(digest_document(night))


def test_a_table_exchanged_for_another_is_not_trusted(two):
    last = runs.latest(two.store, "clocks")
    tables = runs.stage_tables(two.store, last.id, "register")
    labels = next(table for table in tables if table.kind == "labels")
    shutil.copy(two.store.evidence.table(labels), consents(two))
    night = two.night(DAYS[1])
    assert of(night, "clocks").state is State.AUDITED
    assert faults(two) == []


def test_a_registration_that_cannot_be_read_stops_no_other_and_is_named(two):
    last = runs.latest(two.store, "clocks")
    broken = registrations.c.content + "]"
    with writing(two.store.engine) as connection:
        connection.exec_driver_sql("DROP TRIGGER registrations_refuse_update")
        mine = registrations.c.id == last.registration
        connection.execute(registrations.update().where(mine).values(content=broken))
    night = two.night(DAYS[1])
    found = of(night, "clocks")
    assert (found.state, of(night, "healthy").state) == (State.NOT_AUDITED, State.REUSED)
    assert (found.run, found.gate, found.stale_since) == (last.id, None, night.at)
    said = digest_text(night, "en")
    assert "A stored Dataset cannot be read" in said
    assert "never audited" not in said
    assert inspect_store(two.store).faults == ()
    assert of(two.night(DAYS[2]), "clocks").stale_since == night.at

    lines = examine({"TDA_HOME": str(two.settings.home)}, now=datetime.now(UTC), deep=False)
    wrong = {line.check: str(line.message) for line in lines if line.state is LineState.WRONG}
    assert "A stored Dataset cannot be read" in wrong["evidence"]
    assert {"ledger", "temporaries"} <= {line.check for line in lines}, "the rest is looked at too"
