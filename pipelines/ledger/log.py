"""Appending to the ledger and signing its head, over whatever keeps the entries."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from pipelines.ledger import merkle
from pipelines.ledger.dsse import read_envelope, sign
from pipelines.ledger.head import SignedHead, read_head, sign_head
from pipelines.ledger.keys import SigningKey
from pipelines.ledger.signatures import PublicKey
from pipelines.ledger.statement import PAYLOAD_TYPE, Statement
from pipelines.model.errors import LedgerError, TamperedError
from pipelines.model.ledger import KeptHead, LedgerEntry, Subtree
from pipelines.model.message import msg


class Book(Protocol):
    """What keeps the ledger, inside one transaction that no other writer interrupts."""

    def size(self) -> int:
        """One more than the highest position."""
        ...

    def entry(self, key: str) -> LedgerEntry | None:
        """The entry with that key."""
        ...

    def node(self, level: int, number: int) -> bytes:
        """The hash of a perfect subtree; LedgerError when it is not there."""
        ...

    def add(self, entries: Sequence[LedgerEntry], subtrees: Sequence[Subtree]) -> None:
        """The entries and the subtrees above them are kept."""
        ...

    def newest_head(self) -> KeptHead | None:
        """The head signed last."""
        ...

    def add_head(self, head: KeptHead) -> None:
        """The head is kept, for ever."""
        ...


def append(book: Book, statements: Sequence[Statement], *, key: SigningKey) -> tuple[int, ...]:
    """The positions of `statements` in the ledger, each signed with `key` and there exactly once.

    A statement that is there already keeps its position, so a resumed run may append again. Hashes
    O(log n) per statement.

    Raises:
        LedgerError: an entry with the same key says something else.
        TamperedError: the ledger is shorter than its newest head says.
    """
    size = _size_not_below_the_newest_head(book)
    known: dict[str, LedgerEntry] = {}
    fresh: list[LedgerEntry] = []
    for statement in statements:
        kept = known.get(statement.key) or book.entry(statement.key)
        if kept is None:
            kept = _entry(statement, size + len(fresh), key)
            fresh.append(kept)
        elif not _says(kept, statement):
            raise LedgerError(
                msg("The ledger already holds entry {key}, with other content.", key=statement.key),
                advice=msg(
                    "An entry is never replaced: start a new run, which has its own entries."
                ),
            )
        known[statement.key] = kept
    if fresh:
        book.add(fresh, merkle.grow(size, [entry.leaf_hash for entry in fresh], book.node))
    return tuple(known[statement.key].position for statement in statements)


def sign_tree(
    book: Book, *, at: datetime, key: SigningKey, trusted: dict[str, PublicKey]
) -> SignedHead:
    """The signed head over all entries of `book`, kept; one of this size and key is used again.

    `trusted` are the public keys the earlier head may be signed with, besides `key`.

    Raises:
        LedgerError: the ledger is empty.
        SignatureError: the earlier head does not verify.
        TamperedError: the tree is not an extension of the one under the earlier head.
    """
    size = _size_not_below_the_newest_head(book)
    if size == 0:
        raise LedgerError(
            msg("An empty ledger has no head to sign."),
            advice=msg("Run an audit first: tda audit MANIFEST"),
        )
    kept, root = book.newest_head(), merkle.root(size, book.node)
    if kept is not None:
        earlier = read_head(kept.envelope, {**trusted, key.key_id: key.public})
        path = merkle.consistency_path(earlier.head.size, size, book.node)
        old_root = bytes.fromhex(earlier.head.root)
        merkle.verify_consistency(earlier.head.size, size, path, old_root, root)
        if (earlier.head.size, earlier.head.key_id) == (size, key.key_id):
            return earlier
    log_id = book.node(0, 0).hex()
    signed = sign_head(log_id=log_id, size=size, root=root.hex(), at=at, key=key)
    number = 0 if kept is None else kept.number + 1
    book.add_head(
        KeptHead(number=number, size=size, key_id=key.key_id, envelope=signed.envelope.to_bytes())
    )
    return signed


def _size_not_below_the_newest_head(book: Book) -> int:
    size, newest = book.size(), book.newest_head()
    if newest is not None and size < newest.size:
        raise TamperedError(
            msg(
                "The ledger has {size} entries; its newest signed head says {signed}.",
                size=size,
                signed=newest.size,
            ),
            advice=msg("Its tail was cut or lost: restore the store from a back-up, then go on."),
        )
    return size


def _entry(statement: Statement, position: int, key: SigningKey) -> LedgerEntry:
    envelope = sign(PAYLOAD_TYPE, statement.payload, key).to_bytes()
    return LedgerEntry(
        position=position,
        key=statement.key,
        predicate=statement.predicate,
        leaf_hash=merkle.leaf_hash(envelope),
        envelope=envelope,
    )


def _says(entry: LedgerEntry, statement: Statement) -> bool:
    return read_envelope(entry.envelope).payload == statement.payload
