"""Documents a manifest names as evidence, each hashed once."""

import hashlib
from pathlib import Path, PurePosixPath

from connectors.paths import Reach
from pipelines.model.errors import ConfigError
from pipelines.model.ids import Digest
from pipelines.model.message import msg
from pipelines.model.os_reason import os_reason
from pipelines.model.source import EvidenceFile

CHUNK = 1024 * 1024


class Documents:
    """The documents below one manifest; asking twice for a file hashes it once."""

    def __init__(self, reach: Reach) -> None:
        self.reach = reach
        self._hashed: dict[str, tuple[Digest, int]] = {}

    def get(self, kind: str, given: str) -> EvidenceFile:
        """The document at `given`.

        Raises:
            ConfigError: there is no such file within reach, or it cannot be read.
        """
        if given not in self._hashed:
            self._hashed[given] = digest_file(self.reach.file(given))
        digest, size = self._hashed[given]
        name = PurePosixPath(given).as_posix()
        return EvidenceFile(kind=kind, name=name, digest=digest, bytes=size)


def digest_file(path: Path) -> tuple[Digest, int]:
    """The digest and size of the file at `path`, read in chunks.

    Raises:
        ConfigError: it cannot be read.
    """
    sha = hashlib.sha256()
    size = 0
    try:
        with path.open("rb") as file:
            while chunk := file.read(CHUNK):
                sha.update(chunk)
                size += len(chunk)
    except OSError as error:
        raise ConfigError(
            msg("{path} cannot be read: {reason}", path=path.name, reason=os_reason(error)),
            advice=msg("make the file readable for the user who runs the audit"),
        ) from error
    return Digest("sha256:" + sha.hexdigest()), size
