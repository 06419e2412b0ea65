"""Signed tree heads: the size and root of the ledger at a moment, which someone else can keep."""

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from pipelines.ledger.canonical import canonical, parse, timestamp
from pipelines.ledger.dsse import Envelope, open_envelope, read_envelope, sign
from pipelines.ledger.keys import SigningKey
from pipelines.ledger.signatures import PublicKey
from pipelines.model.audit import LedgerHead
from pipelines.model.errors import SignatureError
from pipelines.model.message import msg

PAYLOAD_TYPE = "application/vnd.tda.tree-head.v1+json"

_HEX = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class TreeHead:
    """The first `size` entries of the ledger `log_id` hash to `root`."""

    log_id: str
    """Leaf hash of entry 0, 64 hex digits: ledgers with one id share at least that entry."""
    size: int
    """At least 1."""
    root: str
    """64 hex digits."""
    at: datetime
    """As the signer states it: order is proved, time is not."""
    key_id: str
    """The key it is signed with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedHead:
    """A tree head with the envelope it was signed in; the signature has been verified or made."""

    head: TreeHead
    envelope: Envelope

    @property
    def signature(self) -> str:
        """The signature, base64."""
        return base64.b64encode(self.envelope.signatures[0].value).decode()

    def for_report(self) -> LedgerHead:
        """The head as the report prints it."""
        return LedgerHead(
            size=self.head.size,
            root=self.head.root,
            at=self.head.at,
            key_id=self.head.key_id,
            signature=self.signature,
        )


def sign_head(*, log_id: str, size: int, root: str, at: datetime, key: SigningKey) -> SignedHead:
    """The head of these values, signed with `key`."""
    head = TreeHead(log_id=log_id, size=size, root=root, at=at, key_id=key.key_id)
    payload = canonical(
        {
            "at": timestamp(at),
            "key_id": key.key_id,
            "log_id": log_id,
            "root": root,
            "size": size,
        }
    )
    return SignedHead(head=head, envelope=sign(PAYLOAD_TYPE, payload, key))


def read_head(content: bytes, keys: Mapping[str, PublicKey]) -> SignedHead:
    """The head in the envelope bytes `content`, signed by one of `keys`.

    Raises:
        SignatureError: it is not a head, or no known key signed it.
    """
    envelope = read_envelope(content)
    payload = open_envelope(envelope, keys, payload_type=PAYLOAD_TYPE)
    try:
        head = _head(parse(payload))
    except ValueError as error:
        raise _malformed() from error
    if [signature.key_id for signature in envelope.signatures] != [head.key_id]:
        raise _malformed()
    return SignedHead(head=head, envelope=envelope)


def _head(value: object) -> TreeHead:
    match value:
        case {
            "at": str(at),
            "key_id": str(key_id),
            "log_id": str(log_id),
            "root": str(root),
            "size": int(size),
            **rest,
        } if not rest and size > 0 and _HEX.fullmatch(root) and _HEX.fullmatch(log_id):
            moment = datetime.fromisoformat(at)
            if timestamp(moment) == at:
                return TreeHead(log_id=log_id, size=size, root=root, at=moment, key_id=key_id)
    raise ValueError("not a tree head")


def _malformed() -> SignatureError:
    return SignatureError(
        msg("A signed tree head is malformed."),
        advice=msg("Export it again with tda ledger head --json, or use another copy."),
    )
