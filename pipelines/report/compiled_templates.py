"""Templates compiled once for both languages, and for the processes after this one.

To compile them takes longer than to fill them in. What Jinja makes of them is kept where Python
keeps what it makes of modules, in a `__pycache__` beside the sources: who can write there can
change the program anyway. Where nobody can, or Python is told to keep nothing, they are compiled in
each process.
"""

import hashlib
import sys
from contextlib import suppress
from pathlib import Path

import jinja2
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket

from pipelines.ownership import temporary_name


class CompiledTemplates(BytecodeCache):
    """What Jinja has compiled, by name and checksum of the source.

    A template says nothing in a language of its own: all its words pass through functions that are
    looked up when it is filled in.
    """

    def __init__(self, folder: Path, environment: Path) -> None:
        """Of the templates in `folder`; the module at `environment` says how they are compiled."""
        self._folder = folder / "__pycache__"
        self._decided = hashlib.sha256(jinja2.__version__.encode() + environment.read_bytes())
        self._kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Jinja finds in `bucket` what has been compiled before, unless the source has changed."""
        kept = self._kept.get(bucket.key) or _read(self._path(bucket))
        if kept is not None:
            bucket.bytecode_from_string(kept)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """What has been compiled is kept."""
        compiled = self._kept[bucket.key] = bucket.bytecode_to_string()
        if sys.dont_write_bytecode:
            return
        path = self._path(bucket)
        with suppress(OSError):
            path.parent.mkdir(exist_ok=True)
            part = path.with_name(temporary_name())
            try:
                part.write_bytes(hashlib.sha256(compiled).digest() + compiled)
                part.replace(path)
            finally:
                part.unlink(missing_ok=True)

    def _path(self, bucket: Bucket) -> Path:
        decided = self._decided.copy()
        decided.update(bucket.key.encode())
        return self._folder / f"{decided.hexdigest()[:40]}.{sys.implementation.cache_tag}.jinja"


def _read(path: Path) -> bytes | None:
    """What was kept at `path`; None where nothing was, or not all of it is there."""
    try:
        held = path.read_bytes()
    except OSError:
        return None
    whole = hashlib.sha256(held[32:]).digest() == held[:32]
    return held[32:] if whole else None
