"""Comma, semicolon or tab separated values with a header line (RFC 4180, read leniently)."""

import csv
import re
from collections.abc import Iterator, Sequence
from itertools import chain

import pyarrow as pa

from connectors.base import Block, Location, ReadRequest, Reason
from connectors.compression import CHUNK_BYTES
from connectors.delimited_fields import LARGE_BYTES, MOST_FIELDS, field_count_exceeds, pick
from connectors.framing import Fault, frames, without_blanks
from connectors.records import Parsed, Rows, Texts, blocks, only, padded, present
from connectors.text_stream import TextStream
from pipelines.model.dataset import Format
from pipelines.model.ids import digest_of

_BLANK = b" \r\n"
_INSIDE_QUOTES = re.compile(rb'(?:[^"]++|"")*+')
_QUOTE, _LINE_FEED = b'"\n'


class CsvRecords:
    """Cuts at line feeds outside quotes, as Python's csv module understands quotes.

    A quote opens a quoted field only at the field's beginning; elsewhere it is a character.
    """

    def __init__(self, delimiter: bytes) -> None:
        mark = re.escape(delimiter)
        quoted = rb'"(?:[^"]++|"")*+"[^' + mark + rb"\n]*+"
        field = rb"(?:" + quoted + rb'|[^"' + mark + rb"\n][^" + mark + rb"\n]*+)?+"
        self._record = re.compile(field + rb"(?:" + mark + field + rb")*+\n")
        self._to_end = re.compile(rb"[^" + mark + rb"\n]*+")
        self._delimiter = delimiter
        self._beginning, self._quoted, self._quote_seen = True, False, False

    def __call__(self, chunk: bytes) -> list[bytes]:
        """The pieces of `chunk` between the ends of records."""
        if not self._quoted and b'"' not in chunk:
            self._quote_seen = False
            self._beginning = chunk.endswith((b"\n", self._delimiter))
            return chunk.split(b"\n")
        pieces: list[bytes] = []
        start = position = 0
        while True:
            if self._beginning:
                while match := self._record.match(chunk, position):
                    position = match.end()
                    pieces.append(chunk[start : position - 1])
                    start = position
            position = self._walk(chunk, position)
            if position == len(chunk):
                pieces.append(chunk[start:])
                return pieces
            pieces.append(chunk[start:position])
            start = position = position + 1

    def _walk(self, chunk: bytes, position: int) -> int:
        """Where the record ends that `position` is in, or the length of `chunk`."""
        while position < len(chunk):
            if self._quoted:
                inside = _INSIDE_QUOTES.match(chunk, position)
                position = inside.end() if inside else position
                if position < len(chunk):
                    self._quoted, self._quote_seen = False, True
                    position += 1
            elif chunk[position] == _QUOTE and (self._beginning or self._quote_seen):
                self._beginning, self._quote_seen, self._quoted = False, False, True
                position += 1
            else:
                match = self._to_end.match(chunk, position)
                position = match.end() if match else position
                self._quote_seen = False
                self._beginning = position < len(chunk)
                if not self._beginning or chunk[position] == _LINE_FEED:
                    return position
                position += 1
        return position

    def ending(self, rest: bytes | None) -> Reason | None:
        """TRUNCATED inside quotes: the records the open quote has swallowed cannot be counted."""
        return Reason.TRUNCATED if self._quoted else None

    def whole(self, rest: bytes | None) -> bool:
        """False: nobody can tell whether a record goes on."""
        return False


class CsvColumns:
    """Parses frames that each hold one record into the declared columns."""

    def __init__(
        self, columns: Sequence[str], header: Sequence[str], delimiter: str, encoding: str
    ) -> None:
        places = {name: place for place, name in reversed(list(enumerate(header)))}
        self._places = [places.get(column) for column in columns]
        self._width = len(header)
        self._delimiter = delimiter
        self._encoding = encoding

    def __call__(self, frames: Sequence[bytes]) -> Parsed:
        """The declared columns of `frames`."""
        if any(len(frame) > LARGE_BYTES for frame in frames):
            return self._one_by_one(frames)
        try:
            texts = [frame.decode(self._encoding) for frame in frames]
            rows = list(csv.reader(texts, delimiter=self._delimiter))
            if len(rows) == len(frames) and {len(row) for row in rows} == {self._width}:
                columns = [
                    pa.array([row[place] for row in rows], pa.large_string())
                    for place in self._places
                    if place is not None
                ]
                if len(columns) == len(self._places):
                    return Parsed(columns=columns, faults={})
        except (UnicodeDecodeError, csv.Error):
            pass  # one of them is at fault: find out which
        return self._one_by_one(frames)

    def _one_by_one(self, frames: Sequence[bytes]) -> Parsed:
        faults: dict[int, Reason] = {}
        kept: list[Texts] = []
        for position, frame in enumerate(frames):
            values = self._values(frame)
            if isinstance(values, Reason):
                faults[position] = values
            else:
                kept.append(values)
        columns = [
            pa.array([values[place] for values in kept], pa.large_string())
            for place in range(len(self._places))
        ]
        return Parsed(columns=columns, faults=faults)

    def _values(self, frame: bytes) -> Texts | Reason:
        if len(frame) > LARGE_BYTES:
            return self._large(frame)
        try:
            row = fields(frame.decode(self._encoding), self._delimiter)
        except UnicodeDecodeError:
            return Reason.INVALID_ENCODING
        # more fields than the header names: some text was cut at an unquoted delimiter
        if row is None or any(row[self._width :]):
            return Reason.MALFORMED
        values: Texts = []
        for place in self._places:
            if place is None or place >= len(row):
                return Reason.COLUMN_ABSENT
            values.append(row[place])
        return values

    def _large(self, frame: bytes) -> Texts | Reason:
        """The texts of one large record; its wanted fields alone are decoded."""
        places = [place for place in self._places if place is not None]
        picked = pick(frame, self._delimiter.encode(), places, self._width)
        if isinstance(picked, Reason):
            return picked
        if len(picked) < len(self._places) or None in picked:
            return Reason.COLUMN_ABSENT
        try:
            return [field.decode(self._encoding) for field in picked if field is not None]
        except UnicodeDecodeError:
            return Reason.INVALID_ENCODING


def fields(record: str, delimiter: str) -> list[str] | None:
    """The fields of one record, None where it is none."""
    try:
        rows = list(csv.reader([record], delimiter=delimiter))
    except csv.Error:
        return None
    return rows[0] if len(rows) == 1 else None


def read_delimited(
    path: Location,
    request: ReadRequest,
    *,
    wanted: Rows | None = None,
    chunk_bytes: int = CHUNK_BYTES,
) -> Iterator[Block]:
    """The records of a CSV or TSV file with a header; the header is no row.

    A header that has one field with commas and several with semicolons is read with semicolons.
    A row with fewer fields lacks those columns; one with more is malformed, and one of more than
    MOST_FIELDS too large. A header of so many is not read.
    """
    # the csv module's own limit is one for the process, and records are bounded before it
    csv.field_size_limit(max(csv.field_size_limit(), request.max_record_bytes))
    stream = TextStream.of(path, request, chunk_bytes)
    delimiter = "\t" if request.format is Format.TSV else _delimiter(stream)
    splitter = CsvRecords(delimiter.encode())
    framed = without_blanks(frames(stream.chunks(), splitter, request.max_record_bytes), _BLANK)
    first = next(framed, [])
    if isinstance(first, Fault):
        return only(request.columns, first)
    if not first:
        return iter(())
    names = _header(first[0], delimiter, stream.encoding)
    if names is None:
        fault = Fault(
            reason=Reason.UNREADABLE,
            digest=digest_of(first[0]),
            bytes=len(first[0]),
            extent="unknown",
        )
        return only(request.columns, fault)
    columns = present(request, names)
    parse = CsvColumns(columns, names, delimiter, stream.encoding)
    rest = chain([first[1:]] if first[1:] else [], framed)
    return padded(blocks(rest, parse, columns, wanted=wanted), request.columns)


def _header(frame: bytes, delimiter: str, encoding: str) -> list[str] | None:
    if field_count_exceeds(frame, delimiter.encode(), MOST_FIELDS):
        return None
    try:
        return fields(frame.decode(encoding), delimiter)
    except UnicodeDecodeError:
        return None


def _delimiter(stream: TextStream) -> str:
    """`;` where the header has several fields only with it, else `,`."""
    start = stream.head()
    first = next((line for line in start.split("\n") if line.strip()), "")
    one_with_commas = len(fields(first, ",") or ()) == 1
    return ";" if one_with_commas and len(fields(first, ";") or ()) > 1 else ","
