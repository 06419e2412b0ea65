"""Digests of local files, kept with what the file system said of each when it was hashed.

A digest is taken over where device, inode, size and both times of a file are those of then. The
time of the last change of anything (ctime) is set by the kernel alone: whoever writes to a file, or
puts its other time back, moves it. A file that had changed shortly before it was hashed is not
kept: what is written next may bear the same time (see docs/decisions, number 18).
"""

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.model.ids import Digest
from pipelines.ownership import temporary_name

SETTLED_NS = 60 * 10**9
"""A file must have been left alone for so long when its hashing begins. Clocks of files tick every
few milliseconds, or two seconds; pages that a program has mapped are marked within half a minute.
"""

KNOWN = pa.schema([("file", pa.string()), ("stamp", pa.string()), ("digest", pa.string())])


class Hashed(NamedTuple):
    """The digest of a file, and the stamp it had while that was computed."""

    stamp: str
    digest: Digest


def stamp_of(found: os.stat_result) -> str:
    """What tells a file from another one, and from itself before a change."""
    parts = (found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns)
    return " ".join(map(str, parts))


def settled(before: os.stat_result, after: os.stat_result, *, began_ns: int) -> bool:
    """Whether a file that was hashed from `began_ns` on can be known again by its stamp."""
    return stamp_of(before) == stamp_of(after) and began_ns - before.st_ctime_ns > SETTLED_NS


def read_digests(path: Path) -> Mapping[str, Hashed]:
    """By file, what is kept at `path`; nothing where that cannot be read."""
    try:
        table = pq.read_table(path, page_checksum_verification=True)
        if table.schema.names != KNOWN.names:
            return {}
        columns = [table.column(name).to_pylist() for name in KNOWN.names]
    except (OSError, pa.ArrowException):
        return {}
    return {
        file: Hashed(stamp, Digest(digest)) for file, stamp, digest in zip(*columns, strict=True)
    }


def write_digests(path: Path, kept: Iterable[tuple[str, Hashed]], temporary: Path) -> None:
    """`kept` is at `path`, whole; written in the folder `temporary`."""
    rows = [(file, *hashed) for file, hashed in kept]
    table = pa.Table.from_pylist(
        [dict(zip(KNOWN.names, row, strict=True)) for row in rows], schema=KNOWN
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary.mkdir(parents=True, exist_ok=True)
    part = temporary / temporary_name()
    pq.write_table(table, part, compression="zstd", write_page_checksum=True)
    part.replace(path)
