"""What evidence keeps of the normal forms of texts, in memory that no text can stretch.

A normal form takes four bytes a code point, and some characters become eighteen: a record just
under the limit would need gigabytes. So short texts are normalised some megabytes at a time, and
a longer one goes by in pieces. Either way the facts are the same, bit for bit.
"""

import functools
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from pipelines.kernels.arrow import text_bytes
from pipelines.kernels.keeping import waves
from pipelines.kernels.language_guess import WordCounter, count_words
from pipelines.kernels.minhash import band_keys, band_keys_of_parts
from pipelines.kernels.normalise import normalise_block
from pipelines.kernels.normalise_formula import normal_pieces
from pipelines.kernels.shingles import SIZE
from pipelines.kernels.text_facts import text_hashes

RUN_BYTES = 8 * 1024 * 1024
"""UTF-8 of the texts that are normalised together; a text above it comes in pieces.

Less would cost more: what the C library hands out below 32 MiB it does not give back at once, and
a gigabyte was audited in 1,012,532 KiB with half of it, in 914,608 with this.
"""

PART_POINTS = 1 << 18
"""Code points of a long text looked at together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NormalFacts:
    """One row for each of n texts."""

    chars: NDArray[np.int64]
    """Code points of the normal form, shape (n,)."""
    hashes: NDArray[np.int64]
    """`text_hashes`, shape (n, 2)."""
    bands: NDArray[np.int64]
    """`band_keys`, shape (n, BANDS)."""
    words: NDArray[np.int64]
    """`count_words`, shape (n, 3)."""


def normal_facts(column: pa.LargeStringArray, run_bytes: int = RUN_BYTES) -> NormalFacts:
    """The facts of the normal form of each text of `column`; a null is an empty text."""
    parts = [
        _long(column.slice(begin, 1)) if large else _together(column.slice(begin, end - begin))
        for begin, end, large in runs(column, run_bytes)
    ] or [_together(column)]
    return NormalFacts(
        chars=np.concatenate([part.chars for part in parts]),
        hashes=np.concatenate([part.hashes for part in parts]),
        bands=np.concatenate([part.bands for part in parts]),
        words=np.concatenate([part.words for part in parts]),
    )


def runs(
    column: pa.LargeStringArray, run_bytes: int = RUN_BYTES
) -> Iterator[tuple[int, int, bool]]:
    """Texts begin … end - 1 of at most `run_bytes` together, or a larger one (True) alone."""
    sizes = np.diff(text_bytes(column).offsets)
    for begin, end in waves(sizes, run_bytes):
        yield begin, end, bool(sizes[begin] > run_bytes)


def _together(column: pa.LargeStringArray) -> NormalFacts:
    normal = normalise_block(column)
    return NormalFacts(
        chars=np.diff(normal.offsets),
        hashes=text_hashes(normal),
        bands=band_keys(normal),
        words=count_words(normal),
    )


def _long(column: pa.LargeStringArray, points: int = PART_POINTS) -> NormalFacts:
    """The facts of the one text of `column`."""
    source = text_bytes(column)
    raw = source.data[source.offsets[0] : source.offsets[1]]
    chars, sha, words = 0, hashlib.sha256(), WordCounter()
    for part in _parts(raw, points):
        chars += len(part)
        sha.update(part.tobytes().decode("utf-32-le").encode())
        words.add(part)
    if chars == 0:
        return _together(pa.array([""], pa.large_string()))
    bands = band_keys_of_parts(functools.partial(_overlapping, raw, points))
    return NormalFacts(
        chars=np.array([chars], np.int64),
        hashes=np.frombuffer(sha.digest()[:16], dtype=">i8").astype(np.int64).reshape(1, 2),
        bands=bands[np.newaxis],
        words=words.done()[np.newaxis],
    )


def _parts(raw: NDArray[np.uint8], points: int) -> Iterator[NDArray[np.uint32]]:
    """The normal form in parts of at most `points` code points."""
    for piece in normal_pieces(raw):
        for at in range(0, len(piece), points):
            yield piece[at : at + points]


def _overlapping(raw: NDArray[np.uint8], points: int) -> Iterator[NDArray[np.uint32]]:
    """The parts, each with the end of the one before; none shorter than a shingle but a text."""
    carried: NDArray[np.uint32] = np.empty(0, np.uint32)
    whole = True
    for part in _parts(raw, points):
        carried = np.concatenate((carried, part))
        if len(carried) >= SIZE:
            yield carried
            carried = carried[-(SIZE - 1) :]
            whole = False
    if whole:
        yield carried
