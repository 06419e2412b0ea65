"""ingest: the files of the dataset are listed and hashed, and its version gets its name."""

import hashlib
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
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
from pipelines.store import runs
from pipelines.store.database import Store

VERSION = "1"
POLICY: tuple[str, ...] = ()
CHUNK = 4 * 1024 * 1024
AT_ONCE = 8
"""Objects that are fetched at a time; memory for two windows of each."""


def inputs(run_id: RunId, store: Store) -> Mapping[str, object]:
    """The run and the listing: every run hashes anew, as nothing else vouches for content."""
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
    rows: list[dict[str, object]] = []
    listed: list[tuple[str, str]] = []
    size = 0
    for ordinal, looked in enumerate(_looked_at(dataset, progress)):
        size += looked.bytes
        listed.append((looked.file, looked.digest))
        rows.append(
            {
                "file": looked.file,
                "ordinal": ordinal,
                "format": looked.format.value,
                "bytes": looked.bytes,
                "digest": looked.digest,
            }
        )
    version = version_digest(listed)
    table = store.evidence.write("files", pa.Table.from_pylist(rows, schema=FILES))
    runs.name_version(store, run_id, version=version, files=len(rows), size=size, at=audited.at)
    progress.done("ingest")
    summary = {"version": version, "files": len(rows), "bytes": size}
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


def _looked_at(dataset: Dataset, progress: Progress) -> Iterator[_Looked]:
    """Every file of `dataset` in its order; objects are fetched AT_ONCE, as each takes its time."""
    stated = {name: layout.format for layout in dataset.layouts for name in layout.files}
    if not any(is_remote(name) for name in dataset.files):
        for name in dataset.files:
            yield _local(dataset, name, stated[name], progress)
        return
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for looked in pool.map(lambda name: _any(dataset, name, stated[name]), dataset.files):
            progress.advance(looked.bytes)
            yield looked


def _any(dataset: Dataset, name: str, stated: Format | None) -> _Looked:
    if not is_remote(name):
        return _local(dataset, name, stated, Silent())
    found = stored(name)
    digest = found.digest()
    chosen = stated or guess_format(found)
    return _Looked(file=name, digest=digest, bytes=found.stat().st_size, format=chosen)


def _local(dataset: Dataset, name: str, stated: Format | None, progress: Progress) -> _Looked:
    path = dataset.root / name
    digest, size = hashed(path, progress)
    return _Looked(file=name, digest=digest, bytes=size, format=stated or guess_format(path))


def hashed(path: Path, progress: Progress) -> tuple[Digest, int]:
    """The digest and size of the local file at `path`, read in chunks.

    Raises:
        ConnectorError: it cannot be read.
    """
    sha = hashlib.sha256()
    size = 0
    try:
        with path.open("rb", buffering=0) as file:
            while chunk := file.read(CHUNK):
                sha.update(chunk)
                size += len(chunk)
                progress.advance(len(chunk))
    except OSError as error:
        raise unreadable(path.name, error) from error
    return Digest("sha256:" + sha.hexdigest()), size
