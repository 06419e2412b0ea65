"""How large the dictionary of a Parquet column chunk is, from the header of its page."""

from typing import BinaryIO

_HEADER_BYTES = 16
_I32_NEXT_FIELD = 0x15
"""Thrift compact protocol: a field of type i32 whose id is one more than the last one's."""


def dictionary_bytes(file: BinaryIO, offset: int) -> int:
    """Bytes the dictionary page at `offset` has when decompressed; 0 where no header is there.

    A batch of n rows can repeat a dictionary value n times, so this bounds what it may expand to.

    Reference: parquet.thrift, PageHeader: field 1 is the type, field 2 the uncompressed size.
    """
    file.seek(offset)
    header = file.read(_HEADER_BYTES)
    size, position = 0, 0
    for _ in range(2):
        if position >= len(header) or header[position] != _I32_NEXT_FIELD:
            return 0
        size, position = _varint(header, position + 1)
    # zigzag; a negative size is damage that the decoder will meet
    return max(0, (size >> 1) ^ -(size & 1))


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
