"""How large the dictionary of a Parquet column chunk is, and the longest of its values.

Both from its page, without the decoder: `parquet.thrift`, PageHeader, in the compact protocol.
"""

from typing import BinaryIO, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.kernels.byte_values import longest_value

_HEADER_BYTES = 64
_I32_NEXT_FIELD = 0x15
"""A field of type i32 whose id is one more than the last one's."""
_DICTIONARY_AFTER = {3: 0x4C, 4: 0x3C}
"""Field 7, the header of a dictionary page, after field 3 and after field 4."""
_DICTIONARY_PAGE = 2
"""The type of such a page."""
_IS_SORTED = (0x11, 0x12)
_CODECS = {"UNCOMPRESSED": None, "ZSTD": "zstd", "SNAPPY": "snappy", "GZIP": "gzip"}
_CODECS["BROTLI"] = "brotli"


class _Header(NamedTuple):
    """Of a page."""

    plain: int
    """Bytes of the page when decompressed."""
    stored: int
    bytes: int
    """Of the header itself; 0 where it is no dictionary page's."""


def first_page(leaf: pq.ColumnChunkMetaData) -> int:
    """Where the decoder begins to read the column chunk, whatever its metadata call that page."""
    dictionary = leaf.dictionary_page_offset
    data = int(leaf.data_page_offset)
    return min(data, int(dictionary)) if dictionary is not None and dictionary > 0 else data


def dictionary_bytes(file: BinaryIO, offset: int) -> int:
    """Bytes the dictionary page at `offset` has when decompressed; 0 where there is none.

    A batch of n rows can repeat a dictionary value n times, so this bounds what it may expand to.
    """
    # a negative size is damage that the decoder will meet
    return max(0, _header(file, offset).plain)


def longest_in_dictionary(file: BinaryIO, offset: int, codec: str) -> int | None:
    """Bytes of the longest byte array in the dictionary page at `offset`; None if not told."""
    header = _header(file, offset)
    if not header.bytes or codec not in _CODECS or min(header.plain, header.stored) <= 0:
        return None
    file.seek(offset + header.bytes)
    page, name = pa.py_buffer(file.read(header.stored)), _CODECS[codec]
    if name is not None:
        try:
            page = pa.Codec(name).decompress(page, header.plain)
        except (OSError, pa.ArrowException):
            return None
    return longest_value(page) if page.size == header.plain else None


def _header(file: BinaryIO, offset: int) -> _Header:
    file.seek(offset)
    data = file.read(_HEADER_BYTES)
    numbers: list[int] = []
    position = 0
    while len(numbers) < 4 and data[position : position + 1] == bytes((_I32_NEXT_FIELD,)):
        number, position = _varint(data, position + 1)
        numbers.append((number >> 1) ^ -(number & 1))  # zigzag
    if len(numbers) < 2 or numbers[0] != _DICTIONARY_PAGE:
        return _Header(0, 0, 0)
    end = _dictionary_end(data, position, len(numbers))
    return _Header(numbers[1], numbers[2] if end else 0, end)


def _dictionary_end(data: bytes, position: int, fields: int) -> int:
    """Behind the header of a dictionary page of which `fields` are read; 0 if it is none."""
    if data[position : position + 1] != bytes((_DICTIONARY_AFTER.get(fields, 0),)):
        return 0
    position += 1
    for _ in range(2):  # how many values, and their encoding
        if data[position : position + 1] != bytes((_I32_NEXT_FIELD,)):
            return 0
        _, position = _varint(data, position + 1)
    position += data[position : position + 1] in map(bytes, zip(_IS_SORTED))
    return position + 2 if data[position : position + 2] == b"\0\0" else 0


def _varint(data: bytes, position: int) -> tuple[int, int]:
    value = shift = 0
    while position < len(data):
        byte = data[position]
        position += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            break
    return value, position
