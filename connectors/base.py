"""What a reader of records gives and what it is asked for."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import BinaryIO, Literal, Protocol

import pyarrow as pa

from pipelines.model.arrow_alone import arrow_alone
from pipelines.model.dataset import MAX_RECORD_BYTES, Format, Split
from pipelines.model.ids import Digest

arrow_alone()

BLOCK_ROWS = 8192
BLOCK_BYTES = 16 * 1024 * 1024
"""A block ends at whichever limit comes first; one larger record is a block of its own."""


class Sized(Protocol):
    """What `stat` gives."""

    @property
    def st_size(self) -> int:
        """In bytes."""
        ...


class Location(Protocol):
    """What readers ask of a file; `pathlib.Path` has all of it."""

    @property
    def name(self) -> str:
        """The last part of its name."""
        ...

    def open(self, mode: Literal["rb"], /) -> BinaryIO:
        """Its content, as a file that can be sought."""
        ...

    def stat(self) -> Sized:
        """Its size."""
        ...

    def is_file(self) -> bool:
        """Whether there is content to read."""
        ...

    def read_bytes(self) -> bytes:
        """All of its content."""
        ...


class Reason(StrEnum):
    """Why something present in a file is not a record."""

    MALFORMED = "malformed"
    """A line or element that does not parse."""
    NOT_AN_OBJECT = "not_an_object"
    COLUMN_ABSENT = "column_absent"
    NESTED_VALUE = "nested_value"
    LONE_SURROGATE = "lone_surrogate"
    INVALID_ENCODING = "invalid_encoding"
    TOO_LARGE = "too_large"
    TOO_DEEP = "too_deep"
    TRUNCATED = "truncated"
    """The file, archive or array ends in the middle."""
    POINTER = "git_lfs_pointer"
    EMPTY_FILE = "empty_file"
    UNREADABLE = "unreadable"
    """The file is not of the format it is declared or guessed to be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quarantined:
    """Something in a file that is not a record: counted and reported, never dropped."""

    row: int | None
    """From 0 over physical records; None where the place cannot be counted."""
    reason: Reason
    extent: str
    """`one`, or `unknown` for a tail that cannot be counted (it counts as one item)."""
    digest: Digest
    """Of the bytes that could not be read (of the readable part of a tail)."""
    bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Records of one file in a row: column `row` (int64), then each wanted one (large_string)."""

    batch: pa.RecordBatch
    quarantined: tuple[Quarantined, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadRequest:
    """What to read from a file and within which limits."""

    columns: tuple[str, ...]
    """Declared columns, each once. null becomes null in the batch (an empty text)."""
    optional: frozenset[str] = frozenset()
    """Those a record may lack; it then has null there."""
    format: Format | None = None
    """None = guessed from the name and the first bytes."""
    split: Split = Split.LINE
    encoding: str | None = None
    max_record_bytes: int = MAX_RECORD_BYTES


class Reader(Protocol):
    """Streams the records of one format in bounded memory."""

    def __call__(self, path: Location, request: ReadRequest) -> Iterator[Block]:
        """Blocks in row order. Only what cannot be opened at all raises ConnectorError."""
        ...
