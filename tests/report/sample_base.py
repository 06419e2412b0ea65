"""What the parts of the invented run share."""

from datetime import UTC, datetime

from pipelines.model.ids import Digest, digest_of
from pipelines.model.source import (
    EvidenceFile,
)

AT = datetime(2026, 11, 19, 17, 0, tzinfo=UTC)


def invented_digest(name: str) -> Digest:
    return digest_of(f"invented {name}".encode())


def invented_file(kind: str, name: str) -> EvidenceFile:
    return EvidenceFile(kind=kind, name=name, digest=invented_digest(name), bytes=1_024)
