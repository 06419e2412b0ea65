"""ingest: the files of the dataset are listed and hashed, and its version gets its name.

A local file that was hashed in an earlier run, and shows that nobody has touched it since, is not
read again; the summary says of how many files that holds (see `known_digests`).
"""

import hashlib
import os
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from io import RawIOBase
from pathlib import Path

import pyarrow as pa

from connectors.location import fingerprints, unreadable
from connectors.object_store import is_remote, stored
from connectors.reading import guess_format
from pipelines.engine.base import Engine
from pipelines.model.dataset import Dataset, Format
from pipelines.model.evidence import FILES
from pipelines.model.ids import Digest, RunId, digest_of
from pipelines.settings import Settings
from pipelines.stages.base import Progress, Silent, StageOutput
from pipelines.stages.known_digests import (
    Hashed,
    read_digests,
    settled,
    stamp_of,
    write_digests,
)
from pipelines.store import runs
from pipelines.store.database import Store

VERSION = "1"
POLICY: tuple[str, ...] = ()
CHUNK = 256 * 1024
AT_ONCE = 8
"""Objects that are fetched at a time; memory for two windows of each."""


def inputs(run_id: RunId, store: Store) -> Mapping[str, object]:
    """The run and the listing: every run looks at every file for itself."""
    dataset = runs.dataset_of(store, run_id)
    return {"run": run_id, "listing": listing_digest(dataset)}


def listing_digest(dataset: Dataset) -> Digest:
    """A digest over name, size and version of each file, no content read (see `fingerprints`)."""
    found = fingerprints(dataset.root, dataset.files)
    lines = "".join(f"{name!r} {size} {version}\n" for name, size, version in found)
    return digest_of(lines.encode())


def ingest(
    run_id: RunId, *, settings: Settings, store: Store, engine: Engine, progress: Progress
) -> StageOutput:
    """A `files` table with a digest a file, and the version named by the sorted file digests."""
    audited = runs.run(store, run_id)
    dataset = runs.dataset_of(store, run_id)
    found = fingerprints(dataset.root, dataset.files)
    progress.start("ingest", sum(size for _, size, _ in found))
    memory = settings.digests / f"{dataset.id}.parquet"
    known = {} if settings.rehash else read_digests(memory)
    looked = list(_looked_at(dataset, known, progress))
    rows = [
        {
            "file": one.file,
            "ordinal": ordinal,
            "format": one.format.value,
            "bytes": one.bytes,
            "digest": one.digest,
        }
        for ordinal, one in enumerate(looked)
    ]
    version = version_digest([(one.file, one.digest) for one in looked])
    size = sum(one.bytes for one in looked)
    table = store.evidence.write("files", pa.Table.from_pylist(rows, schema=FILES))
    runs.name_version(store, run_id, version=version, files=len(rows), size=size, at=audited.at)
    kept = {one.file: Hashed(one.stamp, one.digest) for one in looked if one.stamp is not None}
    if kept != known:
        write_digests(memory, kept.items(), settings.home / "tmp")
    progress.done("ingest")
    taken_over = sum(one.taken_over for one in looked)
    summary = {"version": version, "files": len(rows), "bytes": size, "taken_over": taken_over}
    return StageOutput(summary=summary, tables=(table,))


def version_digest(files: list[tuple[str, str]]) -> Digest:
    """The name of a dataset version: SHA-256 over its sorted (name, digest) lines.

    Names count: two files that swap their content are another version.
    """
    lines = sorted(f"{digest} {name!r}\n" for name, digest in files)
    return Digest("sha256:" + hashlib.sha256("".join(lines).encode()).hexdigest())


@dataclass(frozen=True, slots=True, kw_only=True)
class _Looked:
    """What one file turned out to be."""

    file: str
    digest: Digest
    bytes: int
    format: Format
    stamp: str | None = None
    """By what the file can be known again; None where it cannot."""
    taken_over: bool = False
    """Whether the digest is that of an earlier run, and the file was not read."""


Known = Mapping[str, Hashed]


def _looked_at(dataset: Dataset, known: Known, progress: Progress) -> Iterator[_Looked]:
    """Every file of `dataset` in its order; objects are fetched AT_ONCE, as each takes its time."""
    stated = {name: layout.format for layout in dataset.layouts for name in layout.files}
    if not any(is_remote(name) for name in dataset.files):
        for name in dataset.files:
            yield _local(dataset, name, stated[name], known, progress)
        return
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for looked in pool.map(
            lambda name: _any(dataset, name, stated[name], known), dataset.files
        ):
            progress.advance(looked.bytes)
            yield looked


def _any(dataset: Dataset, name: str, stated: Format | None, known: Known) -> _Looked:
    if not is_remote(name):
        return _local(dataset, name, stated, known, Silent())
    found = stored(name)
    digest = found.digest()
    chosen = stated or guess_format(found)
    return _Looked(file=name, digest=digest, bytes=found.stat().st_size, format=chosen)


def _local(
    dataset: Dataset, name: str, stated: Format | None, known: Known, progress: Progress
) -> _Looked:
    """The local file `name`, read unless it is the one that is `known`."""
    path = dataset.root / name
    began = time.time_ns()
    try:
        # opened, not only looked at: a file system of the network then asks its server
        with path.open("rb", buffering=0) as file:
            before = os.fstat(file.fileno())
            held = known.get(name)
            taken_over = held is not None and held.stamp == stamp_of(before)
            if held is not None and taken_over:
                digest, size = held.digest, before.st_size
                progress.advance(size)
                certain = True
            else:
                digest, size = _read(file, progress)
                certain = settled(before, os.fstat(file.fileno()), began_ns=began)
    except OSError as error:
        raise unreadable(path.name, error) from error
    return _Looked(
        file=name,
        digest=digest,
        bytes=size,
        format=stated or guess_format(path),
        stamp=stamp_of(before) if certain else None,
        taken_over=taken_over,
    )


def hashed(path: Path, progress: Progress) -> tuple[Digest, int]:
    """The digest and size of the local file at `path`, read in chunks.

    Raises:
        ConnectorError: it cannot be read.
    """
    try:
        with path.open("rb", buffering=0) as file:
            return _read(file, progress)
    except OSError as error:
        raise unreadable(path.name, error) from error


def _read(file: RawIOBase, progress: Progress) -> tuple[Digest, int]:
    sha = hashlib.sha256()
    size = 0
    # always the same memory: of new memory every page costs as much as the bytes in it
    held = memoryview(bytearray(CHUNK))
    while count := file.readinto(held):
        sha.update(held[:count])
        size += count
        progress.advance(count)
    return Digest("sha256:" + sha.hexdigest()), size
