"""Keys of this store: one for identifiers, one for signatures; both outside the evidence."""

import hashlib
import os
from pathlib import Path

from pipelines.model.errors import ConfigError
from pipelines.model.message import msg
from pipelines.ownership import temporary_name
from pipelines.settings import Settings

IDENTIFIER_KEY = "identifiers.key"
SIGNING_KEY = "ledger.pem"


def identifier_key(settings: Settings) -> tuple[bytes, str]:
    """The 32-byte key of identifier digests and its id (8 hex digits), made on first use.

    Whoever has the key can confirm a guessed identifier, so it lies apart from the evidence;
    whoever loses it can no longer match new identifiers with old ones.

    Raises:
        ConfigError: the key file is damaged or others may read it.
    """
    path = settings.keys / IDENTIFIER_KEY
    if not path.exists():
        settings.keys.mkdir(parents=True, exist_ok=True, mode=0o700)
        temporary = path.with_name(temporary_name())
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as target:
            target.write(os.urandom(32))
        try:
            os.link(temporary, path)  # fails where another process was first: its key counts
        except FileExistsError:
            pass
        finally:
            temporary.unlink()
    if path.stat().st_mode & 0o077:
        raise ConfigError(
            msg("others may read the identifier key {path}", path=str(path)),
            advice=msg("close it: chmod 600 {path}", path=str(path)),
        )
    key = path.read_bytes()
    if len(key) != 32:
        raise ConfigError(
            msg("the identifier key {path} is damaged", path=str(path)),
            advice=msg("restore it from the backup of the keys folder"),
        )
    return key, hashlib.sha256(b"tda-identifier-key\n" + key).hexdigest()[:8]


def signing_key_path(settings: Settings) -> Path:
    """Where the private key of the ledger is, or will be."""
    return settings.keys / SIGNING_KEY
