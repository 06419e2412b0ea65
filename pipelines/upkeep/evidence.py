"""Evidence tables and documents: on disk, readable, and still what their digests say."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import pyarrow as pa

from pipelines.model.errors import EvidenceError
from pipelines.model.evidence import TableRef
from pipelines.model.message import msg
from pipelines.model.source import EvidenceFile
from pipelines.store import runs
from pipelines.store.database import Store
from pipelines.store.registrations import dataset_at
from pipelines.store.stage_results import stages_of
from pipelines.upkeep.line import Line, ok, wrong

SAMPLE = 40
"""Tables, and documents, whose digest is computed again unless all are asked for."""
NAMED = 5
CHUNK = 1024 * 1024
Kept = TypeVar("Kept")


@dataclass(frozen=True, slots=True)
class Needed:
    """What the newest sealed run of each dataset rests on, each once, by digest."""

    tables: tuple[TableRef, ...]
    files: tuple[EvidenceFile, ...]


def evidence_lines(store: Store, *, deep: bool) -> Iterator[Line]:
    """What is missing or changed of the evidence the newest sealed runs rest on."""
    needed = needed_evidence(store)
    missing = [t for t in needed.tables if not store.evidence.has(t)]
    lost = [f for f in needed.files if not store.evidence.file(f.digest).exists()]
    tables = _chosen([t for t in needed.tables if t not in missing], deep)
    files = _chosen([f for f in needed.files if f not in lost], deep)
    changed = [t for t in tables if not _table_is_sound(store, t)]
    altered = [f for f in files if not _file_is_sound(store.evidence.file(f.digest), f)]
    yield from _each([str(store.evidence.table(t)) for t in missing], _missing_table)
    yield from _each([str(store.evidence.file(f.digest)) for f in lost], _missing_document)
    yield from _each([str(store.evidence.table(t)) for t in changed], _changed_table)
    yield from _each([str(store.evidence.file(f.digest)) for f in altered], _changed_document)
    if not (missing or lost or changed or altered):
        yield ok(
            "evidence",
            msg(
                "{tables} tables and {files} documents are on disk; {checked} computed again agree",
                tables=len(needed.tables),
                files=len(needed.files),
                checked=len(tables) + len(files),
            ),
        )


def needed_evidence(store: Store) -> Needed:
    """The tables and documents of the newest sealed run of each dataset."""
    newest = {run.dataset: run for run in runs.all_runs(store) if run.state == runs.SEALED}
    tables: dict[str, TableRef] = {}
    files: dict[str, EvidenceFile] = {}
    for run in newest.values():
        tables.update((t.digest, t) for stage in stages_of(store, run.id) for t in stage.tables)
        files.update((f.digest, f) for f in dataset_at(store, run.registration).evidence)
    return Needed(
        tuple(tables[digest] for digest in sorted(tables)),
        tuple(files[digest] for digest in sorted(files)),
    )


def _chosen(items: Sequence[Kept], deep: bool) -> list[Kept]:
    """All of `items`, or SAMPLE of them spread evenly over their digests."""
    if deep or len(items) <= SAMPLE:
        return list(items)
    return [items[i * len(items) // SAMPLE] for i in range(SAMPLE)]


def _table_is_sound(store: Store, ref: TableRef) -> bool:
    try:
        return store.evidence.verify(ref)
    except (EvidenceError, pa.ArrowException, KeyError):
        return False


def _file_is_sound(path: Path, file: EvidenceFile) -> bool:
    sha = hashlib.sha256()
    try:
        with path.open("rb") as opened:
            while chunk := opened.read(CHUNK):
                sha.update(chunk)
    except OSError:
        return False
    return f"sha256:{sha.hexdigest()}" == file.digest


def _each(paths: Sequence[str], line: Callable[[str], Line]) -> Iterator[Line]:
    yield from map(line, paths[:NAMED])
    if len(paths) > NAMED:
        yield wrong(
            "evidence",
            msg("and {count} more like these", count=len(paths) - NAMED),
            msg("restore the evidence folder from the back-up"),
        )


def _missing_table(path: str) -> Line:
    return wrong(
        "evidence",
        msg("evidence table {path} is gone", path=path),
        msg("restore it from the back-up, or audit the dataset again: it is written anew"),
    )


def _missing_document(path: str) -> Line:
    return wrong(
        "evidence",
        msg("document {path} is gone", path=path),
        msg("restore it from the back-up; the manifest of the dataset names the original"),
    )


def _changed_table(path: str) -> Line:
    return wrong(
        "evidence",
        msg("evidence table {path} is damaged or was changed", path=path),
        msg("restore it from the back-up; or delete it and audit the dataset again"),
    )


def _changed_document(path: str) -> Line:
    return wrong(
        "evidence",
        msg("document {path} is damaged or was changed", path=path),
        msg("restore it from the back-up; the manifest of the dataset names the original"),
    )
