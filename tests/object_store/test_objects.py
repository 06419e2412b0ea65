import bz2
import gzip
import io
import json
import random

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from connectors import object_stream
from connectors.base import ReadRequest
from connectors.location import fingerprints, locate
from connectors.object_store import matching, stored
from connectors.reading import expand, guess_format, read, read_rows
from pipelines.model.dataset import Format
from pipelines.model.errors import ConfigError, EvidenceError
from pipelines.model.ids import digest_of

LINES = b"".join(b'{"text":"line %d"}\n' % n for n in range(3000))


def texts(uri, **options):
    blocks = list(read(stored(uri), ReadRequest(columns=("text",), **options)))
    assert not any(block.quarantined for block in blocks)
    return [text for block in blocks for text in block.batch.column("text").to_pylist()]


def test_objects_that_match_a_pattern_are_listed_sorted(s3):
    bucket = s3(
        {
            "p/b.jsonl": b"1",
            "p/a.jsonl": b"1",
            "p/deep/c.jsonl": b"1",
            "p/.hidden.jsonl": b"1",
            "p/deep/": b"",
            "p/x.txt": b"1",
            "q/d.jsonl": b"1",
        }
    )
    uri = f"s3://{bucket}"
    assert matching(f"{uri}/p/*.jsonl") == [f"{uri}/p/a.jsonl", f"{uri}/p/b.jsonl"]
    assert matching(f"{uri}/*/deep/?.jsonl") == [f"{uri}/p/deep/c.jsonl"]
    assert matching(f"{uri}/**/*.jsonl") == [
        f"{uri}/p/a.jsonl",
        f"{uri}/p/b.jsonl",
        f"{uri}/p/deep/c.jsonl",
        f"{uri}/q/d.jsonl",
    ]
    assert matching(f"{uri}/p/x.txt") == [f"{uri}/p/x.txt"]


ODD_KEYS = [
    "a b+c.jsonl",
    "a%20b.jsonl",
    "中文/数据.jsonl",
    "a//b.jsonl",
    "tab\there.jsonl",
    "quote'\"<&>.jsonl",
]


def test_keys_of_any_characters_are_listed_and_read_as_they_are(s3):
    bucket = s3({key: json.dumps({"text": key}).encode() for key in ODD_KEYS})
    found = matching(f"s3://{bucket}/**/*.jsonl")
    assert sorted(found) == sorted(f"s3://{bucket}/{key}" for key in ODD_KEYS)
    for uri in found:
        assert texts(uri) == [uri.partition(f"{bucket}/")[2]]


def test_dots_in_a_key_climb_nowhere(s3):
    bucket = s3({"a/../b.jsonl": b'{"text":"dots"}', "b.jsonl": b'{"text":"plain"}'})
    assert matching(f"s3://{bucket}/a/../b.jsonl") == [f"s3://{bucket}/a/../b.jsonl"]
    assert texts(f"s3://{bucket}/a/../b.jsonl") == ["dots"]


def test_a_listing_of_several_pages_is_read_to_its_end(s3):
    keys = [f"p/{n:05d}.jsonl" for n in range(203)]
    bucket = s3(dict.fromkeys(keys, b"{}"))
    assert matching(f"s3://{bucket}/p/*.jsonl") == [f"s3://{bucket}/{key}" for key in keys]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.jsonl", LINES),
        ("a.jsonl.gz", gzip.compress(LINES[:777]) + gzip.compress(LINES[777:])),
        ("a.jsonl.bz2", bz2.compress(LINES[:777]) + bz2.compress(LINES[777:])),
        ("a.json", json.dumps([json.loads(line) for line in LINES.splitlines()]).encode()),
        ("a.csv", b"text\n" + b"".join(b"line %d\n" % n for n in range(3000))),
    ],
)
def test_objects_are_read_as_files_are_whatever_the_window(s3, monkeypatch, name, content):
    monkeypatch.setattr(object_stream, "WINDOW_BYTES", 1000)
    bucket = s3({name: content})
    expected = [f"line {n}" for n in range(3000)]
    assert texts(f"s3://{bucket}/{name}") == expected


def test_a_parquet_object_is_read_and_chosen_rows_are_read_again(s3, monkeypatch):
    monkeypatch.setattr("connectors.object_store.WINDOW_BYTES", 5000)
    monkeypatch.setattr(object_stream, "WINDOW_BYTES", 5000)
    chance = random.Random(7)
    values = [chance.randbytes(30).hex() for _ in range(2000)]
    sink = io.BytesIO()
    pq.write_table(pa.table({"text": values}), sink, row_group_size=300)
    bucket = s3({"a.parquet": sink.getvalue()})
    uri = f"s3://{bucket}/a.parquet"
    assert guess_format(stored(uri)) is Format.PARQUET
    assert texts(uri) == values
    import numpy as np

    rows = np.array([3, 700, 1999], np.int64)
    again = read_rows(stored(uri), ReadRequest(columns=("text",)), rows)
    assert [t for b in again for t in b.batch.column("text").to_pylist()] == [
        values[row] for row in rows
    ]
    read_before = stored(uri)
    list(read(read_before, ReadRequest(columns=("text",))))
    assert read_before.digest() == digest_of(sink.getvalue())


def test_an_empty_object_is_an_empty_file(s3):
    bucket = s3({"a.jsonl": b""})
    (block,) = read(stored(f"s3://{bucket}/a.jsonl"), ReadRequest(columns=("text",)))
    assert [item.reason.value for item in block.quarantined] == ["empty_file"]


def test_the_digest_is_that_of_the_content_whatever_was_read(s3, monkeypatch):
    monkeypatch.setattr("connectors.object_store.WINDOW_BYTES", 1000)
    monkeypatch.setattr(object_stream, "WINDOW_BYTES", 1000)
    bucket = s3({"a": LINES})
    found = stored(f"s3://{bucket}/a")
    with found.open("rb") as file:
        file.seek(-5, io.SEEK_END)
        assert file.read() == LINES[-5:]
        file.seek(4321)
        assert file.read(10) == LINES[4321:4331]
    assert found.digest() == digest_of(LINES)


def test_an_object_replaced_while_it_is_read_is_noticed(s3, monkeypatch):
    monkeypatch.setattr("connectors.object_store.WINDOW_BYTES", 1000)
    monkeypatch.setattr(object_stream, "WINDOW_BYTES", 1000)
    bucket = s3({"a.jsonl": LINES})
    found = stored(f"s3://{bucket}/a.jsonl")
    assert found.stat().st_size == len(LINES)
    s3({"a.jsonl": LINES.replace(b"9", b"8")}, bucket)
    with pytest.raises(EvidenceError, match="was changed while it was being audited"):
        list(read(found, ReadRequest(columns=("text",))))


def test_a_fingerprint_changes_with_the_content_and_needs_no_content(s3, tmp_path):
    (tmp_path / "local.jsonl").write_text("{}")
    bucket = s3({f"p/{n}.jsonl": b"{}" for n in range(9)})
    names = ["local.jsonl", *matching(f"s3://{bucket}/p/*.jsonl")]
    before = list(fingerprints(tmp_path, names))
    assert before == list(fingerprints(tmp_path, names))
    assert [name for name, _, _ in before] == names
    s3({"p/3.jsonl": b"[]"}, bucket)
    after = list(fingerprints(tmp_path, names))
    assert [a[0] for a, b in zip(after, before, strict=True) if a != b] == [names[4]]
    few = list(fingerprints(tmp_path, names[4:6]))
    assert few == after[4:6]


def test_paths_and_addresses_are_expanded_alike(s3, tmp_path):
    bucket = s3({"p/a.jsonl": b"{}", "p/deep/b.csv": b"a", "p/notes.md": b"", "q/c": b"{}"})
    uri = f"s3://{bucket}"
    local = tmp_path / "x.jsonl"
    local.write_text("{}")
    assert [str(f) for f in expand([local, f"{uri}/p/"])] == [
        str(local),
        f"{uri}/p/a.jsonl",
        f"{uri}/p/deep/b.csv",
    ]
    assert [str(f) for f in expand([f"{uri}/q/c", f"{uri}/p/*.jsonl"])] == [
        f"{uri}/q/c",
        f"{uri}/p/a.jsonl",
    ]


@pytest.mark.parametrize("given", ["/absent.jsonl", "/absent/*.jsonl", "", "/"])
def test_what_is_absent_in_a_bucket_is_said_with_advice(s3, given):
    bucket = s3({"a": b"1"})
    with pytest.raises(ConfigError) as caught:
        matching(f"s3://{bucket}{given}")
    assert str(caught.value.advice)


def test_a_local_name_is_located_below_the_root(tmp_path):
    assert locate(tmp_path, "a/b.jsonl") == tmp_path / "a" / "b.jsonl"
