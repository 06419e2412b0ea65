"""Tables as every engine names and gives them back."""

import re

import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.model.errors import EvidenceError
from pipelines.model.message import msg

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def identifier(name: str) -> str:
    """`name` as SQL takes it for the name of a table.

    Raises:
        ValueError: it is none.
    """
    if _NAME.fullmatch(name) is None:
        raise ValueError(f"not a table name: {name!r}")
    return f'"{name}"'


def bounded_table(uri: str, limit: int) -> pa.Table:
    """The table in the Parquet file at `uri`.

    Raises:
        EvidenceError: It is missing, unreadable, or has more than `limit` rows.
    """
    try:
        with pq.ParquetFile(uri) as file:
            rows = file.metadata.num_rows
            if rows <= limit:
                return file.read()
    except (OSError, pa.ArrowException) as error:
        raise EvidenceError(
            msg("the evidence table {uri} cannot be read", uri=uri),
            advice=msg("run the audit again; `tda doctor` checks the evidence folder"),
        ) from error
    raise EvidenceError(
        msg(
            "the table {uri} has {rows} rows, more than the {limit} allowed here",
            uri=uri,
            rows=rows,
            limit=limit,
        ),
        advice=msg("ask for an aggregate instead of the rows"),
    )
