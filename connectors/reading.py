"""The one way to read records: the format is found, the compression undone, the reader called."""

from codecs import BOM_UTF8
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import assert_never

from connectors.base import Block, Location, ReadRequest, Reason
from connectors.compression import CHUNK_BYTES, BrokenStream, chunks, head
from connectors.delimited import read_delimited
from connectors.framing import WHITE_SPACE, Fault
from connectors.guessing import guess_format, json_layout
from connectors.json_array import read_json_array
from connectors.jsonl import read_jsonl
from connectors.listing import expand
from connectors.parquet import read_parquet
from connectors.pointers import POINTER_BYTES, is_pointer
from connectors.records import Rows, only
from connectors.text import read_text
from pipelines.model.dataset import Format
from pipelines.model.errors import ConnectorError
from pipelines.model.ids import digest_of
from pipelines.model.message import msg

__all__ = ["expand", "guess_format", "read", "read_rows"]

_BLANK_BYTES = 64 * 1024


def read(
    path: Location, request: ReadRequest, *, chunk_bytes: int = CHUNK_BYTES
) -> Iterator[Block]:
    """The records of the file at `path` in row order, and what in it is not a record.

    Raises:
        ConnectorError: the file cannot be opened at all.
        ConfigError: its format cannot be told, or the declared encoding does not exist.
    """
    nothing = _nothing_to_read(path)
    if nothing is not None:
        return only(request.columns, nothing)
    return _dispatch(path, request, None, chunk_bytes)


def read_rows(
    path: Location, request: ReadRequest, rows: Rows, *, chunk_bytes: int = CHUNK_BYTES
) -> Iterator[Block]:
    """Of the records of `path` those at `rows` (sorted, each once), parsing only them.

    Rows that are quarantined are left out, and so is what `read` said about them.
    """
    if not rows.size or _nothing_to_read(path) is not None:
        return iter(())
    return _dispatch(path, request, rows, chunk_bytes)


def _nothing_to_read(path: Location) -> Fault | None:
    """Why the file has no content worth a reader, None when it has."""
    try:
        if not path.is_file():
            raise _cannot_open(path)
        if is_pointer(path):
            return _whole(Reason.POINTER, path.read_bytes()[:POINTER_BYTES], "unknown")
        blank = _blank_content(path)
    except OSError as error:
        raise _cannot_open(path) from error
    return None if blank is None else _whole(Reason.EMPTY_FILE, blank, "one")


def _blank_content(path: Location) -> bytes | None:
    """The content of a small file of nothing but white space, None of any other."""
    content = b""
    try:
        for chunk in chunks(path, _BLANK_BYTES):
            content += chunk
            if len(content) > _BLANK_BYTES or content.removeprefix(BOM_UTF8).strip(WHITE_SPACE):
                return None
    except BrokenStream:
        return None
    return content


def _whole(reason: Reason, content: bytes, extent: str) -> Fault:
    return Fault(reason=reason, digest=digest_of(content), bytes=len(content), extent=extent)


def _cannot_open(path: Location) -> ConnectorError:
    if not isinstance(path, Path):
        what = msg("There is no file {path}.", path=str(path))
    elif path.is_dir():
        what = msg("{path} is a folder, not a data file.", path=str(path))
    elif not path.exists():
        what = msg("There is no file {path}.", path=str(path))
    elif not path.is_file():
        what = msg("{path} is not a regular file.", path=str(path))
    else:
        what = msg("The file {path} may not be read.", path=str(path))
    return ConnectorError(what, advice=msg("Check the path, and that this user may read the file."))


def _dispatch(
    path: Location, request: ReadRequest, wanted: Rows | None, chunk_bytes: int
) -> Iterator[Block]:
    layout = request.format or guess_format(path)
    if layout is Format.JSON:
        layout = json_layout(head(path))
    request = replace(request, format=layout)
    match layout:
        case Format.JSONL:
            return read_jsonl(path, request, wanted=wanted, chunk_bytes=chunk_bytes)
        case Format.JSON:
            return read_json_array(path, request, wanted=wanted, chunk_bytes=chunk_bytes)
        case Format.PARQUET:
            return read_parquet(path, request, wanted=wanted)
        case Format.CSV | Format.TSV:
            return read_delimited(path, request, wanted=wanted, chunk_bytes=chunk_bytes)
        case Format.TEXT:
            return read_text(path, request, wanted=wanted, chunk_bytes=chunk_bytes)
        case _:
            assert_never(layout)
