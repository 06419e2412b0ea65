"""The content of a file of text, in an encoding that can be cut at ASCII characters."""

from collections.abc import Iterator
from dataclasses import dataclass

from connectors import compression
from connectors.base import Location, ReadRequest
from connectors.encoding import as_utf8, declared, guessed, is_transparent
from connectors.framing import without_mark


@dataclass(frozen=True, slots=True, kw_only=True)
class TextStream:
    """Where the text is and how to decode what `chunks` gives."""

    path: Location
    chunk_bytes: int
    file_encoding: str
    encoding: str
    """Of the chunks: that of the file, or UTF-8 where the file's cannot be cut."""

    @classmethod
    def of(cls, path: Location, request: ReadRequest, chunk_bytes: int) -> "TextStream":
        """The stream of `path` in the declared encoding, else in the guessed one."""
        if request.encoding is None:
            name = guessed(lambda: compression.chunks(path))
        else:
            name = declared(request.encoding)
        encoding = name if is_transparent(name) else "utf-8"
        return cls(path=path, chunk_bytes=chunk_bytes, file_encoding=name, encoding=encoding)

    def chunks(self) -> Iterator[bytes]:
        """The content without its byte order mark."""
        content = compression.chunks(self.path, self.chunk_bytes)
        if self.encoding != self.file_encoding:
            content = as_utf8(content, self.file_encoding)
        return without_mark(content) if self.encoding == "utf-8" else content

    def head(self, length: int = 64 * 1024) -> str:
        """The first characters of the content, what cannot be decoded replaced."""
        start = compression.head(self.path, length)
        return start.decode(self.file_encoding, "replace").removeprefix("\ufeff")
