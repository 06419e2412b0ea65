"""Facts about each text of a column: sizes, scripts, signs of damage, language, digests."""

import hashlib
import itertools
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from pipelines.kernels.arrow import text_bytes
from pipelines.kernels.language_guess import guess_languages
from pipelines.kernels.language_model import named_languages
from pipelines.kernels.native.library import native, pointer, whole
from pipelines.kernels.native.openssl import sha256_addresses
from pipelines.kernels.normalise import NormalText, encode
from pipelines.kernels.scripts import Script

DIGEST_SCHEME = "sha256-128/nfkc-casefold-space;record=sha256/len64be-null1"
"""Name of the two digests below."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CharacterCounts:
    """What a pass over the characters of n texts has counted."""

    classes: NDArray[np.int64]
    """Code points by Script, shape (n, len(Script))."""
    damage: NDArray[np.int64]
    lines: NDArray[np.int64]
    words: NDArray[np.int64]
    """`count_words` of the normal forms, shape (n, 3)."""
    repeated: NDArray[np.int64]


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
    language: pa.StringArray
    """`zh en ja ko`, another ISO 639 code the language model gives, or `other mixed und`."""
    words: NDArray[np.int64]
    """Runs of Latin letters in the normal form."""
    repeated: NDArray[np.int64]
    """Bytes of the lines that are equal to an earlier line of the text."""


def text_facts(column: pa.LargeStringArray, counts: CharacterCounts) -> TextFacts:
    """The facts of each text of `column`, whose characters are counted; a null is empty."""
    named = {script: counts.classes[:, script] for script in Script}
    chars = counts.classes.sum(axis=1)
    guesses = guess_languages(counts.classes, counts.words)
    return TextFacts(
        bytes=np.diff(text_bytes(column).offsets),
        chars=chars,
        lines=counts.lines,
        han=named[Script.HAN],
        latin=named[Script.LATIN],
        digit=named[Script.DIGIT],
        space=named[Script.SPACE],
        other=chars - sum(named[s] for s in (Script.HAN, Script.LATIN, Script.DIGIT, Script.SPACE)),
        replacement=counts.damage,
        language=named_languages(column, guesses, named[Script.LATIN] + named[Script.LETTER]),
        words=counts.words[:, 0],
        repeated=counts.repeated,
    )


def text_hashes(normal: NormalText) -> NDArray[np.int64]:
    """First 128 bits of the SHA-256 of each normal text in UTF-8, shape (n, 2): high, low."""
    encoded = encode(normal)
    view = encoded.data.data
    ends = itertools.pairwise(encoded.offsets.tolist())
    digests = b"".join(hashlib.sha256(view[begin:end]).digest()[:16] for begin, end in ends)
    return np.frombuffer(digests, dtype=">i8").astype(np.int64).reshape(-1, 2)


def record_digests(columns: Sequence[pa.LargeStringArray]) -> pa.FixedSizeBinaryArray:
    """`digests_of` as a column."""
    return digest_column(digests_of(columns))


def digest_column(digests: NDArray[np.uint8]) -> pa.FixedSizeBinaryArray:
    """Digests of shape (n, 32) as a column, not copied."""
    return pa.FixedSizeBinaryArray.from_buffers(
        pa.binary(32), len(digests), [None, pa.py_buffer(digests)]
    )


def digests_of(columns: Sequence[pa.LargeStringArray]) -> NDArray[np.uint8]:
    """SHA-256 over the values of each record as they stand, shape (n, 32).

    Each value is its presence (0 for null, 1), and where present its byte length (8 bytes,
    big-endian) and UTF-8 bytes, in the order of `columns`: so neither null and empty nor
    differently cut columns fall together.
    """
    functions = sha256_addresses()
    if functions is not None:
        return _compiled_digests(columns, functions)
    parts = [_framed(column) for column in columns]
    digests = b"".join(_digest(values) for values in zip(*parts, strict=True))
    return np.frombuffer(digests, np.uint8).reshape(-1, 32)


def there(column: pa.LargeStringArray) -> NDArray[np.uint8] | None:
    """1 for each value of `column` and 0 for each null; None where there is no null."""
    return np.asarray(column.is_valid()).astype(np.uint8) if column.null_count else None


def _compiled_digests(
    columns: Sequence[pa.LargeStringArray], functions: NDArray[np.int64]
) -> NDArray[np.uint8]:
    digests = np.empty((len(columns[0]), 32), np.uint8)
    sources = [text_bytes(column) for column in columns]
    present = [there(column) for column in columns]
    described = [
        [source.data.ctypes.data, source.offsets.ctypes.data, 0 if v is None else v.ctypes.data]
        for source, v in zip(sources, present, strict=True)
    ]
    native("tda_record_digests", None)(
        pointer(np.array(described, np.int64)),
        whole(len(columns)),
        whole(len(digests)),
        pointer(functions),
        pointer(digests),
    )
    return digests


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
