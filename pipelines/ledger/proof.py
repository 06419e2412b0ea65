"""A proof that one entry is under a signed head, for somebody who has nothing but a public key."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from pipelines.ledger import merkle
from pipelines.ledger.canonical import Json, canonical
from pipelines.ledger.dsse import open_envelope, read_envelope
from pipelines.ledger.head import SignedHead, read_head
from pipelines.ledger.signatures import PublicKey
from pipelines.ledger.statement import PAYLOAD_TYPE, Statement, read_statement
from pipelines.model.errors import SignatureError
from pipelines.model.ledger import LedgerEntry
from pipelines.model.message import msg


@dataclass(frozen=True, slots=True, kw_only=True)
class Proven:
    """An entry that was shown to be under a signed head."""

    position: int
    statement: Statement
    head: SignedHead


def prove(entry: LedgerEntry, head: SignedHead, node: merkle.NodeReader) -> dict[str, Json]:
    """The inclusion proof of `entry` under `head`, as a JSON document of its own.

    Raises:
        ValueError: the head is older than the entry.
        TamperedError: the ledger does not lead from the entry to the root that was signed.
    """
    path = merkle.inclusion_path(entry.position, head.head.size, node)
    leaf = merkle.leaf_hash(entry.envelope)
    root = bytes.fromhex(head.head.root)
    # a proof that would be refused elsewhere is not handed out
    merkle.verify_inclusion(leaf, entry.position, head.head.size, path, root)
    return {
        "proof": "inclusion",
        "hash": "sha256, RFC 6962",
        "log_id": head.head.log_id,
        "position": entry.position,
        "size": head.head.size,
        "leaf_hash": leaf.hex(),
        "path": [step.hex() for step in path],
        "root": head.head.root,
        "entry": json.loads(entry.envelope),
        "head": json.loads(head.envelope.to_bytes()),
    }


def verify_proof(document: Mapping[str, object], keys: Mapping[str, PublicKey]) -> Proven:
    """The entry and head of an inclusion proof, both signed by one of `keys`.

    Only the signed envelopes, the position and the path are read; everything else in the document
    is a convenience for people.

    Raises:
        SignatureError: entry or head is malformed or not signed by a known key.
        TamperedError: the path does not lead from the entry to the signed root.
    """
    match document:
        case {"entry": dict(entry), "head": dict(head), "position": int(where), "path": [*steps]}:
            try:
                envelope, signed = canonical(entry), canonical(head)
                path = [bytes.fromhex(str(step)) for step in steps]
            except (ValueError, TypeError) as error:
                raise _malformed() from error
        case _:
            raise _malformed()
    payload = open_envelope(read_envelope(envelope), keys, payload_type=PAYLOAD_TYPE)
    tree = read_head(signed, keys)
    leaf, root = merkle.leaf_hash(envelope), bytes.fromhex(tree.head.root)
    merkle.verify_inclusion(leaf, where, tree.head.size, path, root)
    return Proven(position=where, statement=read_statement(payload), head=tree)


def _malformed() -> SignatureError:
    return SignatureError(
        msg("This is not an inclusion proof."),
        advice=msg("Make it again: tda ledger prove ID > proof.json"),
    )
