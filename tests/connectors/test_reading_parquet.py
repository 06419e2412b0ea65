import datetime
import decimal
import tracemalloc
from types import SimpleNamespace

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from connectors.base import BLOCK_BYTES, ReadRequest
from connectors.parquet_pages import dictionary_bytes, first_page, longest_in_dictionary
from connectors.reading import read


@pytest.fixture
def parquet(tmp_path):
    def write(columns, **options):
        path = tmp_path / "a.parquet"
        pq.write_table(pa.table(columns), path, **options)
        return path

    return write


def test_rows_go_on_across_row_groups(parquet, everything):
    texts = [f"t{n}" for n in range(25)]
    found = everything(parquet({"text": texts, "other": texts}, row_group_size=10))
    assert found.records == {n: (text,) for n, text in enumerate(texts)}


@pytest.mark.parametrize(
    ("values", "texts"),
    [
        (pa.array([1, None, -3]), ["1", None, "-3"]),
        (pa.array([1.0, 0.5, float("nan")]), ["1.0", "0.5", "NaN"]),
        (pa.array([True, False]), ["true", "false"]),
        (pa.array([None, None]), [None, None]),
        (pa.array([b"ab", None]), ["ab", None]),
        (pa.array([b"abcd"], pa.binary(4)), ["abcd"]),
        (pa.array(["x", None, "x"]).dictionary_encode(), ["x", None, "x"]),
        (pa.array(["x"], pa.large_string()), ["x"]),
        (pa.array([decimal.Decimal("1.50")]), ["1.50"]),
        (pa.array([datetime.date(2026, 1, 2)]), ["2026-01-02"]),
        (pa.array([datetime.timedelta(seconds=3)]), ["0:00:03"]),
    ],
)
def test_scalars_become_text_and_null_stays_null(parquet, everything, values, texts):
    assert everything(parquet({"text": values})).texts == texts


@pytest.mark.parametrize("value", [["x"], {"zh": "x"}])
def test_nested_values_are_quarantined_and_a_nested_null_is_null(parquet, everything, value):
    found = everything(parquet({"text": pa.array([value, None])}))
    assert found.records == {1: (None,)}
    assert found.reasons == [(0, "nested_value", "one")]


@pytest.mark.parametrize("kind", [pa.string(), pa.large_string()])
def test_text_that_is_no_utf8_is_quarantined(parquet, everything, kind):
    offsets = pa.array([0, 1, 3, 4], pa.int64() if kind == pa.large_string() else pa.int32())
    buffers = [None, offsets.buffers()[1], pa.py_buffer(b"a\xff\xfec")]
    found = everything(parquet({"text": pa.Array.from_buffers(kind, 3, buffers)}))
    assert found.records == {0: ("a",), 2: ("c",)}
    assert found.reasons == [(1, "invalid_encoding", "one")]
    assert found.quarantined[0].bytes == 2


def test_a_value_above_the_limit_is_quarantined(parquet, everything):
    path = parquet({"text": ["a", "x" * 300, "c"], "id": ["1", "2", "x" * 300]})
    found = everything(path, "text", "id", max_record_bytes=200)
    assert found.records == {0: ("a", "1")}
    assert found.reasons == [(1, "too_large", "one"), (2, "too_large", "one")]


def test_an_absent_column_quarantines_every_row(parquet, everything):
    found = everything(parquet({"body": ["a", "b"]}), "text", "body")
    assert found.reasons == [(0, "column_absent", "one"), (1, "column_absent", "one")]


def test_a_column_name_may_hold_a_dot(parquet, everything):
    assert everything(parquet({"a.b": ["x"], "a": ["y"]}), "a.b").texts == ["x"]


def test_a_truncated_file_is_one_unknown_item(parquet, everything):
    path = parquet({"text": ["a"] * 1000})
    path.write_bytes(path.read_bytes()[:-10])
    assert everything(path).reasons == [(None, "truncated", "unknown")]
    assert everything(path).quarantined[0].bytes == path.stat().st_size


@pytest.mark.parametrize("content", [b"text\n", b"PAR1" * 3, b"\x1f\x8b\x08\0\0", b"PAR1"])
def test_what_is_no_parquet_is_one_unknown_item(written, everything, content):
    assert everything(written("a.parquet", content)).reasons == [(None, "unreadable", "unknown")]


def test_a_damaged_row_group_is_one_item_and_the_next_one_is_read(parquet, everything):
    texts = [f"text number {n}" for n in range(3000)]
    path = parquet({"text": texts}, row_group_size=1000, compression="zstd", use_dictionary=False)
    column = pq.ParquetFile(path).metadata.row_group(1).column(0)
    content = bytearray(path.read_bytes())
    start = column.data_page_offset + 60
    content[start : start + 200] = bytes(200)
    path.write_bytes(content)
    found = everything(path)
    assert found.reasons == [(1000, "unreadable", "unknown")]
    assert found.records == {n: (texts[n],) for n in (*range(1000), *range(2000, 3000))}


@pytest.mark.parametrize("codec", ["snappy", "lz4"])
def test_a_huge_value_repeated_by_a_dictionary_does_not_fill_the_memory(parquet, codec):
    value = "x" * (4 << 20)
    indices = pa.array([0] * 500, pa.int32())
    texts = pa.DictionaryArray.from_arrays(indices, pa.array([value]))
    path = parquet({"text": texts}, compression=codec)
    assert path.stat().st_size < 8 << 20
    request = ReadRequest(columns=("text",))
    before = pa.total_allocated_bytes()
    most = count = 0
    for block in read(path, request):
        most = max(most, pa.total_allocated_bytes() - before)
        assert block.batch.nbytes <= BLOCK_BYTES + (1 << 20)
        assert all(column.offset == 0 for column in block.batch.columns)
        count += block.batch.num_rows
    assert count == 500
    assert most < 400 << 20


def test_reading_holds_a_few_pages_of_a_large_row_group(parquet):
    texts = pa.array([f"{n:08}" * 250 for n in range(40_000)])
    path = parquet({"text": texts}, row_group_size=40_000, use_dictionary=False)
    del texts
    before = pa.total_allocated_bytes()
    tracemalloc.start()
    most = 0
    for _ in read(path, ReadRequest(columns=("text",))):
        most = max(most, pa.total_allocated_bytes() - before)
    python = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert path.stat().st_size > 1 << 20
    assert most + python < 64 << 20


def test_the_size_of_a_dictionary_is_read_from_its_page(parquet):
    path = parquet({"text": ["x" * 1000, "y" * 1000] * 50}, compression="zstd")
    offset = pq.ParquetFile(path).metadata.row_group(0).column(0).dictionary_page_offset
    with path.open("rb") as file:
        assert dictionary_bytes(file, offset) == 2008
        assert dictionary_bytes(file, 0) == 0
        assert dictionary_bytes(file, 10**9) == 0


def test_a_dictionary_is_looked_for_where_the_decoder_begins(parquet):
    path = parquet({"text": ["x" * 1000, "y" * 1000] * 50})
    leaf = pq.ParquetFile(path).metadata.row_group(0).column(0)
    dictionary, data = leaf.dictionary_page_offset, leaf.data_page_offset
    assert dictionary < data
    for said, expected in [
        ((dictionary, data), dictionary),
        ((data + 50, dictionary), dictionary),  # as a file says that hides it
        ((None, dictionary), dictionary),
        ((0, dictionary), dictionary),
    ]:
        hiding = SimpleNamespace(dictionary_page_offset=said[0], data_page_offset=said[1])
        assert first_page(hiding) == expected
    with path.open("rb") as file:
        assert dictionary_bytes(file, dictionary) == 2008
        assert dictionary_bytes(file, data) == 0


@pytest.mark.parametrize("codec", ["none", "snappy", "zstd", "gzip", "brotli"])
@pytest.mark.parametrize("checked", [False, True])
@pytest.mark.parametrize("version", ["1.0", "2.0"])
def test_the_longest_value_of_a_dictionary_is_read_from_its_page(parquet, codec, checked, version):
    options = {"write_page_checksum": checked, "data_page_version": version}
    path = parquet({"text": ["x" * 1000, "中" * 900, ""] * 50}, compression=codec, **options)
    leaf = pq.ParquetFile(path).metadata.row_group(0).column(0)
    with path.open("rb") as file:
        assert dictionary_bytes(file, leaf.dictionary_page_offset) == 3712
        found = longest_in_dictionary(file, leaf.dictionary_page_offset, leaf.compression)
        assert found == 2700
        assert longest_in_dictionary(file, leaf.data_page_offset, leaf.compression) is None
        assert longest_in_dictionary(file, leaf.dictionary_page_offset, "LZ4") is None
        assert longest_in_dictionary(file, 0, leaf.compression) is None


def test_a_damaged_dictionary_tells_no_longest_value(parquet):
    path = parquet({"text": ["x" * 1000, "y" * 900] * 50}, compression="zstd")
    leaf = pq.ParquetFile(path).metadata.row_group(0).column(0)
    content = bytearray(path.read_bytes())
    content[leaf.dictionary_page_offset + 20 : leaf.data_page_offset] = bytes(
        leaf.data_page_offset - leaf.dictionary_page_offset - 20
    )
    path.write_bytes(content)
    with path.open("rb") as file:
        assert longest_in_dictionary(file, leaf.dictionary_page_offset, "ZSTD") is None
