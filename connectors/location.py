"""A place data is read from: a path on this machine, or an object in a store.

A path is itself a Location, so that local files cost what they always did. In evidence a file is
named as the dataset names it: relative to its root, or by its URI.
"""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from connectors.object_store import StoredObject, is_remote, listing, split_uri, stored
from pipelines.model.errors import ConnectorError
from pipelines.model.message import msg
from pipelines.model.os_reason import os_reason

File = Path | StoredObject

FEW = 3
"""Objects of one folder that are asked for one by one rather than listed."""


def locate(root: Path, name: str) -> File:
    """The file a dataset at `root` calls `name`."""
    return stored(name) if is_remote(name) else root / name


def fresh(found: File) -> File:
    """`found` with nothing of it in memory, so that a list of objects stays a list of names."""
    return found if isinstance(found, Path) else StoredObject(found.uri, found.access)


def full_name(found: File) -> str:
    """What evidence calls a file that belongs to no dataset."""
    return found.as_posix() if isinstance(found, Path) else found.uri


def fingerprints(root: Path, names: Sequence[str]) -> Iterator[tuple[str, int, str]]:
    """(name, size, version) of each file: what a listing shows without reading any content.

    The version is the time of the last change of a local file, the ETag of an object.

    Raises:
        ConnectorError: a file is gone or cannot be looked at.
    """
    listed = _listed(name for name in names if is_remote(name))
    for name in names:
        if is_remote(name):
            yield name, *(listed.get(name) or _asked(name))
        else:
            yield name, *_local(root / name)


def _listed(names: Iterable[str]) -> dict[str, tuple[int, str]]:
    """Size and ETag by URI, from listings of the folders that hold more than FEW of `names`."""
    folders: dict[str, set[str]] = {}
    for name in names:
        folders.setdefault(name.rpartition("/")[0] + "/", set()).add(name)
    found: dict[str, tuple[int, str]] = {}
    for folder, wanted in folders.items():
        if len(wanted) <= FEW:
            continue
        bucket, prefix = split_uri(folder)
        for one in listing(bucket, prefix, one_level=True):
            uri = f"s3://{bucket}/{one.key}"
            if uri in wanted:
                found[uri] = (one.size, one.etag)
    return found


def _asked(name: str) -> tuple[int, str]:
    found = stored(name).stat()
    return found.st_size, found.etag


def _local(path: Path) -> tuple[int, str]:
    try:
        found = path.stat()
    except OSError as error:
        raise unreadable(path.name, error) from error
    return found.st_size, str(found.st_mtime_ns)


def unreadable(name: str, error: OSError) -> ConnectorError:
    """The local file `name` could not be read because of `error`."""
    return ConnectorError(
        msg("{file} cannot be read: {reason}", file=name, reason=os_reason(error)),
        advice=msg("make the file readable for the user who runs the audit, then run it again"),
    )
