"""The format of a file, from its name and its first bytes."""

import json
from codecs import BOM_UTF8
from pathlib import Path

from connectors.base import Location
from connectors.compression import head, named_codec
from connectors.framing import WHITE_SPACE
from pipelines.model.dataset import Format
from pipelines.model.errors import ConfigError
from pipelines.model.message import msg

SUFFIXES = {
    ".jsonl": Format.JSONL,
    ".ndjson": Format.JSONL,
    ".jsonlines": Format.JSONL,
    ".json": Format.JSON,
    ".parquet": Format.PARQUET,
    ".csv": Format.CSV,
    ".tsv": Format.TSV,
    ".tab": Format.TSV,
    ".txt": Format.TEXT,
    ".text": Format.TEXT,
}
"""Endings of data files, before the ending of a compression."""


def named_format(path: Location) -> Format | None:
    """The format the name of `path` claims, None when it claims none."""
    name = path.name.lower().removesuffix(named_codec(path) or "")
    return SUFFIXES.get(Path(name).suffix)


def guess_format(path: Location) -> Format:
    """The format of `path`: by its name, and by its first bytes where the name leaves it open.

    A `.json` file is JSON Lines when one of its first lines is an object of its own.

    Raises:
        ConfigError: neither the name nor the first bytes are those of a format with a reader.
    """
    named = named_format(path)
    if named is Format.JSON:
        return json_layout(head(path))
    if named is not None:
        return named
    start = head(path)
    if start.startswith(b"PAR1"):
        return Format.PARQUET
    if start.removeprefix(BOM_UTF8).lstrip(WHITE_SPACE)[:1] in (b"{", b"["):
        return json_layout(start)
    raise ConfigError(
        msg("The format of {file} cannot be told from its name or content.", file=path.name),
        advice=msg("Declare `format: jsonl|json|parquet|csv|tsv|text`, or rename the file."),
    )


def json_layout(start: bytes) -> Format:
    """JSONL where `start` (the first bytes of a file) has records a line, else JSON.

    An object without a line feed is a line as well. What begins with a bracket is an array,
    since lines of arrays hold no records either way.
    """
    lines = [line for line in start.removeprefix(BOM_UTF8).split(b"\n") if line.strip(WHITE_SPACE)]
    if not lines or lines[0].lstrip(WHITE_SPACE).startswith(b"["):
        return Format.JSON
    if len(lines) == 1 and lines[0].startswith(b"{"):
        return Format.JSONL
    objects = (line for line in lines if line.startswith(b"{"))
    return Format.JSONL if any(map(_is_whole, objects)) else Format.JSON


def _is_whole(line: bytes) -> bool:
    try:
        json.loads(line.decode())
    except (ValueError, RecursionError):
        return False
    return True
