"""A dictionary that no writer would put there does not hide from the bound on memory."""

import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from connectors.base import BLOCK_BYTES, ReadRequest
from connectors.parquet_header import page_header
from connectors.parquet_pages import dictionary_page
from connectors.reading import read

sys.path.insert(0, str(Path(__file__).parent))

from parquet_bytes import (
    BINARY,
    DICTIONARY_PAGE,
    I32,
    I64,
    LIST,
    PLAIN,
    STRUCT,
    data,
    dictionary,
    file_of,
    items,
    plain,
    repeated,
    structure,
    text,
    varint,
    whole,
)

HUGE = b"x" * (2 << 20)
TIMES = 400


@pytest.fixture
def attack(tmp_path):
    def write(pages, rows, **options):
        path = tmp_path / "a.parquet"
        path.write_bytes(file_of(pages, rows, **options))
        return path

    return write


def page_of(path):
    """Where the dictionary of the only column chunk is, the file says what it will."""
    found = pq.ParquetFile(path).metadata
    with path.open("rb") as file:
        return dictionary_page(file, found.row_group(0).column(0), found.created_by)


def long_form(*fields):
    """A structure whose fields have their numbers written out, the last one first."""
    return b"".join(bytes([kind]) + whole(number) + value for number, kind, value in fields) + b"\0"


def disguised(body: bytes) -> bytes:
    """The same dictionary page under a header no writer makes."""
    size = whole(len(body))
    about = structure((1, I32, whole(1)), (2, I32, whole(PLAIN)))
    odd = items(STRUCT, [structure((1, BINARY, text("odd")), (3, LIST, items(I64, [whole(9)])))])
    return (
        long_form(
            (7, STRUCT, about),
            (90, LIST, odd),
            (91, 11, varint(1) + bytes([BINARY << 4 | 1]) + text("key") + b"\1"),
            (3, I32, size),
            (2, I32, size),
            (1, I32, whole(DICTIONARY_PAGE)),
        )
        + body
    )


@pytest.mark.parametrize(
    "before",
    [[], [data(b"a")], [data(b"a"), data(b"b", b"c")]],
    ids=["first", "second", "third"],
)
@pytest.mark.parametrize("form", ["plain", "disguised"])
def test_a_dictionary_anywhere_does_not_fill_the_memory(attack, before, form):
    page = dictionary(HUGE) if form == "plain" else disguised(plain(HUGE))
    ahead = [0, 1, 3][len(before)]
    path = attack([*before, page, repeated(TIMES)], ahead + TIMES)
    assert path.stat().st_size < 3 << 20
    held = pa.total_allocated_bytes()
    most = count = 0
    for block in read(path, ReadRequest(columns=("text",))):
        most = max(most, pa.total_allocated_bytes() - held)
        assert block.batch.nbytes <= BLOCK_BYTES + len(HUGE)
        count += block.batch.num_rows
    assert count == ahead + TIMES, "the decoder takes such a file"
    assert most < 300 << 20


def test_it_is_found_where_it_is(attack):
    assert page_of(attack([data(b"a", b"b")], 2)) is None
    assert page_of(attack([dictionary(b"x"), repeated(2)], 2)) == 4
    first = data(b"a")
    assert page_of(attack([first, dictionary(b"x"), repeated(2)], 3)) == 4 + len(first)


def test_what_the_decoder_reads_beyond_a_chunk_of_an_old_writer_is_looked_at(attack):
    first, rest = data(b"a"), dictionary(b"x") + repeated(2)
    assert len(rest) <= 100
    old = "parquet-mr version 1.2.8 (build abcd)"
    hiding = attack([first, rest], 3, writer=old, hidden=len(rest))
    read_all = pq.ParquetFile(hiding).read().column("text").to_pylist()
    assert read_all == ["a", "x", "x"], "the decoder goes that far"
    assert page_of(hiding) == 4 + len(first)
    new = attack([first, rest], 3, writer="parquet-mr version 1.13.1", hidden=len(rest))
    assert page_of(new) is None


@pytest.mark.parametrize(
    "header",
    [
        b"",
        b"\x15",
        b"\x15\x80",
        b"\xff" * 70,
        b"\x1c" * 200,
        bytes([0x19, 0xF5]) + varint(1 << 40),
        bytes([0x18]) + varint(1 << 40),
        structure((1, I32, whole(0)), (2, I32, whole(5))),
        structure((1, I32, whole(0)), (2, I32, whole(5)), (3, I32, whole(-5))),
        structure((1, I64, whole(2)), (2, I32, whole(5)), (3, I32, whole(5))),
    ],
)
def test_a_header_nobody_can_follow_is_none(tmp_path, header):
    path = tmp_path / "page"
    path.write_bytes(header)
    with path.open("rb") as file:
        assert page_header(file, 0) is None


def test_a_chunk_with_such_a_header_is_read_a_row_at_a_time_or_not_at_all(attack, everything):
    path = attack([data(b"a"), b"\xff" * 70, dictionary(HUGE), repeated(3)], 4)
    found = everything(path)
    assert found.records == {0: ("a",)}
    assert found.reasons == [(1, "unreadable", "unknown")]


def test_a_header_may_be_long(tmp_path):
    path = tmp_path / "page"
    sizes = ((1, I32, whole(0)), (2, I32, whole(7)), (3, I32, whole(6)))
    header = structure(*sizes, (5, STRUCT, structure((5, BINARY, varint(5000) + b"y" * 5000))))
    path.write_bytes(header + b"body")
    with path.open("rb") as file:
        found = page_header(file, 0)
    assert found == (0, 7, 6, len(header))


@pytest.mark.parametrize("version", ["1.0", "2.0"])
@pytest.mark.parametrize("dictionaries", [True, False])
def test_the_pages_of_real_writers_are_followed_to_the_end(tmp_path, dictionaries, version):
    path = tmp_path / "a.parquet"
    texts = pa.table({"text": [f"text {n}" for n in range(5000)], "n": list(range(5000))})
    options = {"data_page_version": version, "data_page_size": 2000, "write_page_checksum": True}
    pq.write_table(texts, path, use_dictionary=dictionaries, **options)
    found = pq.ParquetFile(path).metadata
    for place in range(2):
        leaf = found.row_group(0).column(place)
        with path.open("rb") as file:
            page = dictionary_page(file, leaf, found.created_by)
        assert page == (leaf.dictionary_page_offset if dictionaries else None)
