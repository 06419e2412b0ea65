"""Plain text: a line, a paragraph or the file is one record, in the one column `text`."""

import re
from collections.abc import Iterator, Sequence
from typing import assert_never

import pyarrow as pa

from connectors.base import Block, Location, ReadRequest, Reason
from connectors.compression import CHUNK_BYTES
from connectors.framing import WHITE_SPACE, Lines, Splitter, frames, without_blanks
from connectors.records import Parsed, Rows, blocks, padded, present
from connectors.text_stream import TextStream
from pipelines.model.dataset import Split

COLUMN = "text"
"""The name of the one column a text file has."""

_BLANK_LINE = re.compile(rb"(?<=\n)[ \t\r\f\v]*+\n")
_LAST_BLANK_LINE = re.compile(r"\n(?:[ \t\r\f\v]*\n?)?\Z")
_BLANK_START = re.compile(rb"[ \t\r\f\v]*+")


class Paragraphs:
    """Cuts behind blank lines."""

    def __init__(self) -> None:
        self._blank = True
        """Whether the line that is being read is blank so far."""

    def __call__(self, chunk: bytes) -> list[bytes]:
        """The pieces of `chunk` between blank lines."""
        pieces: list[bytes] = []
        start = 0
        if self._blank:
            match = _BLANK_START.match(chunk)
            end = match.end() if match else 0
            if end == len(chunk):
                return [chunk]
            if chunk[end : end + 1] == b"\n":
                start = end + 1
                pieces.append(chunk[:start])
        for match in _BLANK_LINE.finditer(chunk, start):
            pieces.append(chunk[start : match.end()])
            start = match.end()
        pieces.append(chunk[start:])
        line_feed = chunk.rfind(b"\n")
        if line_feed >= 0 or self._blank:
            self._blank = not chunk[line_feed + 1 :].strip(WHITE_SPACE)
        return pieces

    def ending(self, rest: bytes | None) -> Reason | None:
        """None: a last paragraph needs no blank line."""
        return None

    def whole(self, rest: bytes | None) -> bool:
        """False: nobody can tell whether a paragraph goes on."""
        return False


class WholeFile(Paragraphs):
    """Cuts nowhere."""

    def __call__(self, chunk: bytes) -> list[bytes]:
        """`chunk` as it is."""
        return [chunk]


class TextColumn:
    """Decodes frames into the column `text`; every other declared column is absent."""

    def __init__(self, columns: Sequence[str], encoding: str, split: Split) -> None:
        self._columns = tuple(columns)
        self._encoding = encoding
        self._split = split

    def __call__(self, frames: Sequence[bytes]) -> Parsed:
        """The texts of `frames`, without the line ends around them."""
        if set(self._columns) - {COLUMN}:
            faults = dict.fromkeys(range(len(frames)), Reason.COLUMN_ABSENT)
            return Parsed(
                columns=[pa.array([], pa.large_string())] * len(self._columns), faults=faults
            )
        faults = {}
        texts: list[str] = []
        for position, frame in enumerate(frames):
            try:
                texts.append(frame.decode(self._encoding))
            except UnicodeDecodeError:
                faults[position] = Reason.INVALID_ENCODING
        column = pa.array([self._trimmed(text) for text in texts], pa.large_string())
        return Parsed(columns=[column] * len(self._columns), faults=faults)

    def _trimmed(self, text: str) -> str:
        match self._split:
            case Split.LINE:
                return text.removesuffix("\r")
            case Split.PARAGRAPH:
                return _LAST_BLANK_LINE.sub("", text.replace("\r\n", "\n"))
            case Split.FILE:
                return text
            case _:
                assert_never(self._split)


def read_text(
    path: Location,
    request: ReadRequest,
    *,
    wanted: Rows | None = None,
    chunk_bytes: int = CHUNK_BYTES,
) -> Iterator[Block]:
    """The lines or paragraphs of a text file, blank ones left out, or all of it as one record."""
    stream = TextStream.of(path, request, chunk_bytes)
    framed = without_blanks(
        frames(stream.chunks(), _splitter(request.split), request.max_record_bytes)
    )
    columns = present(request, (COLUMN,))
    parse = TextColumn(columns, stream.encoding, request.split)
    return padded(blocks(framed, parse, columns, wanted=wanted), request.columns)


def _splitter(split: Split) -> Splitter:
    match split:
        case Split.LINE:
            return Lines()
        case Split.PARAGRAPH:
            return Paragraphs()
        case Split.FILE:
            return WholeFile()
        case _:
            assert_never(split)
