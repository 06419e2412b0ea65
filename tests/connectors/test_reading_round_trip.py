import bz2
import csv
import gzip
import io
import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

COMPRESSIONS = {
    "": bytes,
    ".gz": lambda content: gzip.compress(content, 1),
    ".zst": zstandard.compress,
    ".bz2": lambda content: bz2.compress(content, 1),
}
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
ROWS = st.lists(st.tuples(TEXT, TEXT), min_size=1, max_size=8)
SETTINGS = settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def objects(rows):
    return [{"text": text, "other": [[], {}], "id": name} for text, name in rows]


@pytest.mark.parametrize("suffix", COMPRESSIONS)
@SETTINGS
@given(rows=ROWS, ascii_only=st.booleans(), chunk_bytes=st.integers(1, 60))
def test_json_lines_come_back_as_they_were(
    written, everything, suffix, rows, ascii_only, chunk_bytes
):
    content = "".join(json.dumps(o, ensure_ascii=ascii_only) + "\n" for o in objects(rows))
    path = written("a.jsonl" + suffix, COMPRESSIONS[suffix](content.encode()))
    found = everything(path, "text", "id", chunk_bytes=chunk_bytes)
    assert list(found.records.values()) == rows
    assert found.reasons == []


@pytest.mark.parametrize("suffix", COMPRESSIONS)
@SETTINGS
@given(rows=ROWS, indent=st.sampled_from([None, 2]), chunk_bytes=st.integers(1, 60))
def test_a_json_array_comes_back_as_it_was(written, everything, suffix, rows, indent, chunk_bytes):
    content = json.dumps(objects(rows), indent=indent, ensure_ascii=False)
    path = written("a.json" + suffix, COMPRESSIONS[suffix](content.encode()))
    found = everything(path, "text", "id", chunk_bytes=chunk_bytes)
    assert list(found.records.values()) == rows
    assert found.reasons == []


@pytest.mark.parametrize("suffix", COMPRESSIONS)
@pytest.mark.parametrize("name", ["a.csv", "a.tsv"])
@SETTINGS
@given(rows=ROWS, chunk_bytes=st.integers(1, 60))
def test_a_table_comes_back_as_it_was(written, everything, suffix, name, rows, chunk_bytes):
    out = io.StringIO(newline="")
    delimiter = "," if name == "a.csv" else "\t"
    writer = csv.writer(out, delimiter=delimiter, quoting=csv.QUOTE_ALL)
    writer.writerows([("text", "id"), *rows])
    path = written(name + suffix, COMPRESSIONS[suffix](out.getvalue().encode()))
    found = everything(path, "text", "id", chunk_bytes=chunk_bytes)
    assert list(found.records.values()) == rows
    assert found.reasons == []


@pytest.mark.parametrize("compression", ["none", "snappy", "gzip", "zstd"])
@SETTINGS
@given(rows=ROWS, group=st.integers(1, 5))
def test_a_parquet_file_comes_back_as_it_was(tmp_path, everything, compression, rows, group):
    path = tmp_path / "a.parquet"
    table = pa.table({"text": [text for text, _ in rows], "id": [name for _, name in rows]})
    pq.write_table(table, path, row_group_size=group, compression=compression)
    assert list(everything(path, "text", "id").records.values()) == rows


@SETTINGS
@given(content=st.binary(max_size=80), chunk_bytes=st.integers(1, 20))
@pytest.mark.parametrize("name", ["a.jsonl", "a.json", "a.csv", "a.tsv", "a.txt", "a.parquet"])
def test_any_bytes_are_read_without_an_error_and_whatever_the_chunks(
    written, everything, name, content, chunk_bytes
):
    path = written(name, content)
    assert everything(path, chunk_bytes=chunk_bytes) == everything(path)


@SETTINGS
@given(content=st.text('[]{},:"\\a1 \n', max_size=60), chunk_bytes=st.integers(1, 20))
@pytest.mark.parametrize("start", ["[", '[{"text":"a"},', '[{"text":"'])
def test_anything_like_an_array_is_read_alike_whatever_the_chunks(
    written, everything, start, content, chunk_bytes
):
    path = written("a.json", start + content)
    assert everything(path, chunk_bytes=chunk_bytes) == everything(path)
