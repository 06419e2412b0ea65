"""Evidence and reports of old runs go when nothing refers to them, and only then."""

import json
import os
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from pipelines.cli import main
from pipelines.language.catalogue import translate
from pipelines.ledger.dsse import read_envelope
from pipelines.ledger.keys import signing_key
from pipelines.ledger.log import append
from pipelines.ledger.statement import Predicate, Subject, statement
from pipelines.model.errors import ConfigError
from pipelines.model.ids import digest_of
from pipelines.stages.ledger_view import inspect_store
from pipelines.store import removals, runs, stage_results
from pipelines.store.database import Store
from pipelines.store.ledger_entries import appending, reading
from pipelines.store.tables import runs as run_rows
from pipelines.upkeep import holds, retention
from pipelines.upkeep.doctor import examine
from pipelines.upkeep.line import State
from pipelines.upkeep.retention import REPORT, Plan
from pipelines.upkeep.rules import THREE_YEARS, RetentionRules, read_rules

sys.path.insert(0, str(Path(__file__).parent))

from retention_view import AT, NOW, RULES, apply, plan, tables

LONG_AGO = (NOW - timedelta(days=4000)).timestamp()


WHO = {"by": "C-02", "reason": "letter of the authority"}


def going(found: Plan) -> dict[str, set[str]]:
    kinds = {REPORT: "reports", "document": "documents"}
    sets: dict[str, set[str]] = {"tables": set(), "reports": set(), "documents": set()}
    for item in found.going:
        sets[kinds.get(item.kind, "tables")].add(item.name)
    return sets


def test_what_only_old_runs_rest_on_goes_and_what_is_shared_stays(store, ids):
    old, kept = (ids["first"], ids["second"]), (ids["third"], ids["other"])
    found = plan(store)
    assert set(found.old) == set(old)
    expected = tables(store, *old) - tables(store, *kept)
    assert going(found)["tables"] == expected
    assert tables(store, *old) & tables(store, *kept)
    assert going(found)["reports"] == set(old)
    assert going(found)["documents"] == set()
    assert all(item.why for item in found.items if item not in found.going)


def test_documents_stay_and_each_run_has_those_it_was_registered_with(store):
    texts = ("the first text", "the second text", "the third text", "another text")
    expected = {digest_of(f"terms of {text}".encode()) for text in texts}
    apply(store)
    kept = {digest for kind, digest, _ in store.evidence.all() if kind == "document"}
    assert kept == expected


@pytest.mark.parametrize("table", ["holds", "evidence_removals"])
def test_the_history_of_holds_and_removals_takes_no_change(store, table):
    holds.place(store, "letter-13", "two", at=AT, **WHO)
    apply(store)
    for change in (f"UPDATE {table} SET event = 'x'", f"DELETE FROM {table}"):
        with pytest.raises(sa.exc.DBAPIError, match="append-only"), store.engine.begin() as opened:
            opened.execute(sa.text(change))


def test_a_plan_removes_nothing(store):
    before = sorted(path for path in store.settings.home.rglob("*") if path.is_file())
    assert plan(store).going
    after = sorted(path for path in store.settings.home.rglob("*") if path.is_file())
    assert [p for p in after if "audit.db" not in p.name] == [
        p for p in before if "audit.db" not in p.name
    ]


def test_removal_leaves_runs_findings_gates_and_the_ledger_and_says_so_in_it(store, ids):
    findings = runs.findings_of(store, ids["first"])
    size = entries(store)
    expected = plan(store).going
    removed = apply(store)
    assert {item.path for item in removed} == {item.path for item in expected}
    assert not [item for item in removed if item.path.exists()]
    assert runs.findings_of(store, ids["first"]) == findings
    assert runs.gate_of(store, ids["second"])
    assert not inspect_store(store).faults
    with reading(store.engine) as book:
        last = list(book.entries())[size:]
    assert [entry.predicate for entry in last] == [Predicate.RETENTION.type]
    said = json.loads(read_envelope(last[0].envelope).payload)["predicate"]
    assert (said["runs"], said["reports"]) == (2, 2)
    assert said["tables"] == len(removed) - 2
    assert said["bytes"] == sum(item.bytes for item in removed)
    assert plan(store).going == []
    assert apply(store) == ()
    environ = environment(store)
    lines = examine(environ, now=NOW, deep=True)
    assert [line for line in lines if line.state is State.WRONG] == []


def test_a_removed_result_is_absent_and_can_be_made_again(store, grown, ids):
    scanned = next(s for s in stage_results.stages_of(store, ids["first"]) if s.stage == "scan")
    assert stage_results.find(store, scanned.key) is not None
    for path in (store.settings.home / "evidence").rglob("*.parquet"):
        os.utime(path, (LONG_AGO, LONG_AGO))
    apply(store)
    assert stage_results.find(store, scanned.key) is None
    # the table is back in its place, but nobody vouches for it
    one = next(t for t in scanned.tables if t.digest in removed_digests(store, scanned))
    store.evidence.table(one).write_bytes(b"anything")
    assert stage_results.find(store, scanned.key) is None
    store.evidence.table(one).unlink()

    again = grown.audit(
        store.settings, grown.data / "one", "one", "the first text", "2026-11-20T00:00:00Z"
    )
    redone = next(s for s in stage_results.stages_of(store, again) if s.stage == "scan")
    assert {t.digest for t in redone.tables} == {t.digest for t in scanned.tables}
    assert stage_results.find(store, redone.key) is not None
    assert removed_digests(store, redone) == set()


def removed_digests(store: Store, stage) -> set[str]:
    with store.engine.connect() as connection:
        return removals.removed_among(connection, [table.digest for table in stage.tables])


@pytest.mark.parametrize("holder", ["inquiries", "holds"])
def test_what_an_inquiry_names_stays(store, ids, holder):
    folder = store.settings.home / holder / "2026-14"
    folder.mkdir(parents=True)
    (folder / "scope.json").write_text(json.dumps({"runs": [ids["first"]]}))
    found = plan(store)
    assert found.old == (ids["second"],)
    assert f"{holder}/2026-14" in translate(found.runs[ids["first"]], "en")
    one = sorted(going(found)["tables"])[0]
    (folder / "draft.bin").write_bytes(b"\x00" * (1024 * 1024 - 20) + one[7:].encode() + b"\x00")
    assert one not in going(plan(store))["tables"]


def test_an_inquiry_that_names_nothing_keeps_everything(store):
    (store.settings.home / "inquiries" / "2026-15").mkdir(parents=True)
    assert plan(store).going == []


def test_a_run_that_was_handed_over_stays(store, ids):
    person = "hmac-sha256:0a1b2c3d:" + "e" * 64
    said = statement(
        Predicate.EXPORT,
        key="export/1",
        at=AT,
        subjects=[Subject("bundle", digest_of(b"bundle"))],
        body={
            "export": "export-1",
            "purpose": "inquiry",
            "runs": [ids["second"]],
            "outcome": "approved",
            "decided_by": person,
            "reason": person,
            "files": 1,
            "bytes": 1,
        },
    )
    with appending(store.engine) as book:
        append(book, [said], key=signing_key(store.settings.keys))
    assert plan(store).old == (ids["first"],)


def test_a_run_that_has_not_ended_keeps_its_evidence(store, ids):
    with store.engine.begin() as connection:
        connection.execute(
            sa.update(run_rows).where(run_rows.c.id == ids["first"]).values(state=runs.RUNNING)
        )
    assert plan(store).old == (ids["second"],)


def test_the_newest_runs_stay_whatever_their_age(store, ids):
    far = datetime(2099, 1, 1, tzinfo=UTC)
    found = retention.plan(store, RULES, at=far, now=NOW)
    assert set(found.old) == {ids["first"], ids["second"]}
    assert plan(store, RetentionRules(runs=3)).old == ()


def test_evidence_used_a_moment_ago_stays_though_nothing_is_recorded_yet(store, ids):
    one = next(item for item in plan(store).going if item.kind == "records")
    os.utime(one.path)
    assert one.path not in [item.path for item in plan(store).going]
    # and where it is used between the plan and the removal, it is put back
    assert retention._remove(one, (NOW - retention.IN_USE).timestamp()) is False
    assert one.path.exists()


def test_reports_may_go_before_the_evidence_they_were_written_from(store, ids):
    found = plan(store, RetentionRules(report_days=10, shorter_because="written again on demand"))
    assert going(found)["reports"] == {ids["first"], ids["second"]}
    assert set(found.old) == {ids["first"], ids["second"]}
    rules = RetentionRules(evidence_days=100_000, report_days=10, shorter_because="as above, yes")
    assert going(plan(store, rules))["tables"] == set()
    assert going(plan(store, rules))["reports"] == {ids["first"], ids["second"]}


def test_less_than_three_years_takes_a_sentence():
    assert read_rules({}) == RetentionRules(evidence_days=THREE_YEARS, report_days=THREE_YEARS)
    for environ in (
        {"TDA_KEEP_EVIDENCE_DAYS": "30"},
        {"TDA_KEEP_REPORTS_DAYS": "1095", "TDA_KEEP_SHORTER_BECAUSE": "ok"},
        {"TDA_KEEP_EVIDENCE_DAYS": "0"},
        {"TDA_KEEP_RUNS": "none"},
        {"TDA_KEEP_EVIDENCE_DAYS": "999999"},
    ):
        with pytest.raises(ConfigError):
            read_rules(environ)
    because = {"TDA_KEEP_SHORTER_BECAUSE": "the pilot ends this month"}
    assert read_rules({"TDA_KEEP_EVIDENCE_DAYS": "30", **because}).evidence_days == 30


def test_the_commands_plan_hold_and_remove(store, ids, capsys, monkeypatch):
    for name, value in environment(store).items():
        monkeypatch.setenv(name, value)

    def tda(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            main(["retention", *arguments, "--lang", "en"])
        printed = capsys.readouterr()
        return int(ended.value.code or 0), printed.out, printed.err

    at = ("--at", AT.isoformat())
    code, out, _ = tda("plan", "--json", *at)
    document = json.loads(out)
    assert code == 0
    assert set(document["old_runs"]) == {ids["first"], ids["second"]}
    assert {item["kind"] for item in document["goes"]} >= {"records", REPORT}
    assert all(item["why"] for item in document["stays"])
    code, _, err = tda("apply", *at)
    assert code == 2
    assert "--yes" in err
    assert tda("hold", "letter-1", "one", "--by", "C-02", "--reason", "inquiry")[0] == 0
    assert json.loads(tda("holds", "--json")[1])[0]["target"] == "one"
    assert json.loads(tda("apply", "--yes", "--json", *at)[1])["removed"] == 0
    assert tda("release", "letter-1", "--by", "C-02", "--reason", "closed")[0] == 0
    assert "2 old runs" in tda("plan", *at)[1]
    removed = json.loads(tda("apply", "--yes", "--json", *at)[1])
    assert removed["removed"] == len(document["goes"])
    monkeypatch.setenv("TDA_KEEP_EVIDENCE_DAYS", "30")
    code, _, err = tda("plan", *at)
    assert code == 2
    assert "three years" in err


def environment(store: Store) -> dict[str, str]:
    return {
        "TDA_HOME": str(store.settings.home),
        "TDA_DATABASE_URL": store.settings.database_url,
    }


def entries(store: Store) -> int:
    with reading(store.engine) as book:
        return book.size()
