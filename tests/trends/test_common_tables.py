"""Files of both runs are compared by the digests of their tables, and take part in no change."""

import json
from datetime import UTC, datetime

import pytest

from pipelines import flow
from pipelines.engine.local import Local
from pipelines.stages import batching, changes_by_sql, few_changes
from pipelines.stages import tables_to_compare as choosing
from pipelines.stages.base import Silent
from pipelines.stages.changes import changes_between
from pipelines.store.database import open_store

MANIFEST = """
dataset: compared
title: {en: Compared}
purpose: fine_tune
files: ["*.jsonl"]
record: {text: [text]}
sources: [{id: own, type: self_produced, licence: {id: MIT}}]
personal_information: {present: unknown}
"""
TOLD = "write to office@example.org about the {} matter of the day and of nothing else"
FIRST = {
    "a.jsonl": [TOLD.format("first"), "quite another record that nothing is like"],
    "b.jsonl": [TOLD.format("second"), "a record of the changed file alone"],
    "c.jsonl": [TOLD.format("second"), TOLD.format("second") + "!"],
}
SECOND = FIRST | {"b.jsonl": ["a record of the changed file alone", TOLD.format("third")]}


@pytest.fixture
def compared(settings, tmp_path, monkeypatch):
    """Two runs between which one file of three has changed, each file a table of its own."""
    monkeypatch.setattr(batching, "SMALL_BYTES", 0)
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "dataset.yaml").write_text(MANIFEST, encoding="utf-8")
    store = open_store(settings)
    with Local(1, "256MB", settings.home / "tmp") as engine:
        found = []
        for day, files in ((19, FIRST), (20, SECOND)):
            for name, texts in files.items():
                lines = [json.dumps({"text": text}) for text in texts]
                (folder / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
            found.append(
                flow.begin(
                    folder / "dataset.yaml",
                    policy=None,
                    at=datetime(2026, 11, day, tzinfo=UTC),
                    owner="test",
                    settings=settings,
                    store=store,
                )
            )
            for _ in flow.carry_out(
                found[-1], settings=settings, store=store, engine=engine, progress=Silent()
            ):
                pass
        yield lambda: changes_between(*found, store=store, engine=engine)
    store.engine.dispose()


def test_a_comparison_leaves_no_evidence_that_no_run_has(compared, settings):
    before = set(settings.evidence.rglob("*.parquet"))
    compared()
    assert set(settings.evidence.rglob("*.parquet")) == before


def test_what_changed_is_named_where_it_changed(compared):
    changes = compared()
    assert changes.counts["hit removed"] == changes.counts["hit added"] == 1
    places = {(one.what, one.kind): (one.before, one.after) for one in changes.places}
    assert places["hit", "removed"] == ("b.jsonl#0", None)
    assert places["hit", "added"] == (None, "b.jsonl#1")
    # what stands in c was a repetition of a record of b, and is none any more
    assert changes.counts["pair removed"] >= 1


def test_the_counts_are_those_of_a_comparison_of_all_records(compared, monkeypatch):
    few = compared()
    monkeypatch.setattr(few_changes, "MOST_ROWS", 0)
    by_sql = compared()
    assert few == by_sql
    monkeypatch.setattr(choosing, "_scanned_alike", lambda *_: False)
    monkeypatch.setattr(
        changes_by_sql,
        "unsettled_pairs",
        lambda _, pairs, records: {
            **{f"{side}_pairs": pairs[side] for side in ("before", "after")},
            **{
                f"{side}_records": [*records["common"], *records[side]]
                for side in ("before", "after")
            },
        },
    )
    every = compared()
    assert (few.counts, few.details) == (every.counts, every.details)
