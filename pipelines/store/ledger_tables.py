"""Tables of the ledger: its entries, the hashes of its perfect subtrees, and its signed heads.

Nothing here is believed for being stored: every column but the entry and the head themselves can
be computed from them, and `tda ledger verify` does.
"""

from collections.abc import Callable

import sqlalchemy as sa

from pipelines.store.metadata import METADATA


class KeptBytes(sa.LargeBinary):
    """Bytes, also where somebody has put a text or a number into the column of an SQLite file.

    Verification has to name such a row, not to stumble over it.
    """

    def result_processor(
        self, dialect: sa.Dialect, coltype: object
    ) -> Callable[[object | None], bytes]:
        """The bytes as kept; whatever is not bytes becomes other bytes, or none."""
        return _as_bytes


def _as_bytes(value: object) -> bytes:
    match value:
        case bytes() | bytearray() | memoryview():
            return bytes(value)
        case str():
            return value.encode("utf-8", "surrogateescape")
    return b""


ledger_entries = sa.Table(
    "ledger_entries",
    METADATA,
    # BIGINT without autoincrement: the ledger gives the positions, from 0 and without a gap
    sa.Column("position", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("entry_key", sa.String(200), nullable=False, unique=True),
    sa.Column("predicate", sa.String(100), nullable=False),  # predicateType of the statement
    sa.Column("leaf_hash", KeptBytes(32), nullable=False),
    sa.Column("envelope", KeptBytes, nullable=False),  # the DSSE bytes: the leaf itself
)
ledger_subtrees = sa.Table(
    "ledger_subtrees",
    METADATA,
    # level 0 is ledger_entries.leaf_hash
    sa.Column("level", sa.SmallInteger, primary_key=True, autoincrement=False),
    sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("hash", KeptBytes(32), nullable=False),
)
ledger_heads = sa.Table(
    "ledger_heads",
    METADATA,
    sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("size", sa.BigInteger, nullable=False),
    sa.Column("key_id", sa.String(16), nullable=False),
    sa.Column("envelope", KeptBytes, nullable=False),  # the signed head
)

APPEND_ONLY = ("ledger_entries", "ledger_subtrees", "ledger_heads")
"""Tables of this module whose rows are never changed or deleted; a trigger refuses both."""
