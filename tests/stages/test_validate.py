import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from expectations.policy import load_policy
from pipelines import flow
from pipelines.engine.local import Local
from pipelines.stages import validate
from pipelines.stages.base import Silent
from pipelines.store import runs
from pipelines.store.database import Store, open_store

AT = datetime(2026, 11, 20, tzinfo=UTC)
MARK = "a sentence nobody but this test would write"
MANIFEST = """
dataset: validated
title: {en: Validated}
purpose: fine_tune
files: ["*.jsonl"]
record: {text: [text]}
sources:
  - {id: one, type: self_produced, files: ["a.jsonl"], licence: {id: null}}
  - {id: two, type: self_produced, files: ["b.jsonl"], licence: {id: null}}
personal_information: {present: unknown}
"""


@pytest.fixture
def store(settings) -> Store:
    return open_store(settings)


def profiled(store: Store, folder: Path) -> tuple[str, Local]:
    """A run that has come as far as its profile."""
    folder.mkdir()
    (folder / "dataset.yaml").write_text(MANIFEST, encoding="utf-8")
    lines = [json.dumps({"text": f"{MARK} {n * n}"}) for n in range(20)]
    (folder / "a.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (folder / "b.jsonl").write_text('{"text": ""}\n{"text": ""}\n', encoding="utf-8")
    run_id = flow.begin(
        folder / "dataset.yaml",
        policy=None,
        at=AT,
        owner="test",
        settings=store.settings,
        store=store,
    )
    engine = Local(1, "256MB", store.settings.home / "tmp")
    for name in ("register", "ingest", "scan", "relate", "profile"):
        flow.run_stage(
            name, run_id, settings=store.settings, store=store, engine=engine, progress=Silent()
        )
    return run_id, engine


def test_the_figures_of_a_real_run_are_validated_and_kept_as_evidence(store, tmp_path):
    run_id, engine = profiled(store, tmp_path / "data")
    output = validate.validate(
        run_id, settings=store.settings, store=store, engine=engine, progress=Silent()
    )
    (ref,) = output.tables
    rows = store.evidence.read(ref).to_pylist()
    status = {(row["suite"], row["expectation"], row["column"]): row["status"] for row in rows}
    between = "expect_column_values_to_be_between"
    assert status.pop(("fine_tune", between, "empty_share")) == "not_met"
    assert status.pop(("fine_tune", between, "repeated_share")) == "not_met"
    assert set(status.values()) == {"met"}
    assert {row["table"] for row in rows} == {"files", "languages", "profile", "sources", "totals"}
    assert output.summary == {
        "expectations": {"met": len(rows) - 2, "not_met": 2},
        "suites": ["common", "fine_tune"],
        "absent": ["annotators", "consents", "coverage", "label_shares", "labels"],
    }
    assert MARK not in json.dumps(rows)
    again = validate.validate(
        run_id, settings=store.settings, store=store, engine=engine, progress=Silent()
    )
    assert again.tables[0].digest == ref.digest


def test_the_key_follows_the_figures_and_the_suites_and_no_policy(store, tmp_path, monkeypatch):
    run_id, _ = profiled(store, tmp_path / "data")
    before = validate.inputs(run_id, store)
    assert set(before["suites"]) == {"common", "fine_tune"}
    assert json.dumps(before)
    assert load_policy().part(validate.POLICY) == {}
    monkeypatch.setattr(validate, "suite_text", lambda name: f"another {name}")
    assert validate.inputs(run_id, store) != before
    assert runs.dataset_of(store, run_id).id == "validated"
