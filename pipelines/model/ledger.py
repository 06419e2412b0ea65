"""What the ledger keeps, as it lies in the database."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerEntry:
    """One appended statement; only `envelope` is hashed, the rest can be computed from it."""

    position: int
    """From 0, without a gap."""
    key: str
    """The entry key inside the statement; no two entries share one."""
    predicate: str
    """predicateType of the statement."""
    leaf_hash: bytes
    envelope: bytes
    """The DSSE envelope, as canonical JSON: the leaf."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subtree:
    """The hash of the perfect subtree over the 2**level leaves from number * 2**level on."""

    level: int
    number: int
    hash: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptHead:
    """One signed tree head; `size` and `key_id` repeat what is inside the envelope."""

    number: int
    """From 0, in the order of signing."""
    size: int
    key_id: str
    envelope: bytes
