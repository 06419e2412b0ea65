"""Where the dictionary of a Parquet column chunk is, how large, and the longest of its values.

All from its pages, without the decoder.
"""

import re
from typing import BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from connectors.parquet_header import DICTIONARY, PageHeader, page_header
from pipelines.kernels.byte_values import longest_value

_CODECS = {"UNCOMPRESSED": None, "ZSTD": "zstd", "SNAPPY": "snappy", "GZIP": "gzip"}
_CODECS["BROTLI"] = "brotli"
_PADDING = 100
"""Bytes more than the metadata say that the decoder reads of a chunk of old writers."""
_OLD_WRITER = re.compile(r"parquet-mr\b(?!.* version 1\.(?:[3-9]|\d\d)\.)", re.IGNORECASE)


def first_page(leaf: pq.ColumnChunkMetaData) -> int:
    """Where the decoder begins to read the column chunk, whatever its metadata call that page."""
    dictionary = leaf.dictionary_page_offset
    data = int(leaf.data_page_offset)
    return min(data, int(dictionary)) if dictionary is not None and dictionary > 0 else data


def dictionary_page(file: BinaryIO, leaf: pq.ColumnChunkMetaData, writer: str | None) -> int | None:
    """Where the dictionary page of the column chunk is; None where it has none.

    Of a chunk that does not begin with it, as every writer makes them, each page is looked at: the
    decoder takes a dictionary behind data pages too, and metadata that tell of none. `writer` is
    who says to have made the file.

    Raises:
        ValueError: a page has a header that cannot be followed.
    """
    offset = first_page(leaf)
    end = told = offset + int(leaf.total_compressed_size)
    if _OLD_WRITER.search(writer or ""):
        end += _PADDING
    while offset < end:
        header = page_header(file, offset)
        if header is None and offset >= told:
            return None
        if header is None:
            raise ValueError(offset)
        if header.type == DICTIONARY:
            return offset
        offset += header.bytes + header.stored
    return None


def dictionary_bytes(file: BinaryIO, offset: int) -> int:
    """Bytes the dictionary page at `offset` has when decompressed; 0 where there is none.

    A batch of n rows can repeat a dictionary value n times, so this bounds what it may expand to.
    """
    header = _dictionary(file, offset)
    # a negative size is damage that the decoder will meet
    return 0 if header is None else max(0, header.plain)


def longest_in_dictionary(file: BinaryIO, offset: int, codec: str) -> int | None:
    """Bytes of the longest byte array in the dictionary page at `offset`; None if not told."""
    header = _dictionary(file, offset)
    if header is None or codec not in _CODECS or min(header.plain, header.stored) <= 0:
        return None
    file.seek(offset + header.bytes)
    page, name = pa.py_buffer(file.read(header.stored)), _CODECS[codec]
    if name is not None:
        try:
            page = pa.Codec(name).decompress(page, header.plain)
        except (OSError, pa.ArrowException):
            return None
    return longest_value(page) if page.size == header.plain else None


def _dictionary(file: BinaryIO, offset: int) -> PageHeader | None:
    header = page_header(file, offset)
    return header if header is not None and header.type == DICTIONARY else None
