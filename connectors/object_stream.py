"""An object as a file that can be read and sought, in windows of bounded size."""

import hashlib
import io
from collections.abc import Callable

WINDOW_BYTES = 4 * 1024 * 1024
"""What one request asks for; a file of this size or less is fetched once."""


class Windows:
    """The windows of one object version, the first and the latest kept, hashed where in order."""

    def __init__(self, size: int, first: bytes, fetch: Callable[[int, int], bytes]) -> None:
        """`fetch` gives `length` bytes from a position of the version that `first` begins."""
        self.size = size
        self._fetch = fetch
        self._first = first
        self._latest = (0, first)
        self._sha = hashlib.sha256(first)
        self._hashed = len(first)

    def read(self, position: int, most: int) -> bytes:
        """Bytes from `position`, at least one and at most `most`, none at the end."""
        if position >= self.size:
            return b""
        if position < len(self._first):
            return self._first[position : position + most]
        start, window = self._latest
        if not start <= position < start + len(window):
            start, window = position, self._get(position)
        return window[position - start : position - start + most]

    def sha256(self) -> str:
        """The digest of the whole content, in hex; fetches what has not passed by in order."""
        while self._hashed < self.size:
            self._get(self._hashed)
        return self._sha.hexdigest()

    def _get(self, position: int) -> bytes:
        window = self._fetch(position, min(WINDOW_BYTES, self.size - position))
        self._latest = (position, window)
        if position == self._hashed:
            self._sha.update(window)
            self._hashed += len(window)
        return window


class ObjectStream(io.RawIOBase):
    """A read-only file over Windows."""

    def __init__(self, windows: Windows) -> None:
        super().__init__()
        self._windows = windows
        self._position = 0

    def readable(self) -> bool:
        """True."""
        return True

    def seekable(self) -> bool:
        """True."""
        return True

    def readinto(self, buffer: "memoryview | bytearray") -> int:  # type: ignore[override]
        """Bytes from the current position are in `buffer`; how many."""
        found = self._windows.read(self._position, len(buffer))
        buffer[: len(found)] = found
        self._position += len(found)
        return len(found)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """The new position, never before the beginning."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._windows.size}
        self._position = max(0, base[whence] + offset)
        return self._position

    def tell(self) -> int:
        """The current position."""
        return self._position
