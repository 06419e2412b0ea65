"""The tree as it follows from the entries, compared on the way with what is kept beside them."""

from collections.abc import Iterator, Mapping

from pipelines.ledger import merkle
from pipelines.ledger.dsse import open_envelope, read_envelope
from pipelines.ledger.faults import Fault, Reason
from pipelines.ledger.signatures import PublicKey
from pipelines.ledger.statement import PAYLOAD_TYPE, read_statement
from pipelines.model.errors import LedgerError
from pipelines.model.ledger import LedgerEntry
from pipelines.model.message import msg


class Recomputation:
    """Grows by one entry at a time; holds O(log n) hashes and the roots at the sizes `wanted`."""

    def __init__(
        self,
        subtrees: Mapping[tuple[int, int], bytes],
        keys: Mapping[str, PublicKey],
        wanted: frozenset[int],
    ) -> None:
        self.size = 0
        self.roots: dict[int, bytes] = {}
        self.log_id: str | None = None
        self._subtrees = subtrees
        self._keys = keys
        self._wanted = wanted
        self._edge: list[bytes] = []  # perfect subtrees at the right edge, largest first
        self._whole = True  # no root can be computed beyond a missing entry

    def add(self, entry: LedgerEntry) -> Iterator[Fault]:
        """The faults of `entry`, which comes next."""
        if entry.position != self.size:
            text = msg(
                "Entries are missing from position {first} up to {next}.",
                first=self.size,
                next=entry.position,
            )
            yield Fault(reason=Reason.MISSING_ENTRY, message=text, position=self.size)
            self._whole, self.size = False, entry.position
        if merkle.leaf_hash(entry.envelope) != entry.leaf_hash:
            text = msg("Entry {position} was changed.", position=entry.position)
            yield Fault(reason=Reason.LEAF_CHANGED, message=text, position=entry.position)
        else:
            yield from self._content_faults(entry)
        if self._whole:
            # with the hash that is kept, one changed entry does not drag every later root along
            yield from self._grow(entry.leaf_hash)
        self.size += 1
        if self._whole and self.size in self._wanted:
            self.roots[self.size] = self._root()

    def _content_faults(self, entry: LedgerEntry) -> Iterator[Fault]:
        where = entry.position
        try:
            envelope = read_envelope(entry.envelope)
            payload = open_envelope(envelope, self._keys, payload_type=PAYLOAD_TYPE)
            statement = read_statement(payload)
        except LedgerError:
            text = msg("No known key signed entry {position} as it stands.", position=where)
            yield Fault(reason=Reason.ENTRY_SIGNATURE, message=text, position=where)
            return
        if (statement.key, statement.predicate) != (entry.key, entry.predicate):
            text = msg("Entry {position} is filed under another key or type.", position=where)
            yield Fault(reason=Reason.INDEX_CHANGED, message=text, position=where)

    def _grow(self, leaf: bytes) -> Iterator[Fault]:
        self.log_id = self.log_id or leaf.hex()
        level, number, current = 0, self.size, leaf
        while number & 1:
            current = merkle.node_hash(self._edge.pop(), current)
            level, number = level + 1, number >> 1
            if self._subtrees.get((level, number)) != current:
                first, last = number << level, ((number + 1) << level) - 1
                text = msg(
                    "Entries {first} to {last} are not those that were appended.",
                    first=first,
                    last=last,
                )
                yield Fault(reason=Reason.SUBTREE_CHANGED, message=text, position=first)
        self._edge.append(current)

    def _root(self) -> bytes:
        current = self._edge[-1]
        for left in reversed(self._edge[:-1]):
            current = merkle.node_hash(left, current)
        return current
