"""The private key of the ledger: one Ed25519 file that nobody else may read."""

import os
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from pipelines.ledger.signatures import PublicKey, read_public_key
from pipelines.model.errors import ConfigError
from pipelines.model.message import msg
from pipelines.ownership import temporary_name

PRIVATE_FILE = "ledger.pem"
PUBLIC_FILE = "ledger.pub"
PUBLIC_GLOB = "ledger*.pub"
"""A retired key keeps its public half beside the new one, under any name of this shape."""


@dataclass(frozen=True, slots=True)
class SigningKey:
    """An Ed25519 key that signs; its text form shows the id only."""

    material: Ed25519PrivateKey = field(repr=False)

    @property
    def public(self) -> PublicKey:
        """Its public half."""
        return PublicKey(self.material.public_key())

    @property
    def key_id(self) -> str:
        """The id of its public half."""
        return self.public.key_id

    def sign(self, content: bytes) -> bytes:
        """The 64-byte signature over `content`; the same content gives the same signature."""
        return self.material.sign(content)


def signing_key(folder: Path) -> SigningKey:
    """The key of the ledger in `folder`, made on first use (mode 0600), its public half beside it.

    Raises:
        ConfigError: the file is no Ed25519 key, others may read it, or it is gone or another one
            while its public half is still there.
    """
    path, public = folder / PRIVATE_FILE, folder / PUBLIC_FILE
    if not path.exists():
        # the private half is written first: where the public one lies alone, the other is gone
        if public.exists() and not path.exists():
            raise _another_key()
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        fresh = Ed25519PrivateKey.generate()
        pem = fresh.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        _write_once(path, pem, 0o600)
    key = _load(path)
    if not public.exists():
        _write_once(public, key.public.pem, 0o644)
    if read_public_key(public.read_bytes()).key_id != key.key_id:
        raise _another_key()
    return key


def public_keys(folder: Path) -> dict[str, PublicKey]:
    """The public keys kept in `folder`, by key id: those a ledger of this place may be signed with.

    Raises:
        ConfigError: a file named like one is not a public key.
    """
    found = [read_public_key(path.read_bytes()) for path in sorted(folder.glob(PUBLIC_GLOB))]
    return {key.key_id: key for key in found}


def _load(path: Path) -> SigningKey:
    if path.stat().st_mode & 0o077:
        raise ConfigError(
            msg("Others may read the signing key {path}.", path=str(path)),
            advice=msg("Close it: chmod 600 {path}", path=str(path)),
        )
    try:
        material = load_pem_private_key(path.read_bytes(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise _damaged(path) from error
    if not isinstance(material, Ed25519PrivateKey):
        raise _damaged(path)
    return SigningKey(material)


def _damaged(path: Path) -> ConfigError:
    return ConfigError(
        msg(
            "The signing key {path} is not an Ed25519 private key without a password.",
            path=path.name,
        ),
        advice=msg("Restore it from the back-up of the keys folder."),
    )


def _another_key() -> ConfigError:
    return ConfigError(
        msg("The private key beside {public} is gone or another one.", public=PUBLIC_FILE),
        advice=msg(
            "Restore {private} from the back-up of the keys folder; or, to go on with a new key, "
            "rename {public} to ledger-<date>.pub, so that what it signed can still be verified.",
            private=PRIVATE_FILE,
            public=PUBLIC_FILE,
        ),
    )


def _write_once(path: Path, content: bytes, mode: int) -> None:
    """`path` holds `content`, or what another process wrote there first."""
    temporary = path.with_name(temporary_name())
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(handle, "wb") as target:
        target.write(content)
        target.flush()
        os.fsync(target.fileno())
    try:
        # a link, unlike a rename, never replaces the key of a quicker process
        path.hardlink_to(temporary)
    except FileExistsError:
        pass
    finally:
        temporary.unlink()
