"""What can be wrong with a ledger: reason codes, and a sentence for each."""

from dataclasses import dataclass
from enum import StrEnum

from pipelines.model.errors import LedgerError, TamperedError
from pipelines.model.message import Message, msg


class Reason(StrEnum):
    """Reason codes of `tda ledger verify`; scripts may rely on them."""

    OK = "ok"
    EMPTY = "empty"
    """No entry: nothing was verified."""
    NO_HEAD = "no_head"
    """Entries, but no signed head: their number and order rest on nothing."""
    LEAF_CHANGED = "leaf_changed"
    MISSING_ENTRY = "missing_entry"
    ENTRY_SIGNATURE = "entry_signature"
    INDEX_CHANGED = "index_changed"
    """A column beside an entry or head says something else than the entry or head."""
    SUBTREE_CHANGED = "subtree_changed"
    MISSING_HEAD = "missing_head"
    HEAD_SIGNATURE = "head_signature"
    NOT_CONSISTENT = "not_consistent"
    """The entries do not hash to the root that was signed."""
    TAIL_CUT = "tail_cut"
    """Fewer entries than a signed head counts."""
    ANCHOR_SIGNATURE = "anchor_signature"
    OTHER_LEDGER = "other_ledger"
    """The anchor was made for a ledger with another first entry."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing that is wrong, and where."""

    reason: Reason
    message: Message
    position: int | None = None
    """Of the first entry concerned; of the head, where the reason is about one."""

    def error(self) -> LedgerError:
        """The same as an error: TamperedError, unless there was nothing to verify."""
        kind = LedgerError if self.reason in {Reason.EMPTY, Reason.NO_HEAD} else TamperedError
        return kind(self.message, advice=ADVICE[self.reason])


_RESTORE = msg("Compare with a back-up; whoever can write to this database could have changed it.")
_COMPARE = msg("Ask whoever keeps an earlier head to compare it, and look for the missing back-up.")

ADVICE = {
    Reason.OK: msg("Keep the head outside: tda ledger head --json > anchor.json"),
    Reason.EMPTY: msg("Check TDA_HOME; run an audit first: tda audit MANIFEST"),
    Reason.NO_HEAD: msg("Finish an audit: its seal stage signs a head."),
    Reason.LEAF_CHANGED: _RESTORE,
    Reason.MISSING_ENTRY: _RESTORE,
    Reason.ENTRY_SIGNATURE: msg("If the key was changed on purpose, give the old one with --key."),
    Reason.INDEX_CHANGED: _RESTORE,
    Reason.SUBTREE_CHANGED: _RESTORE,
    Reason.MISSING_HEAD: _RESTORE,
    Reason.HEAD_SIGNATURE: msg("If the key was changed on purpose, give the old one with --key."),
    Reason.NOT_CONSISTENT: _COMPARE,
    Reason.TAIL_CUT: _COMPARE,
    Reason.ANCHOR_SIGNATURE: msg("Give the public key of the ledger it was exported from: --key"),
    Reason.OTHER_LEDGER: msg(
        "Check that the file belongs to this store; if it does, the ledger was rewritten whole."
    ),
}
"""What to do, by reason."""
