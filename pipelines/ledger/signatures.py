"""Public keys and the verification of their signatures."""

import hashlib
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    SECP256R1,
    EllipticCurvePublicKey,
)
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_der_public_key,
    load_pem_public_key,
)

from pipelines.model.errors import ConfigError, SignatureError
from pipelines.model.message import msg


@dataclass(frozen=True, slots=True)
class PublicKey:
    """An Ed25519 or ECDSA P-256 public key."""

    material: Ed25519PublicKey | EllipticCurvePublicKey

    @property
    def der(self) -> bytes:
        """Its SubjectPublicKeyInfo."""
        return self.material.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)

    @property
    def pem(self) -> bytes:
        """The same, as PEM."""
        return self.material.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)

    @property
    def key_id(self) -> str:
        """The first 16 hex digits of the SHA-256 of its SubjectPublicKeyInfo."""
        return hashlib.sha256(self.der).hexdigest()[:16]

    @property
    def algorithm(self) -> str:
        """`ed25519` or `ecdsa-p256-sha256`."""
        if isinstance(self.material, Ed25519PublicKey):
            return "ed25519"
        return "ecdsa-p256-sha256"


def read_public_key(content: bytes) -> PublicKey:
    """The public key in `content`, PEM or DER SubjectPublicKeyInfo.

    Raises:
        ConfigError: it is not a public key, or not one of the two kinds.
    """
    load = load_pem_public_key if content.lstrip().startswith(b"-----") else load_der_public_key
    try:
        material = load(content)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise _not_a_key() from error
    if isinstance(material, Ed25519PublicKey):
        return PublicKey(material)
    if isinstance(material, EllipticCurvePublicKey) and isinstance(material.curve, SECP256R1):
        return PublicKey(material)
    raise _not_a_key()


def verify_signature(key: PublicKey, signature: bytes, content: bytes) -> None:
    """`signature` over `content` was made with the private half of `key`.

    ECDSA signatures are DER, over SHA-256.

    Raises:
        SignatureError: it was not, or it is malformed.

    Reference:
        RFC 8032, section 5.1.7; FIPS 186-5, section 6.4.2.
    """
    try:
        if isinstance(key.material, Ed25519PublicKey):
            key.material.verify(signature, content)
        else:
            key.material.verify(signature, content, ECDSA(SHA256()))
    except InvalidSignature as error:
        raise SignatureError(
            msg("A signature does not verify under key {key}.", key=key.key_id),
            advice=msg("Check that this is the key it was made with; if it is, it was changed."),
        ) from error


def _not_a_key() -> ConfigError:
    return ConfigError(
        msg("This is not an Ed25519 or ECDSA P-256 public key."),
        advice=msg("Give the PEM file that the ledger keeps beside its key: ledger.pub."),
    )
