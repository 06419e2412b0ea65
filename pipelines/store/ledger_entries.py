"""The ledger in the database: appends wait for each other, and nothing is ever changed."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import sqlalchemy as sa

from pipelines.model.errors import LedgerBusyError, LedgerError, TamperedError
from pipelines.model.ledger import KeptHead, LedgerEntry, Subtree
from pipelines.model.message import msg
from pipelines.store import database
from pipelines.store.ledger_tables import ledger_entries, ledger_heads, ledger_subtrees

_APPENDS = 7461002
"""Number of the PostgreSQL advisory lock that appends wait for."""

_READ_AT_ONCE = 500


class LedgerBook:
    """The ledger as one transaction sees it."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    @property
    def connection(self) -> sa.Connection:
        """The transaction, for rows that are to be there with their entry or not at all."""
        return self._connection

    def size(self) -> int:
        """One more than the highest position; a gap below it is for verification to find.

        Raises:
            TamperedError: it is not a number.
        """
        highest = self._connection.execute(sa.select(sa.func.max(ledger_entries.c.position)))
        last = highest.scalar_one()
        if last is not None and not isinstance(last, int):
            raise TamperedError(
                msg("A position in the ledger is not a number."),
                advice=msg("Run tda ledger verify, and restore the store from a back-up."),
            )
        return 0 if last is None else last + 1

    def entry(self, key: str) -> LedgerEntry | None:
        """The entry with that key."""
        return self._one(ledger_entries.c.entry_key == key)

    def entry_at(self, position: int) -> LedgerEntry | None:
        """The entry at `position`."""
        return self._one(ledger_entries.c.position == position)

    def entries(self) -> Iterator[LedgerEntry]:
        """Every entry in the order of positions, in bounded memory."""
        after = -1
        while True:
            query = (
                sa.select(ledger_entries)
                .where(ledger_entries.c.position > after)
                .order_by(ledger_entries.c.position)
                .limit(_READ_AT_ONCE)
            )
            rows = self._connection.execute(query).all()
            yield from map(_as_entry, rows)
            if len(rows) < _READ_AT_ONCE:
                return
            after = rows[-1].position

    def node(self, level: int, number: int) -> bytes:
        """The hash of a perfect subtree.

        Raises:
            LedgerError: it is not there.
        """
        query = (
            sa.select(ledger_entries.c.leaf_hash).where(ledger_entries.c.position == number)
            if level == 0
            else sa.select(ledger_subtrees.c.hash).where(
                ledger_subtrees.c.level == level, ledger_subtrees.c.number == number
            )
        )
        found = self._connection.execute(query).scalar()
        if found is None:
            raise LedgerError(
                msg("The ledger lacks node {number} of level {level}.", number=number, level=level),
                advice=msg("Run tda ledger verify, and restore the store from a back-up."),
            )
        return bytes(found)

    def subtrees(self) -> dict[tuple[int, int], bytes]:
        """Every kept subtree hash above the leaves, by (level, number)."""
        return {
            (row.level, row.number): row.hash
            for row in self._connection.execute(sa.select(ledger_subtrees))
        }

    def add(self, entries: Sequence[LedgerEntry], subtrees: Sequence[Subtree]) -> None:
        """The entries and the subtrees above them are kept; level 0 is the entries themselves."""
        self._connection.execute(
            ledger_entries.insert(),
            [
                {
                    "position": entry.position,
                    "entry_key": entry.key,
                    "predicate": entry.predicate,
                    "leaf_hash": entry.leaf_hash,
                    "envelope": entry.envelope,
                }
                for entry in entries
            ],
        )
        above = [
            {"level": node.level, "number": node.number, "hash": node.hash}
            for node in subtrees
            if node.level
        ]
        if above:
            self._connection.execute(ledger_subtrees.insert(), above)

    def newest_head(self) -> KeptHead | None:
        """The head signed last."""
        query = sa.select(ledger_heads).order_by(ledger_heads.c.number.desc()).limit(1)
        row = self._connection.execute(query).first()
        return None if row is None else _as_head(row)

    def heads(self) -> list[KeptHead]:
        """Every head, in the order of signing."""
        query = sa.select(ledger_heads).order_by(ledger_heads.c.number)
        return [_as_head(row) for row in self._connection.execute(query)]

    def add_head(self, head: KeptHead) -> None:
        """The head is kept, for ever."""
        self._connection.execute(
            ledger_heads.insert().values(
                number=head.number, size=head.size, key_id=head.key_id, envelope=head.envelope
            )
        )

    def _one(self, condition: sa.ColumnElement[bool]) -> LedgerEntry | None:
        row = self._connection.execute(sa.select(ledger_entries).where(condition)).first()
        return None if row is None else _as_entry(row)


@contextmanager
def appending(engine: sa.Engine) -> Iterator[LedgerBook]:
    """The ledger for one writer; others wait until this transaction has ended.

    Raises:
        LedgerBusyError: other writers kept it for longer than the database waits.
    """
    try:
        # under a snapshot taken before the wait, we would append to a tree that has grown since
        with database.writing(_isolated(engine, "READ COMMITTED")) as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_APPENDS)))
            yield LedgerBook(connection)
    except sa.exc.OperationalError as error:
        raise LedgerBusyError(
            msg("The ledger cannot be written: the database is busy or read-only."),
            advice=msg(
                "Try again when other audits have ended; check the disk and its permissions."
            ),
        ) from error


@contextmanager
def reading(engine: sa.Engine) -> Iterator[LedgerBook]:
    """The ledger as it stands now; what is appended meanwhile does not show.

    Raises:
        LedgerError: the database cannot give its rows.
    """
    try:
        with _isolated(engine, "REPEATABLE READ").connect() as connection, connection.begin():
            yield LedgerBook(connection)
    except sa.exc.DBAPIError as error:
        raise LedgerError(
            msg("The ledger cannot be read: the database is damaged or out of reach."),
            advice=msg("Check the disk and TDA_DATABASE_URL, or restore the store from a back-up."),
        ) from error


def _isolated(engine: sa.Engine, level: str) -> sa.Engine:
    """`engine` at isolation `level`; SQLite has but one, and it is a snapshot already."""
    if engine.dialect.name == "sqlite":
        return engine
    return engine.execution_options(isolation_level=level)


def _as_entry(row: sa.Row[tuple[object, ...]]) -> LedgerEntry:
    return LedgerEntry(
        position=_number(row.position),
        key=row.entry_key,
        predicate=row.predicate,
        leaf_hash=row.leaf_hash,
        envelope=row.envelope,
    )


def _as_head(row: sa.Row[tuple[object, ...]]) -> KeptHead:
    return KeptHead(
        number=_number(row.number),
        size=_number(row.size),
        key_id=row.key_id,
        envelope=row.envelope,
    )


def _number(value: object) -> int:
    """`value`, or a number that no entry has where an SQLite file holds something else."""
    return value if isinstance(value, int) else -1
