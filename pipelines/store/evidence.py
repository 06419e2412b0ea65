"""Evidence tables and files, written once under the name of their content."""

import hashlib
import os
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.model.errors import EvidenceError
from pipelines.model.evidence import KEYS, TableRef, schemas_of
from pipelines.model.ids import Digest
from pipelines.model.message import msg
from pipelines.model.source import EvidenceFile
from pipelines.ownership import temporary_name
from pipelines.store.table_digest import sorted_table, table_digest
from pipelines.store.table_layout import layout

CHUNK = 1024 * 1024
INCOMING = "incoming"
"""Folder of what is being written; it has the file system of its final place."""


class EvidenceStore:
    """Tables by kind and files by digest under one folder; nothing in it is ever changed."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def write(self, kind: str, table: pa.Table) -> TableRef:
        """`table` kept under the digest of its sorted rows; the same rows are kept once."""
        rows = sorted_table(kind, table)
        digest = table_digest(kind, rows)
        path = self._table_path(kind, digest)
        # a damaged file gives way: a stage that writes its table anew leaves a sound one
        if not (_used(path) and _holds(path, rows)):
            temporary = self._temporary()
            pq.write_table(rows, temporary, **layout(rows.schema))
            _publish(temporary, path)
        return TableRef(kind=kind, digest=digest, rows=rows.num_rows, uri=str(path))

    def read(
        self, ref: TableRef, *, limit: int = 5_000_000, columns: Sequence[str] | None = None
    ) -> pa.Table:
        """The rows of `ref`, all columns or `columns`.

        Raises:
            EvidenceError: the table is gone, cannot be read, is another one, or has more than
                `limit` rows.
        """
        path = self._table_path(ref.kind, ref.digest)
        if ref.rows > limit:
            raise EvidenceError(
                msg("evidence table {digest} has {rows} rows", digest=ref.digest, rows=ref.rows),
                advice=msg("read it in parts, or raise the limit of {limit} rows", limit=limit),
            )
        try:
            table = pq.read_table(path, columns=list(columns) if columns else None)
        except (OSError, pa.ArrowException) as error:
            raise self._unreadable(ref) from error
        if not set(columns or ()) <= set(table.column_names):
            raise self._unreadable(ref)  # Arrow leaves columns out that a file has not
        return table

    def batches(self, ref: TableRef, columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
        """The `columns`, which are texts that repeat, in batches: as many rows as there may be.

        Raises:
            EvidenceError: the table is gone or cannot be read.
        """
        try:
            with pq.ParquetFile(self.table(ref), read_dictionary=list(columns)) as file:
                yield from file.iter_batches(columns=list(columns))
        except (OSError, pa.ArrowException) as error:
            raise self._unreadable(ref) from error

    def may_hold(self, ref: TableRef, column: str, values: Sequence[str]) -> bool:
        """Whether one of `values`, ascending, may be in the `column` of texts.

        The end of the file says from where to where the values of the column go. Where it does not,
        or cannot be read, they may be there: whoever reads the table will tell.
        """
        try:
            told = pq.read_metadata(self.table(ref))
            at = told.schema.names.index(column)
            spans = [told.row_group(n).column(at).statistics for n in range(told.num_row_groups)]
        except (OSError, ValueError, pa.ArrowException):
            return True
        if any(span is None or not span.has_min_max for span in spans):
            return True
        return any(
            (first := bisect_left(values, span.min)) < len(values) and values[first] <= span.max
            for span in spans
        )

    def has(self, ref: TableRef) -> bool:
        """Whether the table is on disk."""
        return self._table_path(ref.kind, ref.digest).exists()

    def sound(self, ref: TableRef) -> bool:
        """Whether the table is on disk, in a file with its columns and as many rows.

        Its columns are those of the release that wrote it. Only the end of the file is read: values
        that were changed are found by `verify`.
        """
        return self._has_columns(ref, schemas_of(ref.kind))

    def use(self, ref: TableRef) -> bool:
        """Whether the table is sound and has today's columns, for a stage to go on from.

        If so, retention leaves it alone for the time being.
        """
        return _used(self.table(ref)) and self._usable(ref)

    def all(self) -> Iterator[tuple[str, Digest, Path]]:
        """Kind, digest and path of every table, then of every document as kind `document`."""
        for path in sorted(self.root.glob("tables/*/*/*.parquet")):
            yield path.parent.parent.name, Digest(f"sha256:{path.stem}"), path
        for path in sorted(self.root.glob("files/*/*")):
            yield "document", Digest(f"sha256:{path.name}"), path

    def verify(self, ref: TableRef) -> bool:
        """Whether the stored rows still have the digest they are named by."""
        table = self.read(ref)
        known = schemas_of(ref.kind)
        written = next((schema for schema in known if schema.names == table.column_names), known[0])
        return table_digest(ref.kind, sorted_table(ref.kind, table, written)) == ref.digest

    def empty(self, kind: str) -> TableRef:
        """The table of `kind` without rows."""
        return self.write(kind, KEYS[kind][0].empty_table())

    def keep(self, path: Path, kind: str, name: str) -> EvidenceFile:
        """A copy of the document at `path`, kept once by digest, described as `kind` and `name`."""
        sha = hashlib.sha256()
        size = 0
        temporary = self._temporary()
        with path.open("rb") as source, temporary.open("wb") as target:
            while chunk := source.read(CHUNK):
                sha.update(chunk)
                size += len(chunk)
                target.write(chunk)
        digest = Digest("sha256:" + sha.hexdigest())
        final = self.file(digest)
        if _used(final):
            temporary.unlink()
        else:
            _publish(temporary, final)
        return EvidenceFile(kind=kind, name=name, digest=digest, bytes=size)

    def file(self, digest: str) -> Path:
        """Where the file with `digest` is, or would be."""
        name = digest.removeprefix("sha256:")
        return self.root / "files" / name[:2] / name

    def table(self, ref: TableRef) -> Path:
        """Where the table is, or would be; its `uri` says where it was written."""
        return self._table_path(ref.kind, ref.digest)

    def here(self, ref: TableRef) -> TableRef:
        """`ref` where it is now: the folder may have lain elsewhere when the table was written."""
        return replace(ref, uri=str(self.table(ref)))

    def _unreadable(self, ref: TableRef) -> EvidenceError:
        path = str(self.table(ref))
        if self._usable(ref):  # the next audit would trust the file again
            advice = msg("restore {path} from a backup, or delete it and audit again", path=path)
        else:
            advice = msg("restore {path} from a backup, or audit again", path=path)
        problem = msg("evidence table {digest} cannot be read", digest=ref.digest)
        return EvidenceError(problem, advice=advice)

    def _usable(self, ref: TableRef) -> bool:
        return self._has_columns(ref, schemas_of(ref.kind)[:1])

    def _has_columns(self, ref: TableRef, schemas: Sequence[pa.Schema]) -> bool:
        try:
            with pq.ParquetFile(self.table(ref)) as file:
                found = file.schema_arrow.names, file.metadata.num_rows
        except (OSError, pa.ArrowException):
            return False
        return found in [(schema.names, ref.rows) for schema in schemas]

    def _table_path(self, kind: str, digest: str) -> Path:
        name = digest.removeprefix("sha256:")
        return self.root / "tables" / kind / name[:2] / f"{name}.parquet"

    def _temporary(self) -> Path:
        """All in one folder, where those of a killed process are soon found."""
        folder = self.root / INCOMING
        folder.mkdir(parents=True, exist_ok=True)
        return folder / temporary_name()


def _used(path: Path) -> bool:
    """Whether `path` is there; its time says when it was last used."""
    try:
        os.utime(path)
    except FileNotFoundError:
        return False
    return True


def _holds(path: Path, rows: pa.Table) -> bool:
    """Whether the file is read as `rows`."""
    try:
        return bool(pq.read_table(path).equals(rows))
    except (OSError, pa.ArrowException):
        return False


def _publish(temporary: Path, path: Path) -> None:
    """Move `temporary` to `path` in one step, its bytes on disk before its name is."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with temporary.open("rb") as written:
        os.fsync(written.fileno())
    temporary.replace(path)
