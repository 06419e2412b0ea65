"""From a sealed run to a sealed answer, and everything on the way that must stop it."""

import json
import re
import subprocess
from datetime import timedelta

import pytest
import sqlalchemy as sa

from pipelines.inquiry.draft import chosen_runs
from pipelines.inquiry.sealing import DIGESTS, RejectedError, seal_answer, sealed_folder
from pipelines.ledger.dsse import read_envelope
from pipelines.ledger.keys import public_keys
from pipelines.ledger.proof import verify_proof
from pipelines.model.errors import ConfigError, EvidenceError, LedgerError, TamperedError
from pipelines.stages.ledger_view import inspect_store
from pipelines.store import inquiries
from pipelines.store.ledger_entries import reading

NUMBER = "INQ-2026-0007"


def entry_of(office, key: str) -> dict:
    with reading(office.store.engine) as book:
        entry = book.entry(key)
    return json.loads(read_envelope(entry.envelope).payload)


def test_the_draft_is_a_folder_of_its_own(office):
    draft = office.draft()
    names = {p.relative_to(office.draft_folder).as_posix() for p in office.draft_folder.rglob("*")}
    pages = {f"{name}.{lang}.html" for name in ("report", "history") for lang in ("zh", "en")}
    reports = {f"runs/{office.run}/{name}" for name in pages | {"report.json"}}
    assert names - {"runs", f"runs/{office.run}"} == reports | {
        "cover.zh.html",
        "cover.en.html",
        "cover.json",
        "digests.sha256",
    }
    assert (draft.files, draft.runs) == (8, (office.run,))
    for page in office.draft_folder.rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        for link in re.findall(r'href="([^"#]+)', text):
            assert (page.parent / link).is_file(), (page, link)
        assert page.parent != office.draft_folder or "某市网信办" in text
        assert not re.findall(r'(?:src|href)="(?:https?:)?//', text)


def test_a_report_written_before_there_were_pages_of_history_can_be_cited(office):
    reported = office.settings.reports / office.run
    for page in reported.glob("history.*"):
        page.unlink()
    with pytest.raises(EvidenceError, match="history"):  # which its reports lead to
        office.draft()
    for page in reported.glob("report.*.html"):
        text = page.read_text(encoding="utf-8")
        page.write_text(re.sub(r'<p><a href="history.*?</a></p>', "", text), encoding="utf-8")
    assert office.draft().files == 6


def test_the_cover_says_what_the_store_says(office):
    office.draft()
    cover = json.loads((office.draft_folder / "cover.json").read_text(encoding="utf-8"))
    (run,) = cover["runs"]
    assert (run["run"], run["dataset"], run["gate"]) == (office.run, "support-dialogues", "fail")
    assert run["asked_as"] == "support-dialogues"
    listed = (office.draft_folder / "digests.sha256").read_text()
    for file in run["files"]:
        assert f"{file['digest'].removeprefix('sha256:')}  {file['path']}\n" in listed
    with reading(office.store.engine) as book:
        assert cover["ledger"]["size"] == book.newest_head().size


def test_an_approved_draft_is_recorded_and_sealed(office):
    draft = office.draft()
    entry = office.record(draft, office.decide(draft))
    sealed = seal_answer(NUMBER, entry, settings=office.settings, store=office.store)
    folder = sealed_folder(office.settings, NUMBER, entry)
    for listing in ("digests.sha256", DIGESTS):
        command = ["sha256sum", "--strict", "--quiet", "-c", listing]
        assert subprocess.run(command, cwd=folder, check=False).returncode == 0
    assert (folder / "digests.sha256").read_bytes() == (
        office.draft_folder / "digests.sha256"
    ).read_bytes()
    assert all(not path.stat().st_mode & 0o222 for path in folder.rglob("*") if path.is_file())

    proof = json.loads((folder / "proof.json").read_text())
    proven = verify_proof(proof, public_keys(office.settings.keys))
    assert proven.statement.key == entry
    said = json.loads(proven.statement.payload)
    assert said["subject"][0]["digest"]["sha256"] == draft.digest.removeprefix("sha256:")
    assert said["predicate"]["outcome"] == "approved"
    # sealing again, as a retried task would, changes nothing
    assert seal_answer(NUMBER, entry, settings=office.settings, store=office.store) == sealed
    assert inspect_store(office.store).faults == ()


def test_the_ledger_holds_neither_name_nor_word_of_who_decided(office):
    draft = office.draft()
    entry = office.record(draft, office.decide(draft))
    text = json.dumps(entry_of(office, entry))
    assert "dpo" not in text
    assert "legal" not in text
    (row,) = inquiries.decisions_on(office.store, NUMBER)
    assert (row["decided_by"], row["reason"]) == ("dpo", "reviewed with legal")
    assert (row["requested_by"], row["triggered_by"]) == ("compliance", "operator")


def test_a_rejection_is_recorded_and_seals_nothing(office):
    draft = office.draft()
    rejection = office.answer("Reject", reason="figures are missing")
    entry = office.record(draft, office.decide(draft, rejection))
    assert entry_of(office, entry)["predicate"]["outcome"] == "rejected"
    assert inquiries.decision(office.store, entry)["outcome"] == "rejected"
    with pytest.raises(RejectedError) as caught:
        seal_answer(NUMBER, entry, settings=office.settings, store=office.store)
    assert "was rejected" in str(caught.value.message)
    assert not (office.folder / "sealed").exists()


def test_a_decision_is_final_for_its_dag_run(office):
    draft = office.draft()
    approval = office.decide(draft)
    rejection = office.decide(draft, office.answer("Reject"))
    entry = office.record(draft, rejection)
    assert office.record(draft, rejection) == entry
    with pytest.raises(LedgerError):
        office.record(draft, approval)
    another = office.record(draft, approval, owner="airflow:answer_inquiry/manual__2")
    found = {row["entry"]: row["outcome"] for row in inquiries.decisions_on(office.store, NUMBER)}
    assert found == {entry: "rejected", another: "approved"}


def test_a_draft_changed_before_the_record_or_before_the_seal_is_not_handed_over(office):
    draft = office.draft()
    decision = office.decide(draft)
    entry = office.record(draft, decision)
    cover = office.draft_folder / "cover.en.html"
    cover.write_text(cover.read_text(encoding="utf-8") + " ", encoding="utf-8")
    with pytest.raises(EvidenceError):
        office.decide(draft)
    with pytest.raises(EvidenceError):
        seal_answer(NUMBER, entry, settings=office.settings, store=office.store)
    # nor does a list of digests help that was changed along with it
    office.draft(office.inquiry(authority="another"))
    with pytest.raises(ConfigError):
        office.decide(draft)
    with pytest.raises(EvidenceError):
        seal_answer(NUMBER, entry, settings=office.settings, store=office.store)
    assert list((office.folder / "sealed").iterdir()) == []


def test_a_store_that_says_other_than_the_ledger_is_not_reported(office):
    with office.store.engine.begin() as connection:
        connection.execute(sa.text("DROP TRIGGER gates_refuse_update"))
        connection.execute(
            sa.text("UPDATE gates SET content = replace(content, '\"fail\"', '\"pass\"')")
        )
    with pytest.raises(TamperedError):
        office.draft()
    assert not office.draft_folder.exists()


def test_a_ledger_that_does_not_verify_stops_the_draft(office):
    with office.store.engine.begin() as connection:
        connection.execute(sa.text("DROP TRIGGER ledger_entries_refuse_update"))
        connection.execute(
            sa.text("UPDATE ledger_entries SET leaf_hash = zeroblob(32) WHERE position = 0")
        )
    with pytest.raises(TamperedError):
        office.draft()


def test_a_report_that_is_missing_or_of_another_run_stops_the_draft(office):
    path = office.settings.reports / office.run / "report.json"
    report = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({**report, "gate": {**report["gate"], "gate": "pass"}}))
    with pytest.raises(EvidenceError) as caught:
        office.draft()
    assert "is not that of the sealed run" in str(caught.value.message)
    path.unlink()
    with pytest.raises(EvidenceError) as caught:
        office.draft()
    assert f"tda report {office.run}" in str(caught.value.advice)


def test_runs_are_named_by_id_or_by_dataset_each_once(office):
    asked = office.inquiry(runs=(office.run, "support-dialogues"))
    assert [run.id for run in chosen_runs(asked, office.store).values()] == [office.run]
    for unknown in ("no-such-set", "run-20260101-0000-00000000"):
        with pytest.raises(ConfigError):
            chosen_runs(office.inquiry(runs=(unknown,)), office.store)


def test_the_table_of_decisions_refuses_change_and_deletion(office):
    draft = office.draft()
    office.record(draft, office.decide(draft))
    for statement in ("UPDATE inquiry_decisions SET reason = ''", "DELETE FROM inquiry_decisions"):
        with pytest.raises(sa.exc.DBAPIError), office.store.engine.begin() as connection:
            connection.execute(sa.text(statement))
    assert office.decide(draft).decided_at - draft.drafted_at == timedelta(hours=1)
