import csv
import io
import tracemalloc
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.delimited import CsvRecords

CHUNKS = [1, 2, 3, 10, 1 << 20]


@pytest.mark.parametrize("chunk_bytes", CHUNKS)
def test_quoted_fields_may_hold_line_feeds_quotes_and_delimiters(written, everything, chunk_bytes):
    texts = ["a", "two\nlines\r\n", 'said ""so""', "x,y;z", "", 'plain "quoted" inside', "中\n文"]
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerows([("id", "text"), *enumerate(texts)])
    found = everything(written("a.csv", out.getvalue()), chunk_bytes=chunk_bytes)
    assert found.texts == texts
    assert found.reasons == []


@pytest.mark.parametrize("chunk_bytes", CHUNKS)
def test_the_header_and_blank_lines_are_no_rows(written, everything, chunk_bytes):
    path = written("a.csv", "\n\nid,text\n\n1,a\r\n \r\n2,b")
    assert everything(path, chunk_bytes=chunk_bytes).records == {0: ("a",), 1: ("b",)}


def test_a_header_alone_is_a_table_without_records(written, everything):
    found = everything(written("a.csv", "id,text\n"))
    assert (found.records, found.reasons) == ({}, [])


def test_a_header_split_by_semicolons_only_is_read_with_them(written, everything):
    found = everything(written("a.csv", "id;text\n1;a, b\n2;c\n"), "text", "id")
    assert found.records == {0: ("a, b", "1"), 1: ("c", "2")}


def test_tabs_separate_in_tsv(written, everything):
    found = everything(written("a.tsv", "id\ttext\n1\ta, b; c\n\t\n"))
    assert found.records == {0: ("a, b; c",), 1: ("",)}


def test_short_and_long_rows_are_quarantined_and_empty_extra_fields_are_not(written, everything):
    found = everything(written("a.csv", "id,text\n1\n2,b\n3,c,d\n4,e,,\n"))
    assert found.records == {1: ("b",), 3: ("e",)}
    assert found.reasons == [(0, "column_absent", "one"), (2, "malformed", "one")]


def test_a_column_that_is_absent_everywhere_quarantines_every_row(written, everything):
    found = everything(written("a.csv", "id,body\n1,a\n2,b\n"))
    assert found.reasons == [(0, "column_absent", "one"), (1, "column_absent", "one")]


@pytest.mark.parametrize("chunk_bytes", CHUNKS)
def test_a_quote_that_never_closes_is_one_tail(written, everything, chunk_bytes):
    found = everything(written("a.csv", 'text\na\n"b\nc\nd\n'), chunk_bytes=chunk_bytes)
    assert found.records == {0: ("a",)}
    assert found.reasons == [(1, "truncated", "unknown")]


def test_a_carriage_return_outside_quotes_is_malformed(written, everything):
    found = everything(written("a.csv", "id,text\n1,a\rb\n2,c\n"))
    assert found.records == {1: ("c",)}
    assert found.reasons == [(0, "malformed", "one")]


@pytest.mark.parametrize("chunk_bytes", [1, 50, 1 << 20])
def test_a_record_above_the_limit_is_passed_over_though_it_has_line_feeds(
    written, everything, chunk_bytes
):
    content = 'id,text\n1,a\n2,"' + "x\n" * 200 + '"\n3,c\n'
    found = everything(written("a.csv", content), max_record_bytes=100, chunk_bytes=chunk_bytes)
    assert found.records == {0: ("a",), 2: ("c",)}
    assert found.reasons == [(1, "too_large", "one")]


def test_a_field_above_the_csv_modules_own_limit_is_read(written, everything):
    text = "x" * 300_000
    assert everything(written("a.csv", f"text\n{text}\n")).texts == [text]


def test_a_huge_record_is_passed_over_without_being_held(tmp_path, everything):
    path = tmp_path / "a.csv"
    with path.open("wb") as file:
        file.write(b'text\na\n"')
        for _ in range(32):
            file.write(b'x""\n' * (1 << 18))
        file.write(b'"\nc\n')
    tracemalloc.start()
    found = everything(path, max_record_bytes=2 << 20)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert found.records == {0: ("a",), 2: ("c",)}
    assert peak < 16 << 20


@settings(max_examples=150, deadline=None)
@given(
    content=st.text(alphabet='a,"\n', max_size=40),
    cuts=st.lists(st.integers(0, 40), max_size=6),
)
def test_records_are_cut_where_the_csv_module_ends_its_rows(content, cuts):
    data = content.encode()
    places = [0, *sorted(min(cut, len(data)) for cut in cuts), len(data)]
    splitter = CsvRecords(b",")
    pieces = [b""]
    for start, end in pairwise(places):
        if start < end:
            first, *others = splitter(data[start:end])
            pieces = [*pieces[:-1], pieces[-1] + first, *others]
    rows = list(csv.reader(io.StringIO(content, newline="")))
    if splitter.ending(b"") is not None:
        rows.pop()
        pieces.pop()
    parsed = [next(csv.reader([piece.decode()]), []) for piece in pieces]
    assert [row for row in parsed if row] == [row for row in rows if row]
