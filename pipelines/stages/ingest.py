"""ingest: the files of the dataset are listed and hashed, and its version gets its name."""

import hashlib
import os
from collections.abc import Mapping
from pathlib import Path

import pyarrow as pa

from connectors.reading import guess_format
from pipelines.engine.base import Engine
from pipelines.model.errors import ConnectorError
from pipelines.model.evidence import FILES
from pipelines.model.ids import Digest, RunId, digest_of
from pipelines.model.message import msg
from pipelines.settings import Settings
from pipelines.stages.base import Progress, StageOutput
from pipelines.store import runs
from pipelines.store.database import Store

VERSION = "1"
POLICY: tuple[str, ...] = ()
CHUNK = 4 * 1024 * 1024


def inputs(run_id: RunId, store: Store) -> Mapping[str, object]:
    """The run and the listing: every run hashes anew, as nothing else vouches for content."""
    dataset = runs.dataset_of(store, run_id)
    listing = []
    for name in dataset.files:
        found = _stat(dataset.root / name)
        listing.append(f"{name!r} {found.st_size} {found.st_mtime_ns}\n")
    return {"run": run_id, "listing": digest_of("".join(listing).encode())}


def ingest(
    run_id: RunId, *, settings: Settings, store: Store, engine: Engine, progress: Progress
) -> StageOutput:
    """A `files` table with a digest a file, and the version named by the sorted file digests."""
    audited = runs.run(store, run_id)
    dataset = runs.dataset_of(store, run_id)
    paths = [dataset.root / name for name in dataset.files]
    progress.start("ingest", sum(_stat(path).st_size for path in paths))
    rows: list[dict[str, object]] = []
    listed: list[tuple[str, str]] = []
    size = 0
    for ordinal, (name, path) in enumerate(zip(dataset.files, paths, strict=True)):
        digest, length = _hash(path, progress)
        size += length
        listed.append((name, digest))
        chosen = dataset.format or guess_format(path)
        rows.append(
            {
                "file": name,
                "ordinal": ordinal,
                "format": chosen.value,
                "bytes": length,
                "digest": digest,
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


def _hash(path: Path, progress: Progress) -> tuple[Digest, int]:
    sha = hashlib.sha256()
    size = 0
    try:
        with path.open("rb") as file:
            while chunk := file.read(CHUNK):
                sha.update(chunk)
                size += len(chunk)
                progress.advance(len(chunk))
    except OSError as error:
        raise _gone(path, error) from error
    return Digest("sha256:" + sha.hexdigest()), size


def _stat(path: Path) -> os.stat_result:
    try:
        return path.stat()
    except OSError as error:
        raise _gone(path, error) from error


def _gone(path: Path, error: OSError) -> ConnectorError:
    return ConnectorError(
        msg("{file} cannot be read: {reason}", file=path.name, reason=error.strerror or "unknown"),
        advice=msg("make the file readable for the user who runs the audit, then run it again"),
    )
