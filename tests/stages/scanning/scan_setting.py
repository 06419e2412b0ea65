"""A small dataset, registered and ingested, to be scanned."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa

from connectors.manifest import read_manifest
from expectations.policy import load_policy
from pipelines.engine.local import Local
from pipelines.model.evidence import KEYS
from pipelines.stages import ingest, scan
from pipelines.stages.base import Silent, StageOutput
from pipelines.store import registrations, runs, stage_results
from pipelines.store.database import Store

AT = datetime(2026, 11, 20, tzinfo=UTC)


ID = "11010519491231002X"


MANIFEST = """
dataset: scanned
title: {en: Scanned}
purpose: fine_tune
files: ["*.jsonl"]
record: {text: [question, answer], source: origin, subject: user, contact: author}
sources:
  - {id: web, type: self_collected_web, files: ["b*.jsonl"], licence: {id: MIT}}
  - {id: shop, type: commercial, licence: {id: MIT}}
personal_information: {present: unknown}
"""


def record(question, answer="yes", origin=None, user=None, author=None):
    return {
        "question": question,
        "answer": answer,
        "origin": origin,
        "user": user,
        "author": author,
    }


FIRST = [
    record("Where is it?", "In the shop.", origin="shop", user="u1", author="Li <li@example.com>"),
    record("我的身份证号是" + ID, "打 138-0013-8000", origin="nobody knows", user=" u1"),
    record("", None, user="  "),
]


SECOND = [record("WHERE is  it?", "in the SHOP.", user="u2"), record("a", None, origin="shop")]


def begun(store: Store, folder: Path) -> str:
    """A run that has been ingested."""
    dataset = read_manifest(folder / "dataset.yaml", roots=())
    registration = registrations.register(store, dataset, at=AT)
    run_id = runs.start(
        store,
        dataset=dataset.id,
        registration=registration,
        policy=load_policy().to_json(),
        policy_digest=load_policy().digest,
        code_version="tda test",
        at=AT,
        owner="test",
    )
    engine = Local(1, "256MB", store.settings.home / "tmp")
    output = ingest.ingest(
        run_id, settings=store.settings, store=store, engine=engine, progress=Silent()
    )
    stage_results.record(
        store,
        run_id,
        "ingest",
        run_id,
        position=1,
        version="1",
        summary=json.dumps(output.summary),
        tables=output.tables,
        reused=False,
        at=AT,
    )
    return run_id


def scanned(store: Store, run_id: str, workers: int = 1) -> StageOutput:
    with Local(workers, "256MB", store.settings.home / "tmp") as engine:
        return scan.scan(
            run_id, settings=store.settings, store=store, engine=engine, progress=Silent()
        )


def rows_of(store: Store, output: StageOutput, kind: str) -> list[dict]:
    tables = [store.evidence.read(t) for t in output.tables if t.kind == kind]
    assert all(table.schema == KEYS[kind][0] for table in tables)
    return pa.concat_tables(tables).to_pylist()


def written_in(tmp_path: Path) -> Path:
    """The folder with the manifest and two files, one line of which is broken."""
    data = tmp_path / "data"
    data.mkdir()
    (data / "dataset.yaml").write_text(MANIFEST, encoding="utf-8")
    lines = [json.dumps(r, ensure_ascii=False) for r in FIRST]
    lines.insert(1, '{"question": "broken')
    (data / "a.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    text = "".join(json.dumps(r) + "\n" for r in SECOND)
    (data / "b.jsonl").write_text(text, encoding="utf-8")
    return data
