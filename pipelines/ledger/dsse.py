"""Signed envelopes: a payload, its type, and signatures over both (DSSE)."""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass

from pipelines.ledger.canonical import canonical, parse
from pipelines.ledger.keys import SigningKey
from pipelines.ledger.signatures import PublicKey, verify_signature
from pipelines.model.errors import SignatureError
from pipelines.model.message import Message, msg


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """One signature and the id of the key it claims."""

    key_id: str
    value: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """A payload with its type and at least one signature; `to_bytes` is what is kept and hashed."""

    payload_type: str
    payload: bytes
    signatures: tuple[Signature, ...]

    def to_bytes(self) -> bytes:
        """The envelope as canonical JSON."""
        return canonical(
            {
                "payload": base64.b64encode(self.payload).decode(),
                "payloadType": self.payload_type,
                "signatures": [
                    {"keyid": s.key_id, "sig": base64.b64encode(s.value).decode()}
                    for s in self.signatures
                ],
            }
        )


def pae(payload_type: str, payload: bytes) -> bytes:
    """The pre-authentication encoding of a payload: what is signed.

    Reference:
        DSSE protocol 1.0, "Signature Definition": lengths are bytes, in ASCII decimal.
    """
    kind = payload_type.encode()
    return b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)


def sign(payload_type: str, payload: bytes, key: SigningKey) -> Envelope:
    """`payload` in an envelope signed with `key`."""
    signature = Signature(key_id=key.key_id, value=key.sign(pae(payload_type, payload)))
    return Envelope(payload_type=payload_type, payload=payload, signatures=(signature,))


def read_envelope(content: bytes) -> Envelope:
    """The envelope whose canonical bytes are `content`; nothing about it is verified yet.

    Raises:
        SignatureError: it is not one: another form, unknown members, base64 with slack bits.
    """
    try:
        return _envelope(parse(content))
    except (ValueError, binascii.Error) as error:
        raise _refused(msg("An envelope is malformed.")) from error


def open_envelope(envelope: Envelope, keys: Mapping[str, PublicKey], *, payload_type: str) -> bytes:
    """The payload of `envelope`, signed by one of `keys`; every signature it carries verifies.

    Raises:
        SignatureError: another payload type, a key that is not among `keys`, a bad signature.
    """
    if envelope.payload_type != payload_type:
        raise _refused(msg("An envelope holds another type of payload than it should."))
    content = pae(envelope.payload_type, envelope.payload)
    for signature in envelope.signatures:
        key = keys.get(signature.key_id)
        if key is None:
            raise SignatureError(
                msg("The key {key} of a signature is not known here.", key=signature.key_id[:64]),
                advice=msg("Give its public key with --key, if you trust it."),
            )
        verify_signature(key, signature.value, content)
    return envelope.payload


def _envelope(value: object) -> Envelope:
    match value:
        case {"payload": str(payload), "payloadType": str(kind), "signatures": [*items], **rest}:
            if items and not rest:
                signatures = tuple(_signature(item) for item in items)
                return Envelope(payload_type=kind, payload=_decoded(payload), signatures=signatures)
    raise ValueError("not an envelope")


def _signature(value: object) -> Signature:
    match value:
        case {"keyid": str(key_id), "sig": str(signature), **rest} if not rest:
            return Signature(key_id=key_id, value=_decoded(signature))
    raise ValueError("not a signature")


def _decoded(text: str) -> bytes:
    content = base64.b64decode(text, validate=True)
    if base64.b64encode(content).decode() != text:
        raise ValueError("base64 with slack bits")
    return content


def _refused(message: Message) -> SignatureError:
    return SignatureError(
        message, advice=msg("Compare it with the copy that was handed over or backed up.")
    )
