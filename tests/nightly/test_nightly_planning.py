"""The sweep finds each kind of change, and nothing where nothing has changed."""

import json
import os
import shutil
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from pipelines.model.nightly import Change, Planned, Standing
from pipelines.nightly import planning
from pipelines.nightly.planning import Policies, plan
from pipelines.stages import scan
from pipelines.store import registry, runs

NEXT = "2026-11-21T01:00:00+08:00"


def planned(house, at: str = NEXT, **changed) -> Planned:
    known = registry.find(house.store, "clocks")
    return plan(
        replace(known, **changed),
        at=datetime.fromisoformat(at),
        settings=house.settings,
        store=house.store,
        policies=Policies(),
    )


def test_an_unchanged_dataset_is_not_audited_again(audited):
    found = planned(audited)
    assert found.standing is Standing.UNCHANGED
    assert found.changes == ()
    assert found.last == runs.latest(audited.store, "clocks").id


@given(st.integers(0, 54 * 3600 - 1))
@examples(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_at_any_clock_before_the_first_term_ends_nothing_is_to_be_done(audited, seconds):
    # 54 hours after 20 Nov 01:00 (+8) is 22 Nov 07:00; the first withdrawal is at 08:00
    at = datetime.fromisoformat("2026-11-20T01:00:00+08:00") + timedelta(seconds=seconds)
    assert planned(audited, at.isoformat()).standing is Standing.UNCHANGED


def test_a_dataset_that_was_never_audited_is(house):
    house.add("clocks")
    assert planned(house).changes == (Change.NEVER_AUDITED,)


def grow(folder: Path) -> None:
    with (folder / "data.jsonl").open("a", encoding="utf-8") as file:
        file.write('{"id": "13", "who": "p-1", "text": "one more"}\n')


def touch(folder: Path) -> None:
    os.utime(folder / "data.jsonl", ns=(1, 1))


def add_file(folder: Path) -> None:
    shutil.copy(folder / "data.jsonl", folder / "data-2.jsonl")


def rename_file(folder: Path) -> None:
    (folder / "data.jsonl").rename(folder / "data-1.jsonl")


@pytest.mark.parametrize("change", [grow, touch, add_file, rename_file])
def test_another_listing_is_a_change_of_files(change, mended):
    change(mended.folder / "clocks")
    assert planned(mended).changes == (Change.FILES,)


def retitle(folder: Path) -> None:
    manifest = json.loads((folder / "dataset.yaml").read_text(encoding="utf-8"))
    manifest["title"] = {"en": "another title"}
    (folder / "dataset.yaml").write_text(json.dumps(manifest), encoding="utf-8")


def reword_licence(folder: Path) -> None:
    (folder / "LICENCE").write_text("do what we like", encoding="utf-8")


def withdraw(folder: Path) -> None:
    text = (folder / "c.csv").read_text(encoding="utf-8")
    (folder / "c.csv").write_text(text.replace("p-1,13(1)", "p-4,13(1)"), encoding="utf-8")


@pytest.mark.parametrize("change", [retitle, reword_licence, withdraw])
def test_another_manifest_or_document_is_a_change_of_the_manifest(change, mended):
    change(mended.folder / "clocks")
    assert planned(mended).changes == (Change.MANIFEST,)


def test_another_policy_is_a_change(audited):
    assert planned(audited, policy=None).changes == (Change.POLICY,)


def test_another_code_version_is_a_change(audited, monkeypatch):
    monkeypatch.setattr(planning, "code_version", lambda: "tda 99")
    assert planned(audited).changes == (Change.METHOD,)


def test_another_version_of_a_stage_is_a_change(audited, monkeypatch):
    monkeypatch.setattr(scan, "VERSION", "99")
    assert planned(audited).changes == (Change.METHOD,)


def test_a_setting_that_decides_results_is_a_change(audited):
    other = replace(audited.settings, max_record_bytes=1000)
    store = replace(audited.store, settings=other)
    known = registry.find(store, "clocks")
    at = datetime.fromisoformat(NEXT)
    found = plan(known, at=at, settings=other, store=store, policies=Policies())
    assert found.changes == (Change.METHOD,)


def test_evidence_that_is_gone_is_a_change(audited):
    last = runs.latest(audited.store, "clocks")
    table = runs.stage_tables(audited.store, last.id, "scan")[0]
    path = Path(table.uri)
    kept = path.read_bytes()
    path.unlink()
    try:
        assert Change.EVIDENCE in planned(audited).changes
    finally:
        path.write_bytes(kept)


@pytest.mark.parametrize(
    ("before", "at", "term"),
    [
        ("2026-11-22T07:59:59+08:00", "2026-11-22T08:00:00+08:00", {"consent": 1}),
        ("2026-11-25T23:59:59+08:00", "2026-11-26T00:00:00+08:00", {"licence": 1}),
        ("2026-11-28T23:59:59+08:00", "2026-11-29T00:00:00+08:00", {"contract": 1}),
        ("2026-12-01T11:59:59+08:00", "2026-12-01T12:00:00+08:00", {"consent": 1}),
        ("2026-12-10T23:59:59+08:00", "2026-12-11T00:00:00+08:00", {"qualification": 1}),
        ("2026-12-14T23:59:59+08:00", "2026-12-15T00:00:00+08:00", {"qualification": 1}),
        ("2026-12-24T23:59:59+08:00", "2026-12-25T00:00:00+08:00", {"waiver": 1}),
    ],
)
def test_a_term_ends_the_moment_after_its_last_day(before, at, term, audited):
    earlier, later = planned(audited, before), planned(audited, at)
    gained = {
        name: count - earlier.lapsed.get(name, 0)
        for name, count in later.lapsed.items()
        if count != earlier.lapsed.get(name, 0)
    }
    assert gained == term
    assert Change.LAPSED in later.changes


def test_a_consent_that_comes_into_force_is_a_change(audited):
    before = planned(audited, "2026-12-19T23:59:59+08:00")
    after = planned(audited, "2026-12-20T00:00:00+08:00")
    assert Change.BEGUN not in before.changes
    assert Change.BEGUN in after.changes


def test_a_manifest_that_is_gone_is_unreachable(mended):
    (mended.folder / "clocks" / "dataset.yaml").unlink()
    found = planned(mended)
    assert found.standing is Standing.UNREACHABLE
    assert found.last == runs.latest(mended.store, "clocks").id


def test_a_manifest_nobody_can_follow_is_unreadable(mended):
    (mended.folder / "clocks" / "dataset.yaml").write_text("dataset: [", encoding="utf-8")
    assert planned(mended).standing is Standing.UNREADABLE


def test_a_manifest_that_describes_another_dataset_is_not_taken_for_this_one(mended):
    path = mended.folder / "clocks" / "dataset.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace('"clocks"', '"other"', 1))
    found = planned(mended)
    assert found.standing is Standing.UNREADABLE
    assert "other" in str(found.problem)
