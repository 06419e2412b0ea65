"""Arrow columns of any type as text, and which of their values have none."""

import json

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from connectors.base import Reason
from pipelines.kernels.byte_values import as_utf8


def as_texts(column: pa.Array) -> tuple[pa.Array, dict[int, Reason]]:
    """`column` as large_string, and position -> reason for the values that are no text.

    Numbers and booleans become their JSON literal, dates and times ISO 8601; bytes are text where
    they are UTF-8. What is no text is null in the result.
    """
    kind = column.type
    if isinstance(kind, pa.ExtensionType):
        return as_texts(column.storage)
    if pa.types.is_dictionary(kind):
        return as_texts(column.dictionary_decode())
    if pa.types.is_nested(kind):
        return _no_texts(column)
    if _is_bytes(kind):
        return _decoded(column)
    if pa.types.is_floating(kind):
        # Arrow writes 1.0 as 1, which is the literal of another number
        literals = [None if value is None else json.dumps(value) for value in column.to_pylist()]
        return pa.array(literals, pa.large_string()), {}
    try:
        if not pa.types.is_duration(kind):  # Arrow would drop the unit
            return column.cast(pa.large_string()), {}
    except (pa.ArrowNotImplementedError, pa.ArrowInvalid):
        pass  # a type Arrow cannot print, but Python can
    values = [None if value is None else str(value) for value in column.to_pylist()]
    return pa.array(values, pa.large_string()), {}


def lengths(texts: pa.Array) -> NDArray[np.int64]:
    """Bytes of each text, 0 for null."""
    sizes = pc.fill_null(pc.binary_length(texts), 0)
    return np.asarray(sizes.to_numpy(zero_copy_only=False), dtype=np.int64)


def raw_bytes(column: pa.Array, position: int) -> bytes:
    """The bytes of one value as far as it has any, else its printed form."""
    if _is_bytes(column.type):
        value = _as_binary(column.slice(position, 1))[0].as_py()
        return b"" if value is None else bytes(value)
    try:
        return str(column[position].as_py()).encode("utf-8", "surrogatepass")
    except UnicodeDecodeError:  # a nested value with a string that is no UTF-8
        return b""


def _is_bytes(kind: pa.DataType) -> bool:
    return bool(
        pa.types.is_string(kind)
        or pa.types.is_large_string(kind)
        or pa.types.is_string_view(kind)
        or pa.types.is_binary(kind)
        or pa.types.is_large_binary(kind)
        or pa.types.is_binary_view(kind)
        or pa.types.is_fixed_size_binary(kind)
    )


def _as_binary(column: pa.Array) -> pa.Array:
    return column.cast(pa.binary()).cast(pa.large_binary())


def _decoded(column: pa.Array) -> tuple[pa.Array, dict[int, Reason]]:
    binary = _as_binary(column)
    # Parquet promises UTF-8 without checking it
    text = as_utf8(binary)
    if text is not None:
        return text, {}
    faults: dict[int, Reason] = {}
    texts: list[str | None] = []
    for position, value in enumerate(binary.to_pylist()):
        try:
            texts.append(None if value is None else value.decode())
        except UnicodeDecodeError:
            texts.append(None)
            faults[position] = Reason.INVALID_ENCODING
    return pa.array(texts, pa.large_string()), faults


def _no_texts(column: pa.Array) -> tuple[pa.Array, dict[int, Reason]]:
    present = np.flatnonzero(column.is_valid().to_numpy(zero_copy_only=False))
    return pa.nulls(len(column), pa.large_string()), dict.fromkeys(
        present.tolist(), Reason.NESTED_VALUE
    )
