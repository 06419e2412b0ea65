"""Arrow string columns as numpy views of their bytes: what every kernel runs on."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, kw_only=True)
class TextBytes:
    """The UTF-8 bytes of n texts: text i is `data[offsets[i]:offsets[i + 1]]`."""

    data: NDArray[np.uint8]
    offsets: NDArray[np.int64]
    """Shape (n + 1,), never decreasing; need not begin at 0 (a slice of a column)."""


def text_bytes(column: pa.LargeStringArray) -> TextBytes:
    """A view of `column` without a copy; a null is an empty text."""
    if column.null_count:
        column = column.fill_null("")  # a null may lie over bytes that are not meant
    _, offsets, data = column.buffers()
    if offsets is None or len(column) == 0:
        return TextBytes(data=np.empty(0, np.uint8), offsets=np.zeros(1, np.int64))
    view = np.frombuffer(offsets, dtype=np.int64)[column.offset : column.offset + len(column) + 1]
    size = 0 if data is None else data.size
    return TextBytes(
        data=np.frombuffer(data, dtype=np.uint8) if size else np.empty(0, np.uint8), offsets=view
    )
