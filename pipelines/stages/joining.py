"""The text of a record: its text columns, joined with a line feed."""

from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc


def joined(batch: pa.RecordBatch, columns: Sequence[str]) -> pa.LargeStringArray:
    """The text of each record of `batch`; a null column is an empty one."""
    values = [batch.column(name) for name in columns]
    if len(values) == 1:
        return values[0]
    feed = pa.scalar("\n", pa.large_string())
    return pc.binary_join_element_wise(*values, feed, null_handling="replace", null_replacement="")
