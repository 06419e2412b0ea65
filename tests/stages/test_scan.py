import hashlib
import json
import os
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from connectors.manifest import read_manifest
from expectations.policy import load_policy
from pipelines.engine.local import Local
from pipelines.kernels.minhash import band_keys
from pipelines.kernels.normalise import normalise, normalise_block
from pipelines.kernels.pseudonym import keyed_digest
from pipelines.model.errors import EvidenceError
from pipelines.model.evidence import KEYS
from pipelines.stages import batching, ingest, scan, shard
from pipelines.stages.base import Shards, Silent, StageOutput
from pipelines.store import registrations, runs, stage_results
from pipelines.store.database import Store, open_store
from pipelines.store.keys import identifier_key

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


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    data = tmp_path / "data"
    data.mkdir()
    (data / "dataset.yaml").write_text(MANIFEST, encoding="utf-8")
    lines = [json.dumps(r, ensure_ascii=False) for r in FIRST]
    lines.insert(1, '{"question": "broken')
    (data / "a.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    text = "".join(json.dumps(r) + "\n" for r in SECOND)
    (data / "b.jsonl").write_text(text, encoding="utf-8")
    return data


@pytest.fixture
def store(settings) -> Store:
    return open_store(settings)


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


def test_every_record_has_its_facts_digests_source_and_subject(store, folder):
    output = scanned(store, begun(store, folder))
    records = rows_of(store, output, "records")
    assert [(r["file"], r["row"]) for r in records] == [
        ("a.jsonl", 0),
        ("a.jsonl", 2),
        ("a.jsonl", 3),
        ("b.jsonl", 0),
        ("b.jsonl", 1),
    ]
    assert [r["source"] for r in records] == ["shop", None, None, "web", "shop"]
    key, key_id = identifier_key(store.settings)
    person = keyed_digest("subject", "u1", key, key_id)
    assert [r["subject"] for r in records[:3]] == [person, person, None]
    text = "Where is it?\nIn the shop."
    first = records[0]
    assert first["chars"] == len(text)
    assert first["normal_chars"] == len(normalise(text))
    assert first["lines"] == 2
    assert first["language"] == "en"
    framed = b"".join(
        b"\x01" + len(part).to_bytes(8, "big") + part.encode() for part in text.split("\n")
    )
    assert first["record_digest"] == hashlib.sha256(framed).digest()
    assert records[3]["record_digest"] != first["record_digest"]
    names = ("text_hash_high", "text_hash_low", "bands")
    assert [records[3][n] for n in names] == [first[n] for n in names]
    normal = normalise_block(pa.array([text], pa.large_string()))
    assert first["bands"] == band_keys(normal)[0].tolist()


def test_an_empty_text_has_no_bands_and_a_null_counts_as_empty(store, folder):
    output = scanned(store, begun(store, folder))
    empty = rows_of(store, output, "records")[2]
    assert (empty["normal_chars"], empty["chars"], empty["bands"]) == (0, 1, None)
    assert output.summary["empty"] == 1


def test_hits_have_a_place_a_type_and_a_keyed_digest_but_no_value(store, folder):
    output = scanned(store, begun(store, folder))
    hits = rows_of(store, output, "hits")
    key, key_id = identifier_key(store.settings)
    found = {(h["row"], h["column"], h["type"], h["tier"], h["sensitive"]) for h in hits}
    assert found == {
        (0, "author", "email", "valid", False),
        (2, "question", "id", "valid", True),
        (2, "answer", "mobile", "valid", False),
    }
    digests = {h["type"]: h["value_digest"] for h in hits}
    assert digests["mobile"] == keyed_digest("mobile", "13800138000", key, key_id)
    assert output.summary["valid_hits"] == 3
    kept = [p for p in store.settings.home.rglob("*") if p.is_file()]
    for value in (ID, "13800138000", "138-0013-8000", "li@example.com", "In the shop"):
        assert not any(value.encode() in path.read_bytes() for path in kept)
    table = next(t for t in output.tables if t.kind == "hits" and t.rows)
    assert ID not in str(pq.read_table(table.uri).to_pylist())


def test_what_could_not_be_read_is_counted_with_its_place(store, folder):
    output = scanned(store, begun(store, folder))
    (item,) = rows_of(store, output, "quarantine")
    assert (item["file"], item["row"], item["reason"]) == ("a.jsonl", 1, "malformed")
    summary = output.summary
    assert (summary["files"], summary["records"], summary["quarantined"]) == (2, 5, 1)
    assert summary["schemes"]["unidata_version"]


def test_the_result_is_the_same_with_any_number_of_workers(store, folder, tmp_path):
    run_id = begun(store, folder)
    alone = scanned(store, run_id)
    for marker in (store.settings.evidence / "shards").glob("*.json"):
        marker.unlink()
    together = scanned(store, run_id, workers=2)
    assert alone == together
    assert scan.inputs(run_id, store) == scan.inputs(run_id, store)


def test_a_scan_that_was_cut_off_goes_on_with_the_files_that_are_left(store, folder, monkeypatch):
    monkeypatch.setattr(batching, "SMALL_BYTES", 0)
    run_id = begun(store, folder)
    whole = scanned(store, run_id)
    markers = sorted((store.settings.evidence / "shards").glob("*.json"))
    assert len(markers) == 2
    markers[0].unlink()
    read, opened = shard.read, []
    monkeypatch.setattr(shard, "read", lambda path, r: opened.append(path) or read(path, r))
    again = scanned(store, run_id)
    assert again == whole
    assert len(opened) == 1
    assert whole.shards == Shards(scanned=2, reused=0)
    assert again.shards == Shards(scanned=1, reused=1)


def test_lost_evidence_is_made_again(store, folder):
    run_id = begun(store, folder)
    whole = scanned(store, run_id)
    lost = Path(next(t.uri for t in whole.tables if t.kind == "records"))
    lost.unlink()
    assert scanned(store, run_id) == whole
    assert lost.exists()


def test_another_source_mapping_is_another_result(store, folder):
    first = scan.inputs(begun(store, folder), store)
    manifest = folder / "dataset.yaml"
    manifest.write_text(manifest.read_text().replace("b*.jsonl", "a*.jsonl"), encoding="utf-8")
    run_id = begun(store, folder)
    assert scan.inputs(run_id, store)["origins"] != first["origins"]
    records = rows_of(store, scanned(store, run_id), "records")
    assert [r["source"] for r in records] == ["shop", "web", "web", None, "shop"]


def test_a_file_that_changed_since_it_was_hashed_is_named_after_the_others_are_done(store, folder):
    run_id = begun(store, folder)
    with (folder / "b.jsonl").open("a") as file:
        file.write("{}\n")
    with pytest.raises(EvidenceError, match=r"1 files.*b\.jsonl"):
        scanned(store, run_id)
    assert len(list((store.settings.evidence / "shards").glob("*.json"))) == 1


@pytest.mark.parametrize("small", [0, batching.SMALL_BYTES])
def test_a_change_that_keeps_the_size_is_noticed(store, folder, monkeypatch, small):
    monkeypatch.setattr(batching, "SMALL_BYTES", small)
    run_id = begun(store, folder)
    path = folder / "b.jsonl"
    before = path.stat()
    path.write_text(path.read_text().replace("WHERE", "THERE"))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert path.stat().st_size == before.st_size
    with pytest.raises(
        EvidenceError, match=r"b\.jsonl was changed while it was being audited"
    ) as e:
        scanned(store, run_id)
    assert "1 files" in str(e.value)
    assert len(list((store.settings.evidence / "shards").glob("*.json"))) == 1


def test_a_file_that_changes_while_it_is_read_is_noticed(store, folder, monkeypatch):
    run_id = begun(store, folder)
    read = shard.read

    def meddle(path, request):
        for block in read(path, request):
            yield block
            if path.name == "b.jsonl":
                path.write_text(path.read_text().replace("WHERE", "THERE"))

    monkeypatch.setattr(shard, "read", meddle)
    with pytest.raises(EvidenceError, match=r"1 files.*b\.jsonl was changed"):
        scanned(store, run_id)


def test_many_small_files_share_their_tables_and_say_the_same(store, folder, monkeypatch):
    for number in range(40):
        (folder / f"c{number:02d}.jsonl").write_text(json.dumps(record(f"text {number}")) + "\n")
    run_id = begun(store, folder)
    together = scanned(store, run_id)
    monkeypatch.setattr(batching, "SMALL_BYTES", 0)
    apart = scanned(store, run_id)
    assert together.summary == apart.summary
    for kind in ("records", "hits", "keywords", "quarantine"):
        assert rows_of(store, together, kind) == rows_of(store, apart, kind)
    assert len(together.tables) < 10
    assert len([t for t in apart.tables if t.kind == "records"]) == 42


def test_tables_are_written_in_parts_of_bounded_size(store, folder, monkeypatch):
    monkeypatch.setattr(shard, "PART_ROWS", 2)
    output = scanned(store, begun(store, folder))
    assert all(t.rows <= 3 for t in output.tables if t.kind == "records")
    assert len(rows_of(store, output, "records")) == 5


def test_a_kind_without_rows_is_one_empty_table(store, folder):
    for name in ("a.jsonl", "b.jsonl"):
        (folder / name).write_text(json.dumps(record("hello")) + "\n")
    output = scanned(store, begun(store, folder))
    assert [t.rows for t in output.tables if t.kind == "hits"] == [0]
    assert [t.rows for t in output.tables if t.kind == "keywords"] == [0]
    assert [t.rows for t in output.tables if t.kind == "quarantine"] == [0]
