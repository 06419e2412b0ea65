import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from connectors.manifest import read_manifest
from expectations.policy import load_policy
from pipelines.engine.local import Local
from pipelines.kernels.sketch_spec import DEFAULT
from pipelines.model.errors import EvidenceError
from pipelines.model.evidence import PAIRS
from pipelines.stages import ingest, relate, scan
from pipelines.stages.base import Silent, StageOutput
from pipelines.store import registrations, runs, stage_results
from pipelines.store.database import Store, open_store

AT = datetime(2026, 11, 20, tzinfo=UTC)
MANIFEST = """
dataset: related
title: {en: Related}
purpose: fine_tune
files: ["*.jsonl"]
record: {text: [question, answer]}
sources: [{id: web, type: self_collected_web, licence: {id: MIT}}]
personal_information: {present: false}
"""
LONG = "A question that is long enough to be nearly, but not quite, the same as another one"
FIRST = [(LONG, "Yes."), ("", None), ("Where?", "Here."), ("broken", None)]
SECOND = [("where?", "HERE."), (LONG + "!", "Yes."), (" ", ""), (LONG + "!", "YES."), ("No", "no")]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    data = tmp_path / "data"
    data.mkdir()
    (data / "dataset.yaml").write_text(MANIFEST, encoding="utf-8")
    for name, rows in (("a.jsonl", FIRST), ("b.jsonl", SECOND)):
        lines = [json.dumps({"question": q, "answer": a}) for q, a in rows]
        text = "\n".join(lines).replace('{"question": "broken", "answer": null}', "{broken") + "\n"
        (data / name).write_text(text, encoding="utf-8")
    return data


@pytest.fixture
def store(settings) -> Store:
    return open_store(settings)


@pytest.fixture
def engine(settings):
    with Local(1, "256MB", settings.home / "tmp") as local:
        yield local


def begun(store: Store, folder: Path, engine: Local, policy: str | None = None) -> str:
    """A run that has been ingested and scanned."""
    dataset = read_manifest(folder / "dataset.yaml", roots=())
    default = load_policy(None)
    run_id = runs.start(
        store,
        dataset=dataset.id,
        registration=registrations.register(store, dataset, at=AT),
        policy=policy or default.to_json(),
        policy_digest=default.digest,
        code_version="tda test",
        at=AT,
        owner="test",
    )
    for position, stage in enumerate((ingest.ingest, scan.scan)):
        output = stage(
            run_id, settings=store.settings, store=store, engine=engine, progress=Silent()
        )
        keep(store, run_id, stage.__name__, output, position)
    return run_id


def keep(store: Store, run_id: str, stage: str, output: StageOutput, position: int) -> None:
    stage_results.record(
        store,
        run_id,
        stage,
        f"{run_id}-{stage}-{len(output.summary)}",
        position=position,
        version="1",
        summary=json.dumps(output.summary),
        tables=output.tables,
        reused=False,
        at=AT,
    )


def related(store: Store, run_id: str, engine: Local) -> StageOutput:
    return relate.relate(
        run_id, settings=store.settings, store=store, engine=engine, progress=Silent()
    )


def test_pairs_lead_from_every_removed_record_to_the_one_that_is_kept(store, folder, engine):
    run_id = begun(store, folder, engine)
    output = related(store, run_id, engine)
    assert [table.kind for table in output.tables] == ["pairs"]
    table = store.evidence.read(output.tables[0])
    assert table.schema.equals(PAIRS)
    assert [
        (r["kept_file"], r["kept_row"], r["removed_file"], r["removed_row"], r["method"])
        for r in table.to_pylist()
    ] == [
        ("a.jsonl", 2, "b.jsonl", 0, "exact"),
        ("a.jsonl", 0, "b.jsonl", 1, "near"),
        ("a.jsonl", 0, "b.jsonl", 3, "exact"),
    ]
    similarity = table["similarity"].to_pylist()
    assert similarity[0] == 1.0
    assert 0.8 < similarity[1] == similarity[2] < 1.0


def test_the_summary_counts_what_the_pairs_show(store, folder, engine):
    run_id = begun(store, folder, engine)
    output = related(store, run_id, engine)
    assert output.summary == {
        "records": 8,
        "empty": 2,
        "exact_duplicates": 2,
        "near_duplicates": 1,
        "clusters": 2,
        "candidates": 2,
        "crowded_keys": 0,
        "too_long_to_compare": 0,
        "threshold": "0.8",
        "keep": ["first"],
        "recall_at_threshold": "0.9983",
        "sketch": DEFAULT.name,
    }
    assert json.loads(json.dumps(output.summary)) == output.summary


def test_the_same_version_gives_the_same_table_with_other_workers(
    store, folder, engine, monkeypatch
):
    run_id = begun(store, folder, engine)
    first = related(store, run_id, engine)
    monkeypatch.setattr(relate, "AT_ONCE", 1)
    with Local(2, "100MB", store.settings.home / "tmp") as other:
        second = related(store, run_id, other)
    engine.close()  # which answers questions in a folder of its own until then
    assert first == second
    assert list((store.settings.home / "tmp").iterdir()) == []


def test_the_threshold_is_that_of_the_policy(store, folder, engine):
    policy = json.loads(load_policy(None).to_json())
    policy["duplicates"]["threshold"] = "0.999"
    run_id = begun(store, folder, engine, json.dumps(policy))
    summary = related(store, run_id, engine).summary
    assert (summary["threshold"], summary["near_duplicates"]) == ("0.999", 0)
    assert summary["exact_duplicates"] == 2


def test_a_dataset_without_any_duplicate_leaves_an_empty_table(store, folder, engine):
    (folder / "b.jsonl").unlink()
    output = related(store, begun(store, folder, engine), engine)
    assert [(table.kind, table.rows) for table in output.tables] == [("pairs", 0)]
    assert output.summary["records"] == 3


def test_a_dataset_of_empty_texts_has_records_and_no_duplicates(store, folder, engine):
    (folder / "b.jsonl").unlink()
    (folder / "a.jsonl").write_text('{"question": null, "answer": " "}\n' * 3)
    output = related(store, begun(store, folder, engine), engine)
    assert output.summary["empty"] == output.summary["records"] == 3
    assert output.tables[0].rows == 0


def test_band_keys_of_another_sketch_are_refused(store, folder, engine):
    run_id = begun(store, folder, engine)
    summary = runs.stage_summary(store, run_id, "scan")
    schemes = {**summary["schemes"], "sketch": "affine32/seed1/k128/char5-nfkc-casefold-ws1/b21r6"}
    tables = tuple(runs.stage_tables(store, run_id, "scan"))
    other = StageOutput(summary={**summary, "schemes": schemes, "more": 1}, tables=tables)
    keep(store, run_id, "scan", other, 1)
    with pytest.raises(EvidenceError, match="two kinds cannot be compared"):
        related(store, run_id, engine)


def test_inputs_change_with_the_records_and_with_nothing_else(store, folder, engine):
    first = relate.inputs(begun(store, folder, engine), store)
    assert relate.inputs(begun(store, folder, engine), store) == first
    (folder / "b.jsonl").write_text('{"question": "new", "answer": "text"}\n')
    assert relate.inputs(begun(store, folder, engine), store) != first
    assert json.loads(json.dumps(first)) == first


def test_no_text_of_a_record_is_in_what_the_stage_leaves(store, folder, engine):
    output = related(store, begun(store, folder, engine), engine)
    left = json.dumps(output.summary) + "".join(
        str(store.evidence.read(table).to_pylist()) for table in output.tables
    )
    assert "question that" not in left
