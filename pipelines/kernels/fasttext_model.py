"""A compressed fastText classifier read from its file, and the label it gives a line of text.

The same labels and scores as the library gives (a test holds this), several times as fast: see
`native/language.c`. What is read is what such a file of the library's version 12 holds: words,
kept n-grams, the product-quantised rows of both, and a tree over the labels.

Reference: A. Joulin et al., FastText.zip (2016); `FastText::loadModel` of fastText 0.9.2.
"""

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from pipelines.kernels.native.library import native, pointer, whole

_MAGIC, _VERSION = 793712314, 12
_HIERARCHICAL_SOFTMAX, _SUPERVISED = 1, 3
_DIMENSIONS, _PARTS, _CODES = 16, 8, 256
_FNV_BASIS, _FNV_PRIME = 2166136261, 16777619


Number = TypeVar("Number", np.int32, np.uint8, np.float32)


class NotSuchAModelError(ValueError):
    """The file is no classifier of the one shape that is read here."""


@dataclass(frozen=True, slots=True)
class FastTextModel:
    """The parts of the model as `native/language.c` takes them."""

    labels: tuple[str, ...]
    setup: NDArray[np.int64]
    """Addresses and sizes."""
    arrays: tuple[NDArray[np.generic], ...]
    """What is at the addresses."""

    def best(self, lines: Sequence[str]) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """`best_of` for lines that are strings."""
        encoded = [line.encode() for line in lines]
        offsets = np.zeros(len(lines) + 1, np.int64)
        np.cumsum([len(line) for line in encoded], out=offsets[1:])
        data = np.frombuffer(b"".join(encoded) or b" ", np.uint8)
        return self.best_of(data, offsets[:-1], offsets[1:])

    def best_of(
        self, data: NDArray[np.uint8], begins: NDArray[np.int64], ends: NDArray[np.int64]
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """The likeliest label of each line data[begins[i]:ends[i]] and its probability.

        Labels by number, -1 where nothing is known. A line feed in a line is a space.
        """
        labels, scores = np.empty(len(begins), np.int64), np.empty(len(begins), np.float32)
        failed = native("tda_languages")(
            pointer(data),
            pointer(begins),
            pointer(ends),
            whole(len(begins)),
            pointer(self.setup),
            pointer(labels),
            pointer(scores),
        )
        if failed:
            raise MemoryError
        return labels, scores


def load_model(path: Path) -> FastTextModel:
    """The classifier in the file at `path`.

    Raises:
        NotSuchAModelError: it is of another kind or shape.
        OSError: the file cannot be read.
    """
    try:
        return _Reading(path.read_bytes()).model()
    except (struct.error, ValueError, IndexError) as error:
        raise NotSuchAModelError(path.name) from error


class _Reading:
    """One pass over the bytes of a file; little-endian numbers, nothing between them."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def model(self) -> FastTextModel:
        magic, version, dimensions, *arguments = self._numbers("<14i")
        _, _, _, _, word_ngrams, loss, kind, buckets, shortest, longest, _ = arguments
        self._numbers("<d")
        entries, words, labels, _, kept = self._numbers("<iiiqq")
        _demand(magic == _MAGIC and version == _VERSION and dimensions == _DIMENSIONS)
        _demand(loss == _HIERARCHICAL_SOFTMAX and kind == _SUPERVISED and word_ngrams == 1)
        _demand(entries == words + labels and 2 <= shortest <= longest and kept > 0 < buckets)
        spelled = [self._entry() for _ in range(entries)]
        pairs = self._array(np.int32, 2 * kept).reshape(-1, 2)
        rows, codes, centroids, norms = self._rows()
        _demand(bool(np.all((pairs >= 0) & (pairs < (buckets, rows - words)))))
        _demand(self._numbers("<?qq") == (False, labels, _DIMENSIONS))
        output = self._array(np.float32, labels * _DIMENSIONS)
        _demand(self._at == len(self._data))
        left, right = _tree([count for _, count in spelled[words:]])
        slots, starts, letters = _vocabulary([word for word, _ in spelled[:words]])
        held, ranks, kept_rows = _kept(pairs, buckets, words)
        arrays: tuple[NDArray[np.generic], ...] = (
            *(slots, starts, letters, held, ranks, kept_rows),
            *(codes, norms, centroids, output, left, right),
        )
        a = [array.ctypes.data for array in arrays]
        setup = [a[0], len(slots) - 1, a[1], a[2], words, *a[3:6], buckets, shortest, longest]
        names = tuple(word.decode().removeprefix("__label__") for word, _ in spelled[words:])
        return FastTextModel(names, np.array([*setup, *a[6:], labels], np.int64), arrays)

    def _rows(self) -> tuple[int, NDArray[np.uint8], NDArray[np.float32], NDArray[np.float32]]:
        """How many rows, and their codes, what these stand for, and norms."""
        quantised, normed, rows, dimensions, size = self._numbers("<??qqi")
        _demand(bool(quantised and normed) and dimensions == _DIMENSIONS and size == rows * _PARTS)
        codes = self._array(np.uint8, size)
        _demand(self._numbers("<4i") == (_DIMENSIONS, _PARTS, 2, 2))
        centroids = self._array(np.float32, _DIMENSIONS * _CODES)
        norm_codes = self._array(np.uint8, rows)
        _demand(self._numbers("<4i") == (1, 1, 1, 1))
        return rows, codes, centroids, self._array(np.float32, _CODES)[norm_codes]

    def _entry(self) -> tuple[bytes, int]:
        """A word or label, and how often it was seen."""
        end = self._data.index(b"\0", self._at)
        word = self._data[self._at : end]
        self._at = end + 1
        return word, int(self._numbers("<qb")[0])

    def _numbers(self, form: str) -> tuple[int, ...]:
        found = struct.unpack_from(form, self._data, self._at)
        self._at += struct.calcsize(form)
        return found

    def _array(self, kind: type[Number], count: int) -> NDArray[Number]:
        found = np.frombuffer(self._data, kind, count, self._at).copy()
        self._at += found.nbytes
        return found


def _demand(holds: bool) -> None:
    if not holds:
        raise NotSuchAModelError


def _tree(counts: Sequence[int]) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Left and right child of each node of the Huffman tree, -1 at a label; the root is last."""
    size = len(counts)
    weights = [*counts, *[10**15] * (size - 1)]
    children = np.full((2, 2 * size - 1), -1, np.int32)
    leaf, node = size - 1, size
    for parent in range(size, 2 * size - 1):
        weights[parent] = 0
        for side in range(2):
            if leaf >= 0 and weights[leaf] < (weights[node] if node < parent else 10**15):
                child, leaf = leaf, leaf - 1
            else:
                child, node = node, node + 1
            children[side, parent] = child
            weights[parent] += weights[child]
    return children[0].copy(), children[1].copy()


def _hash(word: bytes) -> int:
    """FNV-1a, with bytes taken as signed numbers."""
    found = _FNV_BASIS
    for byte in word:
        found = ((found ^ (byte if byte < 0x80 else byte | 0xFFFFFF00)) * _FNV_PRIME) & 0xFFFFFFFF
    return found


def _vocabulary(
    words: Sequence[bytes],
) -> tuple[NDArray[np.int32], NDArray[np.int64], NDArray[np.uint8]]:
    """The number of each word by its hash, and where in all letters each word begins."""
    slots = np.full(1 << (2 * len(words)).bit_length(), -1, np.int32)
    mask = len(slots) - 1
    for number, word in enumerate(words):
        slot = _hash(word) & mask
        while slots[slot] >= 0:
            slot = (slot + 1) & mask
        slots[slot] = number
    starts = np.zeros(len(words) + 1, np.int64)
    np.cumsum([len(word) for word in words], out=starts[1:])
    return slots, starts, np.frombuffer(b"".join(words), np.uint8).copy()


def _kept(
    pairs: NDArray[np.int32], buckets: int, words: int
) -> tuple[NDArray[np.uint64], NDArray[np.int32], NDArray[np.int32]]:
    """A bit for each bucket with a row, how many come before each 64 bits, and the rows.

    Behind the buckets stands each word, as one more that has a row: the one of its number.
    """
    pairs = pairs[np.argsort(pairs[:, 0], kind="stable")]
    bits = np.zeros((buckets + words + 63) // 64 * 64, np.uint8)
    bits[pairs[:, 0]] = 1
    _demand(int(bits.sum()) == len(pairs))
    bits[buckets : buckets + words] = 1
    held = np.packbits(bits, bitorder="little").view("<u8").astype(np.uint64)
    counts = bits.reshape(-1, 64).sum(axis=1)
    ranks = np.concatenate(([0], np.cumsum(counts[:-1]))).astype(np.int32)
    rows = np.concatenate((words + pairs[:, 1], np.arange(words, dtype=np.int32)))
    return held, ranks, rows.astype(np.int32)
