"""Whole nights: what changed is audited, what failed stays apart, what is stale says so."""

import json
import threading
from datetime import datetime

import pytest
import sqlalchemy as sa

from pipelines.engine.local import Local
from pipelines.ledger.canonical import parse
from pipelines.ledger.dsse import read_envelope
from pipelines.model.ids import DatasetId
from pipelines.model.nightly import Attempt, Change, State
from pipelines.model.outcome import Gate
from pipelines.nightly import auditing
from pipelines.nightly.closing import close
from pipelines.nightly.outcome import conclude
from pipelines.nightly.page import digest_page
from pipelines.nightly.text import digest_document, digest_text
from pipelines.report.writing import write_reports
from pipelines.stages import scan
from pipelines.stages.audit_record import audit_record
from pipelines.stages.ledger_view import inspect_store
from pipelines.stages.order import ORDER
from pipelines.stages.report import report_folder
from pipelines.store import registry, runs, sweeps
from pipelines.store.database import complete_metadata
from pipelines.store.ledger_entries import reading
from pipelines.store.nightly_tables import APPEND_ONLY

DAYS = [f"2026-11-{day}T01:00:00+08:00" for day in range(20, 28)]
STALE = datetime.fromisoformat(DAYS[1])


def states(night) -> dict[str, str]:
    return {found.dataset: found.state.value for found in night.datasets}


def of(night, name):
    return next(found for found in night.datasets if found.dataset == name)


def append_record(path) -> None:
    with path.with_name("data.jsonl").open("a", encoding="utf-8") as file:
        file.write('{"id": "new", "text": "write to ann.example@example.org about it"}\n')


def test_a_week_of_nights(house):
    paths = {name: house.add(name) for name in ("even", "grows", "breaks")}

    first = house.night(DAYS[0])
    assert set(states(first).values()) == {"audited"}
    assert first.complete
    assert of(first, "even").changes == (Change.NEVER_AUDITED,)
    assert sum(first.stages()) == 3 * len(ORDER)

    # one changed, one broke, one is as it was
    append_record(paths["grows"])
    whole = paths["breaks"].read_text(encoding="utf-8")
    paths["breaks"].write_text("dataset: [", encoding="utf-8")
    second = house.night(DAYS[1])
    assert states(second) == {"breaks": "not_audited", "even": "reused", "grows": "audited"}
    assert not second.complete
    assert of(second, "grows").changes == (Change.FILES,)
    assert of(second, "even").run == of(first, "even").run
    ran, reused, undone = second.stages()
    assert (ran + reused, undone) == (2 * len(ORDER), len(ORDER))
    assert reused > len(ORDER)
    broken = of(second, "breaks")
    assert (broken.run, broken.gate) == (of(first, "breaks").run, of(first, "breaks").gate)
    assert broken.stale_since == STALE
    assert broken.gate is not Gate.PASS or not broken.state.current

    # still broken, and gone: stale since the first night that could not look
    paths["breaks"].unlink()
    third = house.night(DAYS[2])
    assert states(third) == {"breaks": "unreachable", "even": "reused", "grows": "reused"}
    assert of(third, "breaks").stale_since == STALE
    assert third.stages() == (0, 2 * len(ORDER), len(ORDER))

    # mended, it is current again without a word of change but that
    paths["breaks"].write_text(whole, encoding="utf-8")
    fourth = house.night(DAYS[3])
    assert states(fourth) == {"breaks": "reused", "even": "reused", "grows": "reused"}
    assert of(fourth, "breaks").recovered
    assert of(fourth, "breaks").stale_since is None

    # and a night on which nothing happened says so
    fifth = house.night(DAYS[4])
    assert fifth.stages() == (0, 3 * len(ORDER), 0)
    assert digest_document(fifth)["changed"] == {}
    assert "Nothing has changed" in digest_text(fifth, "en")
    assert inspect_store(house.store).faults == ()

    said = (
        digest_text(second, "en")
        + digest_text(second, "zh")
        + json.dumps(digest_document(second), ensure_ascii=False)
    )
    assert "stages: 36 (" in said
    assert "stale since 2026-11-21 01:00 UTC+8" in said
    assert "example.org" not in said


def test_a_dataset_that_breaks_in_the_middle_of_an_audit_stops_no_other(house, monkeypatch):
    for name in ("first", "second", "third"):
        house.add(name)
    whole = scan.scan

    def fragile(run_id, **given):
        if runs.run(given["store"], run_id).dataset == "second":
            raise ZeroDivisionError("secret words of a record")
        return whole(run_id, **given)

    monkeypatch.setattr(scan, "scan", fragile)
    night = house.night(DAYS[0])
    assert states(night) == {"first": "audited", "second": "not_audited", "third": "audited"}
    broken = of(night, "second")
    assert (broken.run, broken.gate, broken.stale_since) == (None, None, night.at)
    assert (broken.ran + broken.reused, broken.undone) == (2, len(ORDER) - 2)
    assert "ZeroDivisionError" in str(broken.problem)
    assert "secret" not in json.dumps(digest_document(night))

    # the next night goes on where it stopped
    monkeypatch.setattr(scan, "scan", whole)
    night = house.night(DAYS[1])
    assert states(night) == {"first": "reused", "second": "audited", "third": "reused"}
    assert of(night, "second").recovered


def test_an_audit_that_left_no_word_is_not_taken_for_a_good_one(house):
    house.add("silent")
    at = datetime.fromisoformat(DAYS[0])
    plan = auditing.sweep(owner="test", at=at, settings=house.settings, store=house.store)
    night = close(plan, settings=house.settings, store=house.store)
    assert states(night) == {"silent": "not_audited"}
    assert of(night, "silent").stale_since == at


def test_a_retried_task_finds_its_plan_its_audits_and_its_night_again(house):
    house.add("once")
    one = house.night(DAYS[0], owner="airflow:nightly_audit/x")
    two = house.night(DAYS[0], owner="airflow:nightly_audit/x")
    assert one == two
    assert len(runs.all_runs(house.store)) == 1
    assert len(sweeps.attempts_of(house.store, one.sweep)) == 1


def test_a_licence_that_was_given_an_end_in_a_few_days_is_told_of_that_night(house):
    path = house.add("open")
    assert of(house.night(DAYS[0]), "open").due == ()
    ending = json.loads(path.read_text(encoding="utf-8"))
    ending["sources"][0]["licence"]["valid_to"] = "2026-11-25"
    path.write_text(json.dumps(ending), encoding="utf-8")
    (due,) = of(house.night(DAYS[1]), "open").due
    assert (due.term.value, due.days, due.entered) == ("licence", 7, 1)
    assert all(not again.entered for again in of(house.night(DAYS[2]), "open").due)


def test_a_licence_that_runs_out_is_told_of_ahead_and_audited_when_it_has(house):
    house.add("clocks", clocks=True)
    first = house.night(DAYS[0])
    told = {(due.term.value, due.days): due.entered for due in of(first, "clocks").due}
    assert told[("licence", 7)] == 1
    assert ("contract", 30) in told
    quiet = house.night(DAYS[1])
    assert of(quiet, "clocks").state is State.REUSED
    assert all(not due.entered or due.days < 30 for due in of(quiet, "clocks").due)
    lapsed = house.night(DAYS[7])
    found = of(lapsed, "clocks")
    assert found.state is State.AUDITED
    assert (found.lapsed["licence"], found.lapsed["consent"]) == (1, 1)
    assert any(shift.control == "SRC-06" for shift in found.new)
    said = digest_text(lapsed, "en")
    assert "Lapsed" in said
    assert "A-01" not in said


def test_the_ledger_holds_one_statement_a_night(house):
    house.add("sealed")
    night = house.night(DAYS[0])
    house.night(DAYS[0])
    with reading(house.store.engine) as book:
        entry = book.entry(f"{night.sweep}/sweep")
        kinds = [kept.predicate for kept in book.entries()]
    assert kinds.count("urn:tda:predicate:sweep:v1") == 1
    body = parse(read_envelope(entry.envelope).payload)["predicate"]
    assert body["datasets"][0]["state"] == "audited"
    assert body["stages"] == dict(zip(("ran", "reused", "undone"), night.stages(), strict=True))


def test_reports_of_a_day_are_whole_files_and_a_second_sweep_does_not_replace_the_first(house):
    house.add("twice")
    house.night(DAYS[0])
    house.night("2026-11-20T13:00:00+08:00")
    folder = house.settings.reports / "nightly"
    endings = ("json", "zh.txt", "en.txt", "zh.html", "en.html")
    expected = {f"2026-11-20{more}.{end}" for end in endings for more in ("", "-2")}
    assert {path.name for path in folder.iterdir()} == expected
    assert json.loads((folder / "2026-11-20-2.json").read_text("utf-8"))["counts"]["reused"] == 1


def test_the_page_shows_hostile_names_as_text_and_asks_for_nothing(house):
    path = house.add("shown")
    path.write_text("dataset: <script>alert(1)</script>\n", encoding="utf-8")
    page = digest_page(house.night(DAYS[0]), "en", stem="2026-11-20")
    assert "<script" not in page
    assert "default-src 'none'" in page
    assert "http" not in page.replace("http-equiv", "")


def test_a_retired_dataset_is_swept_no_longer_and_may_come_back(house):
    path = house.add("back")
    at = datetime.fromisoformat(DAYS[0])
    assert registry.retire(house.store, "back", at=at)
    assert registry.registered(house.store) == ()
    assert not registry.retire(house.store, "back", at=at)
    added = registry.register(house.store, "back", manifest=path, policy=None, at=at)
    assert added is registry.Registering.ADDED
    again = registry.register(house.store, "back", manifest=path, policy=None, at=at)
    assert again is registry.Registering.UNCHANGED
    other = registry.register(house.store, "back", manifest=path, policy=path, at=at)
    assert other is registry.Registering.UPDATED


@pytest.mark.parametrize("table", APPEND_ONLY)
def test_what_is_on_record_of_a_night_is_never_changed(table, house):
    house.add("kept")
    at = datetime.fromisoformat(DAYS[0])
    plan = auditing.sweep(owner="test", at=at, settings=house.settings, store=house.store)
    sweeps.record_attempt(house.store, plan.id, Attempt(dataset=DatasetId("kept"), run=None))
    if table == "nights":
        sweeps.record_night(house.store, conclude(plan, house.store))
    column = next(iter(complete_metadata().tables[table].columns)).name
    for statement in (f"UPDATE {table} SET {column} = {column}", f"DELETE FROM {table}"):
        with (
            house.store.engine.connect() as connection,
            pytest.raises(sa.exc.DBAPIError, match="append-only"),
        ):
            connection.execute(sa.text(statement))


def test_two_sweeps_at_once_get_numbers_of_their_own(house):
    house.add("both")
    house.night(DAYS[0])
    ended = []
    threads = [
        threading.Thread(target=lambda n=n: ended.append(house.night(DAYS[1], owner=f"o{n}")))
        for n in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)
    assert len({night.sweep for night in ended}) == 3
    assert len({night.previous for night in ended}) == 3, "two of them follow the same night"


def test_a_night_that_another_came_before_is_concluded_again(house):
    house.add("both")
    at = datetime.fromisoformat(DAYS[0])
    given = {"settings": house.settings, "store": house.store}
    plans = [auditing.sweep(owner=owner, at=at, **given) for owner in ("one", "two")]
    early, late = (conclude(plan, house.store) for plan in plans)
    assert sweeps.record_night(house.store, early) == early
    assert sweeps.record_night(house.store, late) is None
    assert sweeps.night_of(house.store, late.sweep) is None
    assert close(plans[1], **given).previous == early.sweep


def test_a_task_killed_between_the_seal_and_its_word_finds_what_it_sealed(house, monkeypatch):
    house.add("sealed")
    with monkeypatch.context() as patched:
        patched.setattr(sweeps, "record_attempt", fail)
        with pytest.raises(ZeroDivisionError):
            house.night(DAYS[0], owner="airflow:nightly_audit/x")
    night = house.night(DAYS[0], owner="airflow:nightly_audit/x")
    assert states(night) == {"sealed": "audited"}
    assert [run.id for run in runs.all_runs(house.store)] == [of(night, "sealed").run]


def test_a_report_written_again_has_the_people_of_its_run_and_not_those_of_today(house):
    path = house.add("clocks", clocks=True)
    (found,) = house.night(DAYS[0]).datasets
    folder = report_folder(house.settings, found.run)
    before = {file.name: file.read_bytes() for file in folder.iterdir()}
    register = path.with_name("annotators.csv")
    register.write_text(register.read_text("utf-8").replace("A-01", "A-99"), encoding="utf-8")
    with Local(1, "256MB", house.settings.home / "tmp") as engine:
        write_reports(audit_record(found.run, house.store, engine), folder)
    assert {file.name: file.read_bytes() for file in folder.iterdir()} == before
    assert b"A-01" in before["report.json"]


def fail(*_: object) -> None:
    raise ZeroDivisionError
