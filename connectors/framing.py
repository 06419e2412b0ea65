"""Records as byte strings, cut out of a stream of chunks without holding more than one of them."""

import hashlib
from codecs import BOM_UTF8
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from connectors.base import Reason
from connectors.compression import BrokenStream
from pipelines.model.ids import Digest, digest_of

WHITE_SPACE = b" \t\r\n\f\v"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Something that is not a record, before it has a row."""

    reason: Reason
    digest: Digest
    bytes: int
    extent: str = "one"


class Splitter(Protocol):
    """Finds where records end; keeps its place from one chunk to the next."""

    def __call__(self, chunk: bytes) -> list[bytes]:
        """The pieces of `chunk`, cut as `bytes.split` cuts: the last one is still open."""
        ...

    def ending(self, rest: bytes | None) -> Reason | None:
        """Why the stream may not end here with `rest` still open; None when it may.

        `rest` is None where it was too large to be kept.
        """
        ...

    def whole(self, rest: bytes | None) -> bool:
        """Whether `rest` is a record by itself even if the stream breaks off behind it."""
        ...


class Lines:
    """Records that end at a line feed, the last one also without."""

    def __call__(self, chunk: bytes) -> list[bytes]:
        """The pieces of `chunk` between line feeds."""
        return chunk.split(b"\n")

    def ending(self, rest: bytes | None) -> Reason | None:
        """None: a last line needs no line feed."""
        return None

    def whole(self, rest: bytes | None) -> bool:
        """False: nobody can tell whether a line goes on."""
        return False


class Open:
    """The record whose end has not been seen: kept up to `limit` bytes, only hashed beyond."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._restart()

    def _restart(self) -> None:
        self._parts: list[bytes] = []
        self._size = 0
        self._hash = hashlib.sha256()

    def add(self, part: bytes) -> None:
        """Lengthen the open record by `part`."""
        over = self._size > self._limit
        self._size += len(part)
        if over:
            self._hash.update(part)
            return
        self._parts.append(part)
        if self._size > self._limit:
            for kept in self._parts:
                self._hash.update(kept)
            self._parts = []

    def close(self) -> bytes | Fault:
        """The record, or the fault of a too large one; what is open after this is empty."""
        if self._size > self._limit:
            return self.fault(Reason.TOO_LARGE)
        record = self._parts[0] if len(self._parts) == 1 else b"".join(self._parts)
        self._restart()
        return record

    def fault(self, reason: Reason, extent: str = "one") -> Fault:
        """What is open, as a fault; what is open after this is empty."""
        for kept in self._parts:
            self._hash.update(kept)
        digest = Digest("sha256:" + self._hash.hexdigest())
        fault = Fault(reason=reason, digest=digest, bytes=self._size, extent=extent)
        self._restart()
        return fault

    def peek(self) -> bytes | None:
        """The open record, None when it was too large to be kept."""
        return None if self._size > self._limit else b"".join(self._parts)


def frames(
    chunks: Iterable[bytes], split: Splitter, limit: int, *, strip: bool = False
) -> Iterator[list[bytes] | Fault]:
    """The records of `chunks` in order, in lists, and the faults between and after them.

    A record above `limit` bytes is a fault, and so is a tail that cannot be counted: one item
    of unknown extent, after which nothing comes. With `strip`, records lose the white space
    around them. Blank records are the caller's to leave out.
    """
    still_open = Open(limit)
    broken: Reason | None = None
    try:
        for chunk in chunks:
            pieces = split(chunk)
            last = pieces.pop()
            if pieces:
                still_open.add(pieces[0])
                first = still_open.close()
                yield from _runs([first, *pieces[1:]], limit, strip=strip)
            still_open.add(last)
    except BrokenStream as error:
        broken = error.reason
    yield from _end(still_open, split, broken, limit, strip=strip)


def _end(
    still_open: Open, split: Splitter, broken: Reason | None, limit: int, *, strip: bool
) -> Iterator[list[bytes] | Fault]:
    """The last record, or the tail that nobody can count, or a record and an empty tail."""
    rest = still_open.peek()
    reason = broken or split.ending(rest)
    if reason is None or split.whole(rest):
        last = still_open.close()
        if isinstance(last, Fault) or last.strip(WHITE_SPACE):
            yield from _runs([last], limit, strip=strip)
    if reason is not None:
        yield still_open.fault(reason, extent="unknown")


def _runs(
    pieces: Sequence[bytes | Fault], limit: int, *, strip: bool
) -> Iterator[list[bytes] | Fault]:
    run: list[bytes] = []
    for piece in pieces:
        if isinstance(piece, bytes) and len(piece) <= limit:
            run.append(piece.strip(WHITE_SPACE) if strip else piece)
            continue
        if run:
            yield run
            run = []
        yield piece if isinstance(piece, Fault) else _too_large(piece)
    if run:
        yield run


def _too_large(piece: bytes) -> Fault:
    return Fault(reason=Reason.TOO_LARGE, digest=digest_of(piece), bytes=len(piece))


def without_blanks(
    framed: Iterable[list[bytes] | Fault], blank: bytes = WHITE_SPACE
) -> Iterator[list[bytes] | Fault]:
    """`framed` without the records that consist of `blank` bytes: they are no rows."""
    for item in framed:
        if isinstance(item, Fault):
            yield item
        elif kept := [frame for frame in item if frame.strip(blank)]:
            yield kept


def without_mark(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """`chunks` without the byte order mark that UTF-8 files may begin with."""
    start: bytes | None = b""
    for chunk in chunks:
        if start is None:
            yield chunk
            continue
        start += chunk
        if len(start) >= len(BOM_UTF8):
            if kept := start.removeprefix(BOM_UTF8):
                yield kept
            start = None
    if start:
        yield start
