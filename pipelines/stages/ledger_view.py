"""The ledger of a store, for whoever asks: its head, its verification, a proof of one entry."""

from collections.abc import Mapping

from pipelines.ledger.canonical import Json
from pipelines.ledger.faults import ADVICE, Reason
from pipelines.ledger.head import SignedHead, read_head
from pipelines.ledger.keys import public_keys
from pipelines.ledger.proof import prove
from pipelines.ledger.signatures import PublicKey
from pipelines.ledger.verify import KeptLedger, Verification, inspect_ledger
from pipelines.model.errors import ConfigError
from pipelines.model.ledger import LedgerEntry
from pipelines.model.message import msg
from pipelines.store.database import Store
from pipelines.store.ledger_entries import LedgerBook, reading


def newest_head(store: Store) -> SignedHead:
    """The head signed last, its signature verified.

    Raises:
        ConfigError: no head has been signed yet.
        SignatureError: no key of this store signed it.
    """
    with reading(store.engine) as book:
        kept = book.newest_head()
    if kept is None:
        raise ConfigError(msg("The ledger has no signed head yet."), advice=ADVICE[Reason.NO_HEAD])
    return read_head(kept.envelope, public_keys(store.settings.keys))


def inspect_store(
    store: Store, *, anchor: bytes | None = None, keys: Mapping[str, PublicKey] | None = None
) -> Verification:
    """Every fault of the ledger of `store`, all of it recomputed.

    `keys` are trusted besides those in the keys folder of the store; `anchor` is the envelope of a
    head that was kept outside.
    """
    trusted = {**public_keys(store.settings.keys), **(keys or {})}
    with reading(store.engine) as book:
        kept = KeptLedger(entries=book.entries(), subtrees=book.subtrees(), heads=book.heads())
        return inspect_ledger(kept, trusted, anchor=anchor)


def proof_of(store: Store, entry_id: str) -> dict[str, Json]:
    """The inclusion proof of the entry with that key or position, under the newest head.

    Raises:
        ConfigError: there is no such entry, or no head over it yet.
        TamperedError: the ledger does not lead from the entry to the root that was signed.
    """
    with reading(store.engine) as book:
        entry = _entry(book, entry_id)
        kept = book.newest_head()
        if kept is None or kept.size <= entry.position:
            raise ConfigError(
                msg("No signed head covers entry {id} yet.", id=entry_id[:200]),
                advice=ADVICE[Reason.NO_HEAD],
            )
        head = read_head(kept.envelope, public_keys(store.settings.keys))
        return prove(entry, head, book.node)


def _entry(book: LedgerBook, entry_id: str) -> LedgerEntry:
    by_position = entry_id.isascii() and entry_id.isdigit() and len(entry_id) < 19
    found = book.entry_at(int(entry_id)) if by_position else book.entry(entry_id)
    if found is None:
        raise ConfigError(
            msg("The ledger has no entry {id}.", id=entry_id[:200]),
            advice=msg("Give a position from 0, or a key such as RUN/gate."),
        )
    return found
