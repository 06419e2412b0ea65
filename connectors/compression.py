"""Bounded chunks of what a file holds, plain or decompressed, and where that stops too early."""

import bz2
import zlib
from collections.abc import Iterator
from enum import StrEnum
from typing import BinaryIO, Protocol

import zstandard

from connectors.base import Location, Reason

CHUNK_BYTES = 1024 * 1024
"""Upper limit of one chunk, whatever a few compressed bytes claim to expand to."""

_INPUT_BYTES = 64 * 1024
_ZSTD_MAGIC = 0xFD2FB528
_ZSTD_SKIPPABLE = 0x184D2A50
_ZSTD_HEADER_MOST = 18
_BZ2_BLOCK = bytes.fromhex("314159265359")


class Codec(StrEnum):
    """Compressions that are undone while reading; the value is the suffix of such a file."""

    GZIP = ".gz"
    ZSTD = ".zst"
    BZIP2 = ".bz2"


class BrokenStream(Exception):  # noqa: N818  a fact about the data that ends its stream
    """What follows cannot be decompressed; everything before it has been handed out."""

    def __init__(self, reason: Reason) -> None:
        self.reason = reason
        super().__init__(str(reason))


class _Member(Protocol):
    """The decompressor of one member of a gzip or bzip2 file."""

    @property
    def eof(self) -> bool: ...

    @property
    def unused_data(self) -> bytes: ...

    def decompress(self, data: bytes, max_length: int) -> bytes: ...


def named_codec(path: Location) -> Codec | None:
    """The codec the name of `path` claims, None for a plain file."""
    return next((codec for codec in Codec if path.name.lower().endswith(codec)), None)


def codec_of(path: Location, start: bytes) -> Codec | None:
    """The codec that the first bytes of a file show, else the one its name claims."""
    if start.startswith(b"\x1f\x8b\x08"):
        return Codec.GZIP
    if start.startswith(_ZSTD_MAGIC.to_bytes(4, "little")):
        return Codec.ZSTD
    if start.startswith(b"BZh") and start[4:10] == _BZ2_BLOCK:
        return Codec.BZIP2
    return named_codec(path)


def chunks(path: Location, chunk_bytes: int = CHUNK_BYTES) -> Iterator[bytes]:
    """The content of `path`, decompressed, in non-empty chunks of at most `chunk_bytes`.

    Raises:
        BrokenStream: after the last chunk that could be decompressed.
    """
    with path.open("rb") as file:
        codec = codec_of(path, file.read(16))
        file.seek(0)
        yield from (
            part
            for whole in _decompressed(file, codec, chunk_bytes)
            for part in _bounded(whole, chunk_bytes)
        )


def head(path: Location, length: int = 64 * 1024) -> bytes:
    """The first `length` bytes of what `path` holds, fewer where it ends or breaks before."""
    parts: list[bytes] = []
    missing = length
    try:
        for chunk in chunks(path, length):
            parts.append(chunk[:missing])
            missing -= len(parts[-1])
            if not missing:
                break
    except BrokenStream:
        pass  # whoever reads the file will meet the break again and report it
    return b"".join(parts)


def _bounded(whole: bytes, limit: int) -> Iterator[bytes]:
    if len(whole) <= limit:
        if whole:
            yield whole
        return
    for start in range(0, len(whole), limit):
        yield whole[start : start + limit]


def _decompressed(file: BinaryIO, codec: Codec | None, chunk_bytes: int) -> Iterator[bytes]:
    if codec is None:
        while chunk := file.read(chunk_bytes):
            yield chunk
    elif codec is Codec.ZSTD:
        yield from _zstd_frames(file)
    else:
        yield from _members(file, codec)


def _members(file: BinaryIO, codec: Codec) -> Iterator[bytes]:
    """The members of a gzip (RFC 1952, 2.2) or bzip2 file, one after the other."""
    data = file.read(_INPUT_BYTES)
    first = True
    while data:
        member: _Member = _Gzip() if codec is Codec.GZIP else bz2.BZ2Decompressor()
        while not member.eof:
            try:
                part = member.decompress(data, CHUNK_BYTES)
            except (zlib.error, OSError) as error:
                reason = Reason.UNREADABLE if first else Reason.MALFORMED
                raise BrokenStream(reason) from error
            if part:
                first = False
                yield part
            data = b""
            if len(part) < CHUNK_BYTES and not member.eof:
                data = file.read(_INPUT_BYTES)
                if not data:
                    raise BrokenStream(Reason.TRUNCATED)
        first = False
        # archives on tape blocks end in zeros; gzip(1) passes over them as well
        data = member.unused_data.lstrip(b"\0")
        while not data and (more := file.read(_INPUT_BYTES)):
            data = more.lstrip(b"\0")


class _Gzip:
    """One gzip member, with the interface of `bz2.BZ2Decompressor`."""

    def __init__(self) -> None:
        self._inner = zlib.decompressobj(wbits=31)

    @property
    def eof(self) -> bool:
        return self._inner.eof

    @property
    def unused_data(self) -> bytes:
        return self._inner.unused_data

    def decompress(self, data: bytes, max_length: int) -> bytes:
        return self._inner.decompress(self._inner.unconsumed_tail + data, max_length)


def _zstd_frames(file: BinaryIO) -> Iterator[bytes]:
    """The frames of a zstd file, a block (at most 128 KiB of content) at a time.

    A block is the unit because its size is bounded by the format, and because only the block
    headers tell a complete file from one that was cut (RFC 8878, 3.1.1).
    """
    first = True
    while start := file.read(4):
        magic = int.from_bytes(start, "little")
        if len(start) == 4 and magic & 0xFFFFFFF0 == _ZSTD_SKIPPABLE:
            file.seek(int.from_bytes(_exactly(file, 4), "little"), 1)
            continue
        if magic != _ZSTD_MAGIC:
            raise BrokenStream(Reason.UNREADABLE if first else Reason.MALFORMED)
        try:
            for part in _zstd_blocks(file, start):
                first = False
                yield part
        except zstandard.ZstdError as error:
            reason = Reason.UNREADABLE if first else Reason.MALFORMED
            raise BrokenStream(reason) from error
        first = False


def _zstd_blocks(file: BinaryIO, start: bytes) -> Iterator[bytes]:
    start += file.read(_ZSTD_HEADER_MOST - len(start))
    try:
        size = zstandard.frame_header_size(start)
    except zstandard.ZstdError as error:
        if len(start) < _ZSTD_HEADER_MOST:
            raise BrokenStream(Reason.TRUNCATED) from error
        raise
    if size > len(start):
        raise BrokenStream(Reason.TRUNCATED)
    file.seek(size - len(start), 1)
    decompressor = zstandard.ZstdDecompressor().decompressobj()
    yield decompressor.decompress(start[:size])
    last = False
    while not last:
        header = _exactly(file, 3)
        fields = int.from_bytes(header, "little")
        last = bool(fields & 1)
        repeated = fields >> 1 & 3 == 1
        yield decompressor.decompress(header + _exactly(file, 1 if repeated else fields >> 3))
    if not decompressor.eof:
        yield decompressor.decompress(_exactly(file, 4))  # the checksum of the content


def _exactly(file: BinaryIO, length: int) -> bytes:
    data = file.read(length)
    if len(data) < length:
        raise BrokenStream(Reason.TRUNCATED)
    return data
