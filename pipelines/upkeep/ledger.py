"""The ledger looked at quickly: its newest head, the root under it, and its newest entries."""

from collections.abc import Iterator

from pipelines.ledger import merkle
from pipelines.ledger.dsse import open_envelope, read_envelope
from pipelines.ledger.faults import ADVICE, Fault, Reason
from pipelines.ledger.head import SignedHead, read_head
from pipelines.ledger.keys import public_keys
from pipelines.ledger.signatures import PublicKey
from pipelines.ledger.statement import PAYLOAD_TYPE, read_statement
from pipelines.model.errors import AuditError, LedgerError
from pipelines.model.ledger import LedgerEntry
from pipelines.model.message import msg
from pipelines.stages.ledger_view import inspect_store
from pipelines.store import runs
from pipelines.store.database import Store
from pipelines.store.ledger_entries import LedgerBook, reading
from pipelines.upkeep.line import Line, failed, note, ok, wrong

NEWEST = 50
"""Entries whose hash and signature are checked unless all are asked for."""
NAMED = 5

_RESTORE = msg("stop every audit, then restore the database from the back-up")


def ledger_lines(store: Store, *, deep: bool) -> Iterator[Line]:
    """What is wrong with the ledger: all of it recomputed with `deep`, else its newest part."""
    try:
        emptied = _emptied(store)
        if emptied is not None:
            yield emptied
        elif deep:
            found = inspect_store(store)
            yield from _fault_lines(found.faults)
            if not found.faults:
                said = msg("{size} entries of the ledger recomputed; all agree", size=found.size)
                yield ok("ledger", said)
        else:
            yield from _quick(store)
    except AuditError as error:
        yield failed("ledger", error)


def _emptied(store: Store) -> Line | None:
    """What shows that the ledger held entries or heads that are gone, all of them.

    A sealed run and the public key are made together with an entry or after it, so either one
    beside nothing says that the ledger was emptied, not that it was never begun.
    """
    sealed = sum(run.state == runs.SEALED for run in runs.all_runs(store))
    with reading(store.engine) as book:
        size, headless = book.size(), book.newest_head() is None
    if size == 0 and sealed:
        said = msg("the ledger is empty, yet runs are sealed: {count}", count=sealed)
    elif size == 0 and headless and public_keys(store.settings.keys):
        said = msg("the ledger is empty, yet there is a key its entries were signed with")
    elif headless and sealed:
        said = msg("the ledger has no signed head, yet runs are sealed: {count}", count=sealed)
    else:
        return None
    return wrong("ledger", said, _RESTORE)


def _quick(store: Store) -> Iterator[Line]:
    keys = public_keys(store.settings.keys)
    with reading(store.engine) as book:
        size, kept = book.size(), book.newest_head()
        if size == 0 and kept is None:
            yield note("ledger", msg("The ledger holds no entry."), ADVICE[Reason.EMPTY])
            return
        if kept is None:
            yield note("ledger", msg("The ledger has no signed head yet."), ADVICE[Reason.NO_HEAD])
            return
        head = read_head(kept.envelope, keys)
        faults = [*_head_faults(book, head, size), *_entry_faults(book, size, keys)]
    yield from _fault_lines(tuple(faults))
    if not faults:
        yield ok(
            "ledger",
            msg(
                "{size} entries in the ledger; its newest head and newest {checked} entries agree "
                "(all: tda ledger verify)",
                size=size,
                checked=min(size, NEWEST),
            ),
        )


def _head_faults(book: LedgerBook, signed: SignedHead, size: int) -> Iterator[Fault]:
    head = signed.head
    if head.size > size:
        text = msg("The head counts {count} entries, there are {size}.", count=head.size, size=size)
        yield Fault(reason=Reason.TAIL_CUT, message=text, position=size)
    elif merkle.root(head.size, book.node).hex() != head.root:
        text = msg("The entries do not hash to the root that was signed.")
        yield Fault(reason=Reason.NOT_CONSISTENT, message=text)


def _entry_faults(book: LedgerBook, size: int, keys: dict[str, PublicKey]) -> Iterator[Fault]:
    for position in range(max(0, size - NEWEST), size):
        entry = book.entry_at(position)
        if entry is None:
            text = msg("Entry {position} is missing.", position=position)
            yield Fault(reason=Reason.MISSING_ENTRY, message=text, position=position)
        elif not _is_sound(entry, keys):
            text = msg("Entry {position} was changed.", position=position)
            yield Fault(reason=Reason.LEAF_CHANGED, message=text, position=position)


def _is_sound(entry: LedgerEntry, keys: dict[str, PublicKey]) -> bool:
    """Whether hash, signature, key and type of the entry are those of its bytes."""
    if merkle.leaf_hash(entry.envelope) != entry.leaf_hash:
        return False
    try:
        envelope = read_envelope(entry.envelope)
        said = read_statement(open_envelope(envelope, keys, payload_type=PAYLOAD_TYPE))
    except LedgerError:
        return False
    return (said.key, said.predicate) == (entry.key, entry.predicate)


def _fault_lines(faults: tuple[Fault, ...]) -> Iterator[Line]:
    for fault in faults[:NAMED]:
        yield wrong("ledger", fault.message, ADVICE[fault.reason])
    if len(faults) > NAMED:
        more = msg("and {count} more like these", count=len(faults) - NAMED)
        yield wrong("ledger", more, msg("see all of them: tda ledger verify"))
