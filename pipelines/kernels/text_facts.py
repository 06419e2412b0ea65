"""Facts about each text of a column: sizes, scripts, signs of damage, language, digests."""

import hashlib
import itertools
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from pipelines.kernels.arrow import TextBytes, text_bytes
from pipelines.kernels.compiled import compiled
from pipelines.kernels.language_guess import guess_languages
from pipelines.kernels.normal_table import LIMIT
from pipelines.kernels.normalise import NormalText
from pipelines.kernels.scripts import BEYOND, DAMAGE, Script, script_table
from pipelines.kernels.utf8 import decode

DIGEST_SCHEME = "sha256-128/nfkc-casefold-space;record=sha256/len64be-null1"
"""Name of the two digests below."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TextFacts:
    """One value a text; every array has shape (n,)."""

    bytes: NDArray[np.int64]
    chars: NDArray[np.int64]
    """Code points; the sum of the five classes."""
    lines: NDArray[np.int64]
    """Parts between line feeds, a last empty one not counted; 0 for an empty text."""
    han: NDArray[np.int64]
    latin: NDArray[np.int64]
    digit: NDArray[np.int64]
    space: NDArray[np.int64]
    other: NDArray[np.int64]
    replacement: NDArray[np.int64]
    """U+FFFD and control characters other than tab and line ends; part of the classes above."""
    language: list[str]
    """`zh en ja ko other mixed und`."""


def text_facts(column: pa.LargeStringArray, words: NDArray[np.int64]) -> TextFacts:
    """The facts of each text of `column`; a null is empty.

    `words` is `count_words` of the normal forms.
    """
    source = text_bytes(column)
    counts = np.zeros((len(column), len(Script)), np.int64)
    lines = np.empty(len(column), np.int64)
    damage = np.empty(len(column), np.int64)
    _count(source.data, source.offsets, script_table(), counts, lines, damage)
    named = {script: counts[:, script] for script in Script}
    return TextFacts(
        bytes=np.diff(source.offsets),
        chars=counts.sum(axis=1),
        lines=lines,
        han=named[Script.HAN],
        latin=named[Script.LATIN],
        digit=named[Script.DIGIT],
        space=named[Script.SPACE],
        other=counts.sum(axis=1)
        - sum(named[s] for s in (Script.HAN, Script.LATIN, Script.DIGIT, Script.SPACE)),
        replacement=damage,
        language=guess_languages(counts, words),
    )


def text_hashes(normal: NormalText) -> NDArray[np.int64]:
    """First 128 bits of the SHA-256 of each normal text in UTF-8, shape (n, 2): high, low."""
    encoded = encode(normal)
    view = encoded.data.data
    ends = itertools.pairwise(encoded.offsets.tolist())
    digests = b"".join(hashlib.sha256(view[begin:end]).digest()[:16] for begin, end in ends)
    return np.frombuffer(digests, dtype=">i8").astype(np.int64).reshape(-1, 2)


def record_digests(columns: Sequence[pa.LargeStringArray]) -> list[bytes]:
    """SHA-256 over the values of each record as they stand, 32 bytes each.

    Each value is its presence (0 for null, 1), and where present its byte length (8 bytes,
    big-endian) and UTF-8 bytes, in the order of `columns`: so neither null and empty nor
    differently cut columns fall together.
    """
    parts = [_framed(column) for column in columns]
    return [_digest(values) for values in zip(*parts, strict=True)]


def _digest(values: Sequence[tuple[bytes, memoryview]]) -> bytes:
    found = hashlib.sha256()
    for head, value in values:
        found.update(head)
        found.update(value)
    return found.digest()


def _framed(column: pa.LargeStringArray) -> Iterator[tuple[bytes, memoryview]]:
    """What goes before each value, and the value itself, not copied."""
    source = text_bytes(column)
    raw = source.data.data
    ends = itertools.pairwise(source.offsets.tolist())
    for there, (begin, end) in zip(column.is_valid().to_pylist(), ends, strict=True):
        if there:
            yield b"\x01" + struct.pack(">Q", end - begin), raw[begin:end]
        else:
            yield b"\x00", raw[:0]


def encode(normal: NormalText) -> TextBytes:
    """The normal texts in UTF-8."""
    data = np.empty(_encoded_size(normal.points), np.uint8)
    offsets = np.zeros(len(normal.offsets), np.int64)
    _encode(normal.points, normal.offsets, data, offsets)
    return TextBytes(data=data, offsets=offsets)


@compiled
def _count(
    data: NDArray[np.uint8],
    offsets: NDArray[np.int64],
    table: NDArray[np.uint8],
    counts: NDArray[np.int64],
    lines: NDArray[np.int64],
    damage: NDArray[np.int64],
) -> None:
    classes = np.empty(16, np.int64)
    for text in range(len(offsets) - 1):
        at, stop = offsets[text], offsets[text + 1]
        classes[:] = 0
        feeds, code = 0, np.int64(10)
        while at < stop:
            code, width = decode(data, at)
            at += width
            feeds += code == 10
            classes[table[code] if code < LIMIT else code < BEYOND] += 1
        lines[text] = feeds + (code != 10)
        damage[text] = classes[DAMAGE:].sum()
        counts[text] = classes[:DAMAGE] + classes[DAMAGE:]


@compiled
def _encoded_size(points: NDArray[np.uint32]) -> int:
    size = 0
    for code in points:
        size += 1 + (code >= 0x80) + (code >= 0x800) + (code >= 0x10000)
    return size


@compiled
def _encode(
    points: NDArray[np.uint32],
    ends: NDArray[np.int64],
    data: NDArray[np.uint8],
    offsets: NDArray[np.int64],
) -> None:
    at = 0
    for text in range(len(ends) - 1):
        for index in range(ends[text], ends[text + 1]):
            code = points[index]
            if code < 0x80:
                data[at] = code
                at += 1
                continue
            if code < 0x800:
                data[at] = 0xC0 | (code >> 6)
                at += 1
            else:
                if code < 0x10000:
                    data[at] = 0xE0 | (code >> 12)
                else:
                    data[at] = 0xF0 | (code >> 18)
                    at += 1
                    data[at] = 0x80 | ((code >> 12) & 63)
                data[at + 1] = 0x80 | ((code >> 6) & 63)
                at += 2
            data[at] = 0x80 | (code & 63)
            at += 1
        offsets[text + 1] = at
