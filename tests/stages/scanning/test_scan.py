import hashlib
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from scan_setting import ID, begun, record, rows_of, scanned

from pipelines.kernels.minhash import band_keys
from pipelines.kernels.normalise import normalise, normalise_block
from pipelines.kernels.pseudonym import keyed_digest
from pipelines.stages import batching, scan, shard
from pipelines.stages.base import Shards
from pipelines.store.keys import identifier_key


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
