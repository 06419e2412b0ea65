"""The name of an evidence table: a digest over its sorted rows, whatever wrote the Parquet file."""

import hashlib

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.model.evidence import KEYS
from pipelines.model.ids import Digest


def sorted_table(kind: str, table: pa.Table, schema: pa.Schema | None = None) -> pa.Table:
    """`table` in the schema of `kind`, or in an earlier `schema` of it, sorted by key; nulls last.

    Raises:
        KeyError: `kind` is no evidence table, or a column of the schema is not there.
        pa.ArrowInvalid: a column does not fit the schema.
    """
    todays, key = KEYS[kind]
    schema = schema or todays
    fitted = table.select(schema.names).cast(schema)
    if _in_order(fitted.select(key)):
        return fitted.combine_chunks()  # as a scan has them
    order = pc.sort_indices(fitted, [(name, "ascending") for name in key])
    return fitted.take(order).combine_chunks()


def _in_order(keys: pa.Table) -> bool:
    """Whether no row of `keys` comes after a later one, and all are there: sorting costs more."""
    if keys.num_rows < 2:
        return True
    above = np.zeros(keys.num_rows - 1, bool)  # by a column that counts for more
    for column in keys.itercolumns():
        if column.null_count:
            return False
        values = column.combine_chunks()
        first, second = values.slice(0, len(above)), values.slice(1)
        if bool(np.any(~above & np.asarray(pc.greater(first, second)))):
            return False
        above |= np.asarray(pc.less(first, second))
        if above.all():
            break
    return True


def table_digest(kind: str, table: pa.Table) -> Digest:
    """The digest of a table made by `sorted_table`.

    Hashed column by column: the kind, the row count, then for each column its name, one byte a row
    saying whether it is present, and its values little-endian with absent ones as zero. Strings and
    binaries are hashed as lengths (int64), then bytes. Neither chunking nor encoding can move it.
    """
    sha = hashlib.sha256(f"tda-table-1\n{kind}\n{table.num_rows}\n".encode())
    for name in table.column_names:
        sha.update(f"{name}\n".encode())
        column = table.column(name).combine_chunks()
        _hash_array(sha, column)
    return Digest("sha256:" + sha.hexdigest())


def _hash_array(sha: "hashlib._Hash", array: pa.Array) -> None:
    kind, whole = array.type, array.null_count == 0
    there = np.ones(len(array), np.uint8) if whole else np.asarray(array.is_valid())
    sha.update(there.astype(np.uint8, copy=False).data)
    present = array if whole else array.drop_null()  # band keys are megabytes: not copied for this
    if pa.types.is_fixed_size_list(kind):
        _hash_array(sha, present.flatten())
    elif pa.types.is_string(kind) or pa.types.is_binary(kind):
        raw = present.cast(pa.large_binary())
        lengths = pc.binary_length(raw).to_numpy(zero_copy_only=False).astype("<i8")
        sha.update(lengths.tobytes())
        sha.update(_bytes_of(raw))
    elif pa.types.is_fixed_size_binary(kind):
        sha.update(_bytes_of(present.cast(pa.large_binary())))
    elif pa.types.is_boolean(kind):
        sha.update(array.fill_null(False).to_numpy(zero_copy_only=False).astype(np.uint8).tobytes())
    elif pa.types.is_timestamp(kind):
        _hash_array(sha, array.cast(pa.int64()))
    elif pa.types.is_floating(kind):
        values = array.fill_null(0.0).to_numpy(zero_copy_only=False).astype("<f8")
        sha.update((values + 0.0).tobytes())  # -0.0 and 0.0 are one value
    else:
        values = array if whole else array.fill_null(0)
        sha.update(values.to_numpy(zero_copy_only=False).astype("<i8", copy=False).data)


def _bytes_of(array: pa.Array) -> memoryview:
    """The value bytes of a large_binary array without nulls, without its unused ends."""
    if len(array) == 0:
        return memoryview(b"")
    offsets = np.frombuffer(array.buffers()[1], dtype=np.int64)[
        array.offset : array.offset + len(array) + 1
    ]
    data = array.buffers()[2]
    return memoryview(data)[offsets[0] : offsets[-1]] if data is not None else memoryview(b"")
