"""A ledger in a real SQLite database, with what an attacker who owns the file can do to it."""

from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from pipelines.ledger.keys import signing_key
from pipelines.ledger.log import append, sign_tree
from pipelines.ledger.statement import Predicate, Subject, statement
from pipelines.ledger.verify import KeptLedger, inspect_ledger
from pipelines.model.ids import digest_of
from pipelines.store.database import make_engine
from pipelines.store.ledger_entries import appending, reading
from pipelines.store.ledger_tables import ledger_entries, ledger_heads, ledger_subtrees

AT = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)


def said(number, *, attempt=1):
    """A small valid statement with a key of its own."""
    return statement(
        Predicate.RUN_INTERRUPTED,
        key=f"run-{number}/interrupted",
        at=AT,
        subjects=[Subject("manifest", digest_of(b"%d" % number))],
        body={"run": f"run-{number}", "dataset": "tiny", "attempt": attempt},
    )


class Ledger:
    """One ledger file and its key."""

    said = staticmethod(said)

    def __init__(self, folder):
        self.engine = make_engine(f"sqlite:///{folder / 'audit.db'}")
        tables = [ledger_entries, ledger_subtrees, ledger_heads]
        ledger_entries.metadata.create_all(self.engine, tables)
        self.key = signing_key(folder / "keys")
        self.keys = {self.key.key_id: self.key.public}

    def append(self, *numbers, key=None):
        with appending(self.engine) as book:
            return append(book, [said(n) for n in numbers], key=key or self.key)

    def sign(self, *, at=AT, key=None):
        with appending(self.engine) as book:
            return sign_tree(book, at=at, key=key or self.key, trusted=self.keys)

    def inspect(self, anchor=None, keys=None):
        content = None if anchor is None else anchor.envelope.to_bytes()
        with reading(self.engine) as book:
            kept = KeptLedger(entries=book.entries(), subtrees=book.subtrees(), heads=book.heads())
            return inspect_ledger(kept, keys or self.keys, anchor=content)

    def reasons(self, anchor=None):
        return [fault.reason.value for fault in self.inspect(anchor).faults]

    def entry(self, position):
        with reading(self.engine) as book:
            return book.entry_at(position)

    def execute(self, *statements):
        with self.engine.begin() as connection:
            for one in statements:
                connection.execute(sa.text(one) if isinstance(one, str) else one)


@pytest.fixture
def ledger(tmp_path):
    made = Ledger(tmp_path)
    yield made
    made.engine.dispose()


@pytest.fixture
def sealed(ledger):
    """Eleven entries, heads over the first five, eight and eleven."""
    ledger.append(*range(5))
    ledger.sign()
    ledger.append(*range(5, 8))
    ledger.sign()
    ledger.append(*range(8, 11))
    ledger.sign()
    return ledger


@pytest.fixture
def make_ledger(tmp_path):
    made = []

    def make(name):
        (tmp_path / name).mkdir()
        made.append(Ledger(tmp_path / name))
        return made[-1]

    yield make
    for one in made:
        one.engine.dispose()
