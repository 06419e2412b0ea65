"""Whether a file holds a git-LFS pointer in place of its data."""

from connectors.base import Location

POINTER_BYTES = 1024
"""A pointer file is smaller than this (git-lfs specification, "The Pointer")."""

_STARTS = (
    b"version https://git-lfs.github.com/spec/",
    b"version https://hawser.github.com/spec/",
)


def is_pointer(path: Location) -> bool:
    """Whether the file at `path` is a git-LFS pointer: version line first, then an oid.

    Reference: docs/spec.md of git-lfs, "The Pointer" and "Pre-release".
    """
    if path.stat().st_size >= POINTER_BYTES:
        return False
    content = path.read_bytes()
    return content.startswith(_STARTS) and b"\noid sha256:" in content
