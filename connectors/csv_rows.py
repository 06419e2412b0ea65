"""Rows of the provider's own CSV files, each with its line; errors say nothing of a row."""

import codecs
import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from connectors.problems import stop
from connectors.shape_fields import nearest
from pipelines.model.errors import ConfigError
from pipelines.model.message import Message, msg
from pipelines.model.os_reason import os_reason

MOST_BYTES = 4 * 1024**3
LONGEST = 1000
"""Code points of one field."""
LONGEST_LINE = 1024**2
_CHUNK = 1024**2


@dataclass(frozen=True, slots=True)
class Row:
    """One row: the values of the wanted columns, stripped; empty where the column is absent."""

    file: str
    line: int
    values: Mapping[str, str]

    def refuse(self, column: str, what: Message, advice: Message) -> ConfigError:
        """The error for the value in `column`; the caller raises it."""
        named = msg("{field}: {problem}", field=column, problem=what)
        return stop(self.file, self.line, named, advice)

    def needed(self, column: str) -> str:
        """The value in `column`.

        Raises:
            ConfigError: it is empty.
        """
        if value := self.values[column]:
            return value
        raise self.refuse(
            column, msg("the value is missing"), msg("write a value, or take the row out")
        )

    def day(self, column: str) -> date | None:
        """The date in `column`, None where it says none.

        Raises:
            ConfigError: it is no date.
        """
        try:
            return date.fromisoformat(text) if (text := self.values[column]) else None
        except ValueError as error:
            raise self.refuse(
                column, msg("this is not a date"), msg("write year, month and day: 2025-11-01")
            ) from error


def rows(path: Path, *, needed: Sequence[str], optional: Sequence[str] = ()) -> Iterator[Row]:
    """The rows of the CSV (or `.tsv`) file at `path`, streamed; blank lines are no rows.

    UTF-8, else GB18030 where the whole file is that. Other columns are left alone.

    Raises:
        ConfigError: the file cannot be read, a needed column is absent, a row has not as many
            fields as the header, or a field is longer than LONGEST or has a NUL
            character.
    """
    file = str(path)
    encoding = _encoding(path)
    with path.open(encoding=encoding, newline="") as text:
        delimiter = "\t" if path.suffix.lower() == ".tsv" else ","
        reader = csv.reader(_bounded(text, file), delimiter=delimiter, strict=True)
        positions: dict[str, int] | None = None
        before = 0
        width = 0
        for fields in _fields(reader, file):
            line, before = before + 1, reader.line_num
            if not fields:
                continue
            if positions is None:
                positions, width = _header(file, line, fields, needed, optional), len(fields)
                continue
            if len(fields) != width:
                raise _ragged(file, line, len(fields), width)
            values = {name: fields[at].strip() for name, at in positions.items()}
            row = Row(file, line, dict.fromkeys(optional, "") | values)
            _check(row)
            yield row
        if positions is None:
            _header(file, 1, [], needed, optional)


def _fields(reader: "Iterator[list[str]]", file: str) -> Iterator[list[str]]:
    line = 1
    try:
        for fields in reader:
            yield fields
            line = getattr(reader, "line_num", line) + 1
    except csv.Error as error:
        raise stop(
            file,
            line,
            msg("this is not a row of CSV"),
            msg("put quotes around a field with a comma or quote in it, and double the quotes"),
        ) from error


def _bounded(text: Iterator[str], file: str) -> Iterator[str]:
    """The lines of `text`, none longer than LONGEST_LINE."""
    readline = text.readline  # type: ignore[attr-defined]
    number = 0
    while line := readline(LONGEST_LINE + 1):
        number += 1
        if len(line) > LONGEST_LINE:
            raise stop(
                file,
                number,
                msg("the line is longer than {limit} characters", limit=LONGEST_LINE),
                msg("check that the file is CSV with one row a line"),
            )
        yield line


def _header(
    file: str, line: int, header: list[str], needed: Sequence[str], optional: Sequence[str]
) -> dict[str, int]:
    """The position of each wanted column that is there."""
    names = [name.strip() for name in header]
    wanted = [*needed, *optional]
    for name in wanted:
        if names.count(name) > 1:
            raise stop(
                file,
                line,
                msg("the column {column} is there twice", column=name),
                msg("keep one of the two"),
            )
    missing = [name for name in wanted if name not in names]
    for name in missing:
        guess = nearest(name, [other for other in names if other not in wanted], cutoff=0.85)
        if guess is not None:
            raise stop(
                file,
                line,
                msg("there is no column {column}, but {other}", column=name, other=guess),
                msg("correct the header"),
            )
    if absent := [name for name in missing if name in needed]:
        raise stop(
            file,
            line,
            msg("there is no column {column}", column=absent[0]),
            msg("the first line names the columns: {columns}", columns=", ".join(wanted)),
        )
    return {name: names.index(name) for name in wanted if name in names}


def _check(row: Row) -> None:
    for column, value in row.values.items():
        if "\0" in value:
            # PostgreSQL keeps no text with one
            raise row.refuse(
                column, msg("the value has a NUL character"), msg("take the character out")
            )
        if len(value) > LONGEST:
            raise row.refuse(
                column,
                msg("the value is longer than {limit} characters", limit=LONGEST),
                msg("write an id or a label here, not a text"),
            )


def _ragged(file: str, line: int, found: int, width: int) -> ConfigError:
    return stop(
        file,
        line,
        msg("the row has {found} fields, the header {width}", found=found, width=width),
        msg("put quotes around a field with a comma in it"),
    )


def _encoding(path: Path) -> str:
    """The encoding the whole file decodes in."""
    file = str(path)
    if not path.is_file():
        raise stop(file, None, msg("there is no such file"), msg("check the path"))
    if path.stat().st_size > MOST_BYTES:
        raise stop(
            file,
            None,
            msg("the file is larger than {limit} bytes", limit=MOST_BYTES),
            msg("split it into several"),
        )
    try:
        for encoding in ("utf-8-sig", "gb18030"):
            if _decodes(path, encoding):
                return encoding
    except OSError as error:
        raise stop(
            file,
            None,
            msg("the file cannot be read: {reason}", reason=os_reason(error)),
            msg("make the file readable for the user who runs the audit, then run it again"),
        ) from error
    raise stop(
        file, None, msg("the file is neither UTF-8 nor GB18030"), msg("save the file as UTF-8")
    )


def _decodes(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True
