"""One JSON array of objects, streamed: its elements are found without parsing them."""

import re
from codecs import BOM_UTF8
from collections.abc import Iterator

from connectors.base import Block, Location, ReadRequest, Reason
from connectors.compression import CHUNK_BYTES, chunks, head
from connectors.framing import WHITE_SPACE, Fault, frames, without_mark
from connectors.json_values import JsonColumns
from connectors.records import Rows, blocks, only
from pipelines.model.ids import digest_of

_STRING = rb'"(?:[^"\\]++|\\.)*+"'
_NESTINGS = 4


def _element() -> re.Pattern[bytes]:
    """An element of usual depth and the comma behind it, in one match.

    Possessive throughout and with branches that differ in their first byte, so a match is linear
    and a failure does not search again.
    """
    inside = rb'(?:[^"{}\[\]]++|' + _STRING + rb")*+"
    for _ in range(_NESTINGS):
        inside = rb'(?:[^"{}\[\]]++|' + _STRING + rb"|[{\[]" + inside + rb"[}\]])*+"
    top = rb'(?:[^"{}\[\],]++|' + _STRING + rb"|[{\[]" + inside + rb"[}\]])*+,"
    return re.compile(top, re.DOTALL)


_ELEMENT = _element()
_REST_OF_STRING = re.compile(rb'(?:[^"\\]++|\\.)*+', re.DOTALL)
_TO_TOKEN = re.compile(rb'[^"{}\[\]]*+')
_TO_TOKEN_OR_COMMA = re.compile(rb'[^"{}\[\],]*+')
_QUOTE, _BACKSLASH, _COMMA, _END = b'"\\,]'
_OPENING, _CLOSING = b"{[", b"}]"


class ArrayElements:
    """Cuts a JSON array at the commas between its elements.

    Brackets are counted, not paired: an element that mixes them up is one malformed element.
    Where the array has ended, anything but white space is a tail of its own.
    """

    def __init__(self) -> None:
        self._begun = self._closed = self._trailing = False
        self._depth = 0
        self._in_string = self._escaped = False
        self._elements = 0

    def __call__(self, chunk: bytes) -> list[bytes]:
        """The pieces of `chunk` between the commas of the array."""
        position = 0
        if not self._begun:
            position = chunk.find(b"[") + 1
            if not position:
                return [b""]
            self._begun = True
        pieces: list[bytes] = []
        if not self._closed:
            position = self._cut(chunk, position, pieces)
        if not self._closed:
            pieces.append(chunk[position:])
            return pieces
        return self._after(chunk[position:], pieces)

    def _cut(self, chunk: bytes, start: int, pieces: list[bytes]) -> int:
        """Where the open piece begins, or what follows the array; complete ones go to `pieces`."""
        position = start
        while True:
            if not self._depth and not self._in_string:
                while match := _ELEMENT.match(chunk, position):
                    position = match.end()
                    pieces.append(chunk[start : position - 1])
                    start = position
            position = self._walk(chunk, position)
            if position == len(chunk):
                break
            piece = chunk[start:position]
            start = position = position + 1
            pieces.append(piece)
            if chunk[position - 1] == _END:
                self._closed = True
                break
        self._elements += len(pieces)
        return start

    def _walk(self, chunk: bytes, position: int) -> int:
        """Where the element ends that `position` is in, or the length of `chunk`."""
        while position < len(chunk):
            if self._in_string:
                position = self._leave_string(chunk, position)
                continue
            to_token = _TO_TOKEN if self._depth else _TO_TOKEN_OR_COMMA
            match = to_token.match(chunk, position)
            position = match.end() if match else position
            if position == len(chunk):
                break
            byte = chunk[position]
            if byte == _QUOTE:
                self._in_string = True
            elif byte in _OPENING:
                self._depth += 1
            elif self._depth:
                self._depth -= 1
            elif byte in (_COMMA, _END):
                return position
            position += 1
        return position

    def _leave_string(self, chunk: bytes, position: int) -> int:
        if self._escaped:
            self._escaped = False
            return position + 1
        match = _REST_OF_STRING.match(chunk, position)
        position = match.end() if match else position
        if position == len(chunk):
            return position
        if chunk[position] == _QUOTE:
            self._in_string = False
        else:  # a backslash that ends the chunk
            self._escaped = True
        return position + 1

    def _after(self, rest: bytes, pieces: list[bytes]) -> list[bytes]:
        """`pieces` where the array is closed: the last element stays open, so the end sees it."""
        if self._trailing:
            return [rest]
        rest = rest.lstrip(WHITE_SPACE)
        if not rest:
            return pieces or [b""]
        self._trailing = True
        return [*(pieces or [b""]), rest]

    def ending(self, rest: bytes | None) -> Reason | None:
        """TRUNCATED before the closing bracket or after a dangling comma; MALFORMED behind it."""
        if self._trailing:
            return Reason.MALFORMED
        dangling = self._elements > 1 and rest is not None and not rest.strip(WHITE_SPACE)
        return None if self._closed and not dangling else Reason.TRUNCATED

    def whole(self, rest: bytes | None) -> bool:
        """Whether the open element has its last brace though the array does not go on."""
        if self._trailing or self._depth or self._in_string:
            return False
        return self._closed or (rest is not None and rest.rstrip(WHITE_SPACE).endswith(b"}"))


def read_json_array(
    path: Location,
    request: ReadRequest,
    *,
    wanted: Rows | None = None,
    chunk_bytes: int = CHUNK_BYTES,
) -> Iterator[Block]:
    """The elements of the JSON array in `path`; one that is no JSON object is quarantined.

    A dangling comma before the closing bracket is the mark of an array that was left unfinished:
    it counts as a truncated tail.
    """
    start = head(path)
    content_start = start.removeprefix(BOM_UTF8).lstrip(WHITE_SPACE)
    if content_start and not content_start.startswith(b"["):
        fault = Fault(
            reason=Reason.UNREADABLE, digest=digest_of(start), bytes=len(start), extent="unknown"
        )
        return only(request.columns, fault)
    content = without_mark(chunks(path, chunk_bytes))
    framed = frames(content, ArrayElements(), request.max_record_bytes, strip=True)
    return blocks(
        framed, JsonColumns(request.columns, request.optional), request.columns, wanted=wanted
    )
