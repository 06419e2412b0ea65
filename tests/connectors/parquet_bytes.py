"""Parquet files page by page, as no writer makes them: `parquet.thrift` in the compact protocol."""

import struct
from collections.abc import Sequence

I32, I64, BINARY, LIST, STRUCT = 5, 6, 8, 9, 12
PLAIN, RLE, RLE_DICTIONARY = 0, 3, 8
DATA_PAGE, DICTIONARY_PAGE = 0, 2
BYTE_ARRAY, UTF8, REQUIRED = 6, 0, 0


def varint(number: int) -> bytes:
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*out, number])


def whole(number: int) -> bytes:
    return varint((number << 1) ^ (number >> 63))


def text(value: str) -> bytes:
    return varint(len(value)) + value.encode()


def items(kind: int, values: Sequence[bytes]) -> bytes:
    assert len(values) < 15
    return bytes([len(values) << 4 | kind]) + b"".join(values)


def structure(*fields: tuple[int, int, bytes]) -> bytes:
    out, last = b"", 0
    for number, kind, value in fields:
        out += bytes([(number - last) << 4 | kind]) + value
        last = number
    return out + b"\0"


def page(kind: int, values: int, encoding: int, body: bytes) -> bytes:
    """A page of so many values, not compressed."""
    about = [(1, I32, whole(values)), (2, I32, whole(encoding))]
    if kind == DATA_PAGE:
        about += [(3, I32, whole(RLE)), (4, I32, whole(RLE))]
    size = whole(len(body))
    place = 5 if kind == DATA_PAGE else 7
    fields = [(1, I32, whole(kind)), (2, I32, size), (3, I32, size)]
    return structure(*fields, (place, STRUCT, structure(*about))) + body


def plain(*values: bytes) -> bytes:
    return b"".join(struct.pack("<I", len(value)) + value for value in values)


def data(*values: bytes) -> bytes:
    """A data page of the values as they are."""
    return page(DATA_PAGE, len(values), PLAIN, plain(*values))


def dictionary(*values: bytes) -> bytes:
    return page(DICTIONARY_PAGE, len(values), PLAIN, plain(*values))


def repeated(count: int) -> bytes:
    """A data page of so many times the first value of the dictionary."""
    return page(DATA_PAGE, count, RLE_DICTIONARY, b"\1" + varint(count << 1) + b"\0")


def file_of(pages: Sequence[bytes], rows: int, *, writer: str = "", hidden: int = 0) -> bytes:
    """A file of one column `text` in one row group, whose footer tells of no dictionary.

    Of its bytes the footer hides the last ones that are `hidden`.
    """
    body = b"".join(pages)
    size = (I64, whole(len(body) - hidden))
    column = structure(
        (1, I32, whole(BYTE_ARRAY)),
        (2, LIST, items(I32, [whole(one) for one in (PLAIN, RLE)])),
        (3, LIST, items(BINARY, [text("text")])),
        (4, I32, whole(0)),
        (5, I64, whole(rows)),
        (6, *size),
        (7, *size),
        (9, I64, whole(4)),
    )
    group = structure(
        (1, LIST, items(STRUCT, [structure((2, I64, whole(4)), (3, STRUCT, column))])),
        (2, *size),
        (3, I64, whole(rows)),
    )
    root = structure((4, BINARY, text("schema")), (5, I32, whole(1)))
    leaf = structure(
        (1, I32, whole(BYTE_ARRAY)),
        (3, I32, whole(REQUIRED)),
        (4, BINARY, text("text")),
        (6, I32, whole(UTF8)),
    )
    footer = structure(
        (1, I32, whole(1)),
        (2, LIST, items(STRUCT, [root, leaf])),
        (3, I64, whole(rows)),
        (4, LIST, items(STRUCT, [group])),
        (6, BINARY, text(writer)),
    )
    return b"PAR1" + body + footer + struct.pack("<I", len(footer)) + b"PAR1"
