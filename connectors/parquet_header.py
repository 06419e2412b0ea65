"""Headers of Parquet pages: `parquet.thrift`, PageHeader, in the compact protocol of Thrift.

Fields may come in any order, in either form, with others among them: the decoder minds none of
that, so a header that is hidden from us that way would still be read by it.
"""

from typing import BinaryIO, NamedTuple

DICTIONARY = 2
"""The type of a dictionary page."""

_FIRST_READ, _MOST = 64, 16 << 20
"""Bytes that are looked at for a header; the decoder itself refuses longer ones than the last."""
_DEEPEST = 64
_VALUES = 100_000
"""Values a header may hold: a real one has some twenty."""
_STOP, _TRUE, _FALSE, _BYTE, _I16, _I32, _I64, _DOUBLE, _BINARY, _LIST, _SET, _MAP, _STRUCT = range(
    13
)
_INTEGERS = (_I16, _I32, _I64)
_SIZES = {_BYTE: 1, _DOUBLE: 8}
_TYPE, _PLAIN, _STORED = 1, 2, 3


class PageHeader(NamedTuple):
    """What a page is, and how large."""

    type: int
    plain: int
    """Bytes of the page when decompressed."""
    stored: int
    """Bytes of the page behind its header."""
    bytes: int
    """Of the header itself."""


def page_header(file: BinaryIO, offset: int) -> PageHeader | None:
    """The header at `offset`; None where there is none that can be followed."""
    length = _FIRST_READ
    while True:
        file.seek(offset)
        data = file.read(length)
        try:
            reading = _Reading(data)
            numbers = reading.structure(_DEEPEST)
        except IndexError:
            if len(data) < length or length >= _MOST:
                return None
            length = min(16 * length, _MOST)
            continue
        except ValueError:
            return None
        found = [numbers.get(field) for field in (_TYPE, _PLAIN, _STORED)]
        kind, plain, stored = found
        if kind is None or plain is None or stored is None or stored < 0:
            return None
        return PageHeader(kind, plain, stored, reading.at)


class _Reading:
    """Goes through the bytes of a header; IndexError where they end before it does."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._values = 0
        self.at = 0

    def structure(self, depth: int) -> dict[int, int]:
        """The fields of type i32, each under its number; all others are passed by."""
        if depth == 0:
            raise ValueError
        found: dict[int, int] = {}
        number = 0
        while (head := self._byte()) & 0xF != _STOP:
            kind, step = head & 0xF, head >> 4
            number = number + step if step else self._integer()
            if kind == _I32:
                found[number] = self._integer()
            else:
                self._pass(kind, depth)
        return found

    def _pass(self, kind: int, depth: int, *, item: bool = False) -> None:
        self._values += 1
        if self._values > _VALUES:
            raise ValueError
        if kind in _INTEGERS:
            self._varint()
        elif kind == _BINARY:
            self._skip(self._varint())
        elif kind in (_LIST, _SET):
            head = self._byte()
            self._items([head & 0xF], self._varint() if head >> 4 == 0xF else head >> 4, depth)
        elif kind == _MAP:
            count = self._varint()
            kinds = self._byte() if count else 0
            self._items([kinds >> 4, kinds & 0xF], count, depth)
        elif kind == _STRUCT:
            self.structure(depth - 1)
        elif kind in _SIZES:
            self._skip(_SIZES[kind])
        elif kind in (_TRUE, _FALSE):
            self._skip(int(item))  # a field has its value in its head
        else:
            raise ValueError

    def _items(self, kinds: list[int], count: int, depth: int) -> None:
        if count > _VALUES:
            raise ValueError
        for _ in range(count):
            for kind in kinds:
                self._pass(kind, depth - 1, item=True)

    def _byte(self) -> int:
        byte = self._data[self.at]
        self.at += 1
        return byte

    def _skip(self, count: int) -> None:
        self.at += count
        if self.at > len(self._data):
            raise IndexError

    def _varint(self) -> int:
        value = shift = 0
        while True:
            byte = self._byte()
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                return value
            shift += 7
            if shift > 63:
                raise ValueError

    def _integer(self) -> int:
        number = self._varint()
        return (number >> 1) ^ -(number & 1)  # zigzag
