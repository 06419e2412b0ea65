"""What evidence keeps of the normal forms of texts, in memory that no text can stretch.

A normal form takes four bytes a code point, and some characters become eighteen: a record just
under the limit would need gigabytes. So short texts are normalised some megabytes at a time, and
a longer one goes by in pieces. Either way the facts are the same, bit for bit.
"""

import functools
import hashlib
from collections.abc import Iterator
from dataclasses import fields
from typing import TypeVar

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from pipelines.kernels.arrow import text_bytes
from pipelines.kernels.fingerprint import Fingerprints
from pipelines.kernels.keeping import waves
from pipelines.kernels.keywords import KeywordSearch
from pipelines.kernels.language_guess import WordCounter, count_words, word_table
from pipelines.kernels.minhash import band_keys, band_keys_of_parts, permutations
from pipelines.kernels.native.library import native, pointer, whole
from pipelines.kernels.native.openssl import sha256_addresses
from pipelines.kernels.normal_facts_model import NormalFacts, SketchFacts
from pipelines.kernels.normalise import normalise_block
from pipelines.kernels.normalise_formula import normal_pieces
from pipelines.kernels.scripts import Script
from pipelines.kernels.shingles import SIZE
from pipelines.kernels.sketch_spec import DEFAULT
from pipelines.kernels.text_facts import digests_of, text_hashes, there
from pipelines.kernels.text_table import text_table, text_table_arguments

__all__ = ["NormalFacts", "SketchFacts", "count_characters", "normal_facts", "runs", "sketch_facts"]

RUN_BYTES = 8 * 1024 * 1024
"""UTF-8 of the longest text that is normalised as a whole; a longer one comes in pieces."""

PART_POINTS = 1 << 18
"""Code points of a long text looked at together."""


def sketch_facts(
    column: pa.LargeStringArray,
    run_bytes: int = RUN_BYTES,
    fingerprints: Fingerprints | None = None,
) -> SketchFacts:
    """What duplicates among the texts of `column` are found by; a null is an empty text.

    With `fingerprints`, and no text above `run_bytes`, these are the hashes.
    """
    sizes = np.diff(text_bytes(column).offsets)
    if sizes.max(initial=0) > run_bytes:
        fingerprints = None  # a text in pieces has none, and all hashes must be of one kind
    return _facts(column, run_bytes, SketchFacts, None, fingerprints)


def normal_facts(
    column: pa.LargeStringArray,
    run_bytes: int = RUN_BYTES,
    keywords: KeywordSearch | None = None,
    records: NDArray[np.uint8] | None = None,
) -> NormalFacts:
    """The facts of the normal form of each text of `column`; a null is an empty text.

    `keywords` gathers its hits in the same pass; text i goes by i. `records`, of shape (n, 32),
    takes `digests_of([column])`: both digests of a text together take little longer than one.
    """
    return _facts(column, run_bytes, NormalFacts, keywords, records=records)


Facts = TypeVar("Facts", NormalFacts, SketchFacts)


def _facts(
    column: pa.LargeStringArray,
    run_bytes: int,
    kind: type[Facts],
    keywords: KeywordSearch | None = None,
    fingerprints: Fingerprints | None = None,
    records: NDArray[np.uint8] | None = None,
) -> Facts:
    found = _empty(len(column), kind)
    for begin, end, large in runs(column, run_bytes):
        rows, part = slice(begin, end), column.slice(begin, end - begin)
        own = None if records is None else records[rows]
        if large:
            _set(found, rows, _long(part))
            if own is not None:
                own[:] = digests_of([part])
            if keywords is not None:
                keywords.parts(_parts(_raw(part), PART_POINTS), begin)
        else:
            _together(part, found, rows, keywords, fingerprints, own)
    return found


def runs(
    column: pa.LargeStringArray, run_bytes: int = RUN_BYTES
) -> Iterator[tuple[int, int, bool]]:
    """Texts begin … end - 1 of at most `run_bytes` together, or a larger one (True) alone."""
    sizes = np.diff(text_bytes(column).offsets)
    for begin, end in waves(sizes, run_bytes):
        yield begin, end, bool(sizes[begin] > run_bytes)


def _empty(count: int, kind: type[Facts]) -> Facts:
    shapes = {"hashes": 2, "bands": DEFAULT.bands, "words": 3, "classes": len(Script)}
    return kind(
        **{
            field.name: np.empty(
                (count, shapes[field.name]) if field.name in shapes else count, np.int64
            )
            for field in fields(kind)
        }
    )


def _set(found: Facts, rows: slice | NDArray[np.intp], part: NormalFacts) -> None:
    for field in fields(found):
        getattr(found, field.name)[rows] = getattr(part, field.name)


def _together(
    column: pa.LargeStringArray,
    found: Facts,
    rows: slice,
    keywords: KeywordSearch | None,
    fingerprints: Fingerprints | None,
    records: NDArray[np.uint8] | None,
) -> None:
    """Write the facts of `column` to `rows` of `found`, in one compiled pass where that can be."""
    functions = sha256_addresses()
    if functions is None:
        if records is not None:
            records[:] = digests_of([column])
        numbers = np.arange(rows.start, rows.start + len(column))
        _set(found, numbers, _step_by_step(column, numbers, keywords, fingerprints))
        return
    source = text_bytes(column)
    a, b = permutations(DEFAULT)
    keys, lists = word_table()
    addresses = [array.ctypes.data for array in (*text_table(), keys, lists, a, b)]
    addresses.insert(5, len(keys))
    addresses += [DEFAULT.num_perm, DEFAULT.bands, DEFAULT.rows]
    others = [*((0, 0) if keywords is None else keywords.addresses)]
    others.append(0 if fingerprints is None else fingerprints.address)
    valid = None if records is None else there(column)
    others.append(0 if valid is None else valid.ctypes.data)
    setup = np.concatenate((np.array(addresses, np.int64), functions, np.array(others, np.int64)))
    outs = [getattr(found, field.name)[rows] for field in fields(found)]
    wanted = np.zeros(len(fields(NormalFacts)) + 1, np.int64)  # 0: not wanted
    wanted[: len(outs)] = [out.ctypes.data for out in outs]
    wanted[-1] = 0 if records is None else records.ctypes.data
    unsafe = native("tda_facts")(
        pointer(source.data),
        pointer(source.offsets),
        whole(len(column)),
        pointer(setup),
        pointer(wanted),
        whole(rows.start),
    )
    if unsafe < 0:
        raise MemoryError
    if unsafe:
        which = np.flatnonzero(outs[0] < 0)
        some = column.take(pa.array(which))
        numbers = which + rows.start
        _set(found, numbers, _step_by_step(some, numbers, keywords, fingerprints))


def _step_by_step(
    column: pa.LargeStringArray,
    numbers: NDArray[np.intp],
    keywords: KeywordSearch | None,
    fingerprints: Fingerprints | None,
) -> NormalFacts:
    """The same facts from the whole normal forms, one after the other."""
    normal = normalise_block(column)
    if keywords is not None:
        keywords.block(normal, numbers)
    classes, damage, lines, repeated = count_characters(column)
    return NormalFacts(
        chars=np.diff(normal.offsets),
        hashes=text_hashes(normal) if fingerprints is None else fingerprints.of(normal),
        bands=band_keys(normal),
        words=count_words(normal),
        classes=classes,
        damage=damage,
        lines=lines,
        repeated=repeated,
    )


def count_characters(column: pa.LargeStringArray) -> tuple[NDArray[np.int64], ...]:
    """`classes`, `damage`, `lines` and `repeated` of NormalFacts for each text of `column`."""
    source = text_bytes(column)
    classes = np.empty((len(column), len(Script)), np.int64)
    damage, lines, repeated = (np.empty(len(column), np.int64) for _ in range(3))
    counted = native("tda_count")(
        pointer(source.data),
        pointer(source.offsets),
        whole(len(column)),
        *text_table_arguments(),
        pointer(classes),
        pointer(damage),
        pointer(lines),
        pointer(repeated),
    )
    if counted < 0:
        raise MemoryError
    return classes, damage, lines, repeated


def _long(column: pa.LargeStringArray, points: int = PART_POINTS) -> NormalFacts:
    """The facts of the one text of `column`, whose normal form is never in memory as a whole."""
    raw = _raw(column)
    chars, sha, words = 0, hashlib.sha256(), WordCounter()
    for part in _parts(raw, points):
        chars += len(part)
        sha.update(part.tobytes().decode("utf-32-le").encode())
        words.add(part)
    bands: NDArray[np.int64] = np.zeros(DEFAULT.bands, np.int64)
    if chars:
        bands = band_keys_of_parts(functools.partial(_overlapping, raw, points))
    classes, damage, lines, repeated = count_characters(column)
    return NormalFacts(
        chars=np.array([chars], np.int64),
        hashes=np.frombuffer(sha.digest()[:16], dtype=">i8").astype(np.int64).reshape(1, 2),
        bands=bands[np.newaxis],
        words=words.done()[np.newaxis],
        classes=classes,
        damage=damage,
        lines=lines,
        repeated=repeated,
    )


def _raw(column: pa.LargeStringArray) -> NDArray[np.uint8]:
    """The bytes of the one text of `column`."""
    source = text_bytes(column)
    return source.data[source.offsets[0] : source.offsets[1]]


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
