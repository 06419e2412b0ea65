"""What readers ask of bytes before anybody takes them for text."""

import numpy as np
import pyarrow as pa

from pipelines.kernels.native.library import native, pointer, whole


def as_utf8(column: pa.LargeBinaryArray) -> pa.LargeStringArray | None:
    """The same bytes as text, not copied; None where one is no UTF-8 (or lies so below a null)."""
    validity, offsets, data = column.buffers()
    if offsets is not None and data is not None and len(column):
        view = np.frombuffer(offsets, np.int64)[column.offset : column.offset + len(column) + 1]
        raw = np.frombuffer(data, np.uint8) if data.size else np.empty(0, np.uint8)
        if not native("tda_utf8")(pointer(raw), pointer(view), whole(len(column))):
            return None
    return pa.LargeStringArray.from_buffers(
        len(column), offsets, data, validity, column.null_count, column.offset
    )


def longest_value(page: pa.Buffer) -> int | None:
    """Bytes of the longest value in a page of byte arrays, each after its length in 4 bytes.

    None for what is no such page.

    Reference: Parquet, encoding PLAIN.
    """
    found = native("tda_longest")(pointer(np.frombuffer(page, np.uint8)), whole(page.size))
    return None if found < 0 else found
