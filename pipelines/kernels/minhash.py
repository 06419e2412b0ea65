"""MinHash signatures of normalised texts, and the band keys under which similar texts meet.

Reference: A. Broder, On the resemblance and containment of documents (1997); P. Li, A. Owen and
C.-H. Zhang, One Permutation Hashing (2012), of which the first round of `tda-split-1` is a form.
"""

import functools
from collections.abc import Callable, Iterator

import numpy as np
from numba import uint32, uint64
from numpy.typing import NDArray

from pipelines.kernels.compiled import compiled
from pipelines.kernels.normalise import NormalText
from pipelines.kernels.shingles import SIZE, hash_shingles
from pipelines.kernels.sketch_spec import DEFAULT, Scheme, SketchSpec

_AT_ONCE = 1 << 15
"""Shingle hashes held at a time: a text of any length is sketched in the room of these."""

_UNSET = np.uint32(0xFFFFFFFF)
_FMIX1 = np.uint32(0x85EBCA6B)
_FMIX2 = np.uint32(0xC2B2AE35)
_TAIL = np.uint32(0x2C1B3C6D)
_KEY = np.uint64(0xFF51AFD7ED558CCD)
_KEY_END = np.uint64(0xC4CEB9FE1A85EC53)


def signatures(normal: NormalText, spec: SketchSpec = DEFAULT) -> NDArray[np.uint32]:
    """Signatures of shape (n, num_perm); all ones (2**32 - 1) for an empty text.

    The share of equal values of two signatures estimates the Jaccard similarity of the shingle
    sets of their texts, whatever the lengths of the two.
    """
    a, b = permutations(spec)
    out = np.empty((len(normal.offsets) - 1, spec.num_perm), np.uint32)
    scratch = np.empty(_AT_ONCE, np.uint32)
    if spec.scheme is Scheme.AFFINE32:
        _affine32(normal.points, normal.offsets, a, b, scratch, out)
    else:
        _split(normal.points, normal.offsets, a, b, scratch, out)
    return out


def band_keys(normal: NormalText, spec: SketchSpec = DEFAULT) -> NDArray[np.int64]:
    """Band keys of shape (n, bands), as int64 bit patterns; a row of zeros for an empty text.

    Band t hashes its number and the signature values t*rows … (t+1)*rows - 1 to 64 bits, so keys
    of different bands do not meet either. Two texts with Jaccard similarity J share at least one
    key with probability 1 - (1 - J**rows)**bands.
    """
    values = signatures(normal, spec)
    keys = np.empty((len(values), spec.bands), np.uint64)
    _band_keys(values, spec.rows, keys)
    keys[np.diff(normal.offsets) == 0] = 0
    return keys.view(np.int64)


def band_keys_of_parts(parts: Callable[[], Iterator[NDArray[np.uint32]]]) -> NDArray[np.int64]:
    """The band keys, (BANDS,), of one text that is not empty and never in memory as a whole.

    `parts` gives it anew each time, in parts that overlap by all but one code point of a shingle;
    only a text that is a single shingle may come as a part shorter than a shingle.
    """
    spec = DEFAULT
    a, b = permutations(spec)
    start = a[0] ^ b[0]
    hashes = np.empty(_AT_ONCE, np.uint32)
    values = np.full(spec.num_perm, _UNSET, np.uint32)
    for part in parts():
        _deal_out(part, 0, len(part), start, hashes, values)
    empty = np.flatnonzero(values == _UNSET)
    if len(empty):
        least = np.full(len(empty), _UNSET, np.uint32)
        for part in parts():
            _left_over(part, 0, len(part), empty, start, a, b, hashes, False, least)
        _give(values, empty, least)
    keys = np.empty((1, spec.bands), np.uint64)
    _band_keys(values[np.newaxis], spec.rows, keys)
    return keys.view(np.int64)[0, :]


@functools.cache
def permutations(spec: SketchSpec) -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
    """Odd multipliers and offsets, (num_perm,) each, from the seed as datasketch 2 draws them."""
    # the stream of RandomState is frozen by NumPy's policy, that of a Generator is not
    draw = np.random.RandomState(spec.seed)
    a = draw.randint(0, 1 << 31, spec.num_perm, dtype=np.uint32) * np.uint32(2) + np.uint32(1)
    return a, draw.randint(0, 1 << 32, spec.num_perm, dtype=np.uint32)


@compiled
def _affine32(
    points: NDArray[np.uint32],
    offsets: NDArray[np.int64],
    a: NDArray[np.uint32],
    b: NDArray[np.uint32],
    hashes: NDArray[np.uint32],
    out: NDArray[np.uint32],
) -> None:
    """Each value the minimum of a*fmix(h) + b modulo 2**32 over the shingle hashes h."""
    for text in range(len(out)):
        values = out[text]
        values[:] = _UNSET
        at, stop = offsets[text], offsets[text + 1]
        while at < stop:
            count = _hash_part(points, at, stop, hashes)
            for i in range(count):
                x = hashes[i]
                x = uint32(x ^ (x >> uint32(16)))
                x = uint32(x * _FMIX1)
                x = uint32(x ^ (x >> uint32(13)))
                x = uint32(x * _FMIX2)
                x = uint32(x ^ (x >> uint32(16)))
                for j in range(len(values)):
                    value = uint32(uint32(x * a[j]) + b[j])
                    values[j] = min(values[j], value)
            at = _next_part(at, stop, count)


@compiled
def _split(
    points: NDArray[np.uint32],
    offsets: NDArray[np.int64],
    a: NDArray[np.uint32],
    b: NDArray[np.uint32],
    hashes: NDArray[np.uint32],
    out: NDArray[np.uint32],
) -> None:
    """One round that deals the shingles out over the values, then a minimum for each left over.

    The top bits of a hash choose the value and its low bits compete there; a value nobody fell
    into takes the least of all shingles under its own hash, marked by a higher bit. So a value of
    two texts agrees with probability J up to the order of 1/num_perm, at any two lengths.
    """
    start = uint32(a[0] ^ b[0])
    for text in range(len(out)):
        values = out[text]
        values[:] = _UNSET
        at, stop = offsets[text], offsets[text + 1]
        if at == stop:
            continue
        _deal_out(points, at, stop, start, hashes, values)
        empty = np.flatnonzero(values == _UNSET)
        if len(empty):
            least = np.full(len(empty), _UNSET, np.uint32)
            whole = stop - at <= len(hashes)
            _left_over(points, at, stop, empty, start, a, b, hashes, whole, least)
            _give(values, empty, least)


@compiled
def _bits(count: int) -> np.uint32:
    bits = uint32(0)
    while (1 << bits) < count:
        bits += uint32(1)
    return np.uint32(bits)


@compiled
def _deal_out(
    points: NDArray[np.uint32],
    at: int,
    stop: int,
    start: np.uint32,
    hashes: NDArray[np.uint32],
    values: NDArray[np.uint32],
) -> None:
    """The first round: `values` take the least of the shingles that fall to each of them."""
    down = uint32(uint32(32) - _bits(len(values)))
    low = uint32((uint64(1) << uint64(down)) - uint64(1))
    while at < stop:
        count = _hash_part(points, at, stop, hashes)
        _deal(hashes, count, start)
        for i in range(count):
            bin_ = np.int64(hashes[i] >> down)
            values[bin_] = min(values[bin_], uint32(hashes[i] & low))
        at = _next_part(at, stop, count)


@compiled
def _give(values: NDArray[np.uint32], empty: NDArray[np.int64], least: NDArray[np.uint32]) -> None:
    """The `empty` values take their own minimum, marked by a bit no dealt one has."""
    bits = _bits(len(values))
    mark = uint32(uint64(1) << uint64(uint32(32) - bits))
    for e in range(len(empty)):
        values[empty[e]] = uint32(mark | uint32(least[e] >> uint32(bits + uint32(1))))


@compiled
def _left_over(
    points: NDArray[np.uint32],
    at: int,
    stop: int,
    empty: NDArray[np.int64],
    start: np.uint32,
    a: NDArray[np.uint32],
    b: NDArray[np.uint32],
    hashes: NDArray[np.uint32],
    whole: bool,
    least: NDArray[np.uint32],
) -> None:
    """The least of all shingles under the own hash of each value in `empty`.

    With `whole`, the dealt hashes of all of the text are in `hashes` already.
    """
    while at < stop:
        if whole:
            count = max(1, stop - at - SIZE + 1)
        else:
            count = _hash_part(points, at, stop, hashes)
            _deal(hashes, count, start)
        for e in range(len(empty)):
            least[e] = _own_minimum(hashes, count, a[empty[e]], b[empty[e]], least[e])
        at = _next_part(at, stop, count)


@compiled
def _hash_part(points: NDArray[np.uint32], at: int, stop: int, hashes: NDArray[np.uint32]) -> int:
    """How many hashes of the shingles from `at` on have been written, as many as there is room."""
    return hash_shingles(points, at, min(stop, at + len(hashes)), hashes)


@compiled
def _next_part(at: int, stop: int, count: int) -> int:
    """Where the next part begins: parts overlap by all but one code point of a shingle."""
    return stop if at + count + SIZE > stop else at + count


@compiled
def _deal(hashes: NDArray[np.uint32], count: int, start: np.uint32) -> None:
    for i in range(count):
        x = uint32(uint32(hashes[i] ^ start) * _FMIX1)
        hashes[i] = uint32(x ^ (x >> uint32(15)))


@compiled
def _own_minimum(
    hashes: NDArray[np.uint32], count: int, a: np.uint32, b: np.uint32, least: np.uint32
) -> np.uint32:
    for i in range(count):
        x = uint32(uint32(hashes[i] ^ b) * a)
        x = uint32(x ^ (x >> uint32(15)))
        x = uint32(x * _TAIL)
        least = min(least, x)
    return least


@compiled
def _band_keys(values: NDArray[np.uint32], rows: int, keys: NDArray[np.uint64]) -> None:
    for text in range(keys.shape[0]):
        for band in range(keys.shape[1]):
            x = uint64(band + 1)
            for row in range(band * rows, (band + 1) * rows):
                x = uint64((x ^ uint64(values[text, row])) * _KEY)
                x = uint64(x ^ (x >> uint64(32)))
            x = uint64(x * _KEY_END)
            keys[text, band] = uint64(x ^ (x >> uint64(33)))
