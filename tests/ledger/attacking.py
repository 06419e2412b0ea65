"""What an attacker who owns the database does to it."""

from pipelines.ledger import merkle
from pipelines.ledger.dsse import read_envelope, sign
from pipelines.ledger.statement import PAYLOAD_TYPE
from pipelines.ledger.verify import KeptLedger, verify_ledger
from pipelines.store.ledger_entries import reading
from pipelines.store.ledger_tables import ledger_entries, ledger_subtrees


def rewrite(ledger, position, envelope, *, everything=False):
    """Replace the envelope at `position`; with `everything`, its leaf and subtree hashes too."""
    change = ledger_entries.update().where(ledger_entries.c.position == position)
    ledger.execute(change.values(envelope=envelope))
    if everything:
        ledger.execute(change.values(leaf_hash=merkle.leaf_hash(envelope)))
        rebuild_subtrees(ledger)


def rebuild_subtrees(ledger):
    with reading(ledger.engine) as book:
        leaves = [entry.leaf_hash for entry in book.entries()]
    ledger.execute(ledger_subtrees.delete())
    rows = [
        {"level": node.level, "number": node.number, "hash": node.hash}
        for node in merkle.grow(0, leaves, None)
        if node.level
    ]
    if rows:
        ledger.execute(ledger_subtrees.insert().values(rows))


def forge(ledger, position, key):
    """The envelope of another statement under the key of the entry at `position`."""
    payload = read_envelope(ledger.entry(position).envelope).payload
    changed = payload.replace(b'"attempt":1', b'"attempt":7')
    assert changed != payload
    return sign(PAYLOAD_TYPE, changed, key).to_bytes()


def verify_with(ledger, anchor):
    with reading(ledger.engine) as book:
        kept = KeptLedger(entries=book.entries(), subtrees=book.subtrees(), heads=book.heads())
        return verify_ledger(kept, ledger.keys, anchor=anchor)
