"""Verifying a whole ledger: hashes recomputed, every signature and signed root checked."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from pipelines.ledger.faults import Fault, Reason
from pipelines.ledger.head import SignedHead, read_head
from pipelines.ledger.recompute import Recomputation
from pipelines.ledger.signatures import PublicKey
from pipelines.model.errors import SignatureError
from pipelines.model.ledger import KeptHead, LedgerEntry
from pipelines.model.message import msg


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptLedger:
    """A ledger as it was read, nothing believed."""

    entries: Iterable[LedgerEntry]
    """In the order of positions; read once."""
    subtrees: Mapping[tuple[int, int], bytes]
    """(level, number) -> hash, for levels above the leaves."""
    heads: Sequence[KeptHead]
    """In the order of signing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """What recomputing a ledger gave."""

    size: int
    """Entries, counted from the positions."""
    head: SignedHead | None
    """The newest head whose signature verified."""
    anchor: SignedHead | None
    """The head from outside, if there was one and its signature verified."""
    faults: tuple[Fault, ...]
    """In the order of the entries, then of the heads, then of the anchor."""

    @property
    def reason(self) -> Reason:
        """The reason of the first fault, or `ok`."""
        return self.faults[0].reason if self.faults else Reason.OK

    @property
    def after_head(self) -> int:
        """Entries that no verified head covers yet."""
        return max(0, self.size - (self.head.head.size if self.head else 0))


def verify_ledger(
    ledger: KeptLedger, keys: Mapping[str, PublicKey], *, anchor: bytes | None = None
) -> Verification:
    """The verification of `ledger`, when nothing is wrong with it.

    Raises:
        TamperedError: the first fault found; the message has the position of the entry.
        LedgerError: there is nothing to verify, or nothing was ever signed.
    """
    found = inspect_ledger(ledger, keys, anchor=anchor)
    if found.faults:
        raise found.faults[0].error()
    return found


def inspect_ledger(
    ledger: KeptLedger, keys: Mapping[str, PublicKey], *, anchor: bytes | None = None
) -> Verification:
    """Every fault of `ledger`, whose entries and heads are to be signed by one of `keys`.

    `anchor` is the envelope of a head that was kept outside: nothing else shows a tail that was cut
    together with its heads, or a ledger rewritten by somebody who has the key.
    """
    head_faults: list[Fault] = []
    anchor_faults: list[Fault] = []
    heads = list(_signed_heads(ledger.heads, keys, head_faults))
    outside = None if anchor is None else _read_anchor(anchor, keys, anchor_faults)
    signed = [*(head for _, head in heads), *([outside] if outside else [])]
    tree = Recomputation(ledger.subtrees, keys, frozenset(item.head.size for item in signed))
    faults = [fault for entry in ledger.entries for fault in tree.add(entry)]
    faults += _absences(tree.size, ledger.heads)
    faults += head_faults
    for number, head in heads:
        faults += _head_faults(head, number, tree)
    faults += anchor_faults
    if outside is not None:
        faults += _anchor_faults(outside, tree)
    newest = heads[-1][1] if heads else None
    return Verification(size=tree.size, head=newest, anchor=outside, faults=tuple(faults))


def _absences(size: int, heads: Sequence[KeptHead]) -> Iterator[Fault]:
    if size == 0 and not heads:
        yield Fault(reason=Reason.EMPTY, message=msg("The ledger holds no entry."))
    elif not heads:
        text = msg("None of the {size} entries is under a signed head.", size=size)
        yield Fault(reason=Reason.NO_HEAD, message=text)


def _signed_heads(
    kept: Sequence[KeptHead], keys: Mapping[str, PublicKey], faults: list[Fault]
) -> Iterator[tuple[int, SignedHead]]:
    expected = 0
    for item in kept:
        if item.number != expected:
            text = msg("Signed heads before number {number} are missing.", number=item.number)
            faults.append(Fault(reason=Reason.MISSING_HEAD, message=text, position=expected))
        expected = item.number + 1
        try:
            signed = read_head(item.envelope, keys)
        except SignatureError:
            text = msg("No known key signed head {number} as it stands.", number=item.number)
            faults.append(Fault(reason=Reason.HEAD_SIGNATURE, message=text, position=item.number))
            continue
        if (signed.head.size, signed.head.key_id) != (item.size, item.key_id):
            text = msg("Head {number} is filed under another size or key.", number=item.number)
            faults.append(Fault(reason=Reason.INDEX_CHANGED, message=text, position=item.number))
        yield item.number, signed


def _head_faults(signed: SignedHead, number: int, tree: Recomputation) -> Iterator[Fault]:
    head = signed.head
    if head.size > tree.size:
        text = msg(
            "Head {number} was signed over {signed} entries; {size} are here.",
            number=number,
            signed=head.size,
            size=tree.size,
        )
        yield Fault(reason=Reason.TAIL_CUT, message=text, position=tree.size)
    elif head.size in tree.roots and (
        tree.roots[head.size].hex() != head.root or tree.log_id != head.log_id
    ):
        text = msg(
            "The first {signed} entries do not hash to the root that head {number} signed.",
            signed=head.size,
            number=number,
        )
        yield Fault(reason=Reason.NOT_CONSISTENT, message=text, position=head.size - 1)


def _read_anchor(
    content: bytes, keys: Mapping[str, PublicKey], faults: list[Fault]
) -> SignedHead | None:
    try:
        return read_head(content, keys)
    except SignatureError:
        text = msg("No known key signed the anchor as it stands.")
        faults.append(Fault(reason=Reason.ANCHOR_SIGNATURE, message=text))
        return None


def _anchor_faults(anchor: SignedHead, tree: Recomputation) -> Iterator[Fault]:
    head = anchor.head
    if tree.log_id is not None and tree.log_id != head.log_id:
        text = msg("The anchor was signed for a ledger with another first entry.")
        yield Fault(reason=Reason.OTHER_LEDGER, message=text, position=0)
    elif head.size > tree.size:
        text = msg(
            "The anchor was signed over {signed} entries; {size} are here.",
            signed=head.size,
            size=tree.size,
        )
        yield Fault(reason=Reason.TAIL_CUT, message=text, position=tree.size)
    elif head.size in tree.roots and tree.roots[head.size].hex() != head.root:
        text = msg(
            "The first {signed} entries are not those the anchor was signed over.",
            signed=head.size,
        )
        yield Fault(reason=Reason.NOT_CONSISTENT, message=text, position=head.size - 1)
