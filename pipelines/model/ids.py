"""Opaque ids, and how the deterministic ones are made."""

import hashlib
from typing import NewType

Digest = NewType("Digest", str)
"""`sha256:` and 64 lower-case hex digits."""

DatasetId = NewType("DatasetId", str)
"""`[a-z0-9-]+`, chosen by whoever wrote the manifest."""

RunId = NewType("RunId", str)
"""`run-<yyyymmdd>-<hhmm>-<8 hex>`: the clock of the run and a digest of what it audits."""


def digest_of(content: bytes) -> Digest:
    """The digest of `content` as it is written everywhere."""
    return Digest("sha256:" + hashlib.sha256(content).hexdigest())
