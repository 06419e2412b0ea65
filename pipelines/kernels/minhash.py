"""MinHash signatures of normalised texts, and the band keys under which similar texts meet.

The loops are `native/sketch.c`. Reference: A. Broder, On the resemblance and containment of
documents (1997); P. Li, A. Owen and C.-H. Zhang, One Permutation Hashing (2012), of which the first
round of `tda-split-1` is a form.
"""

import functools
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipelines.kernels.native.library import native, pointer, whole
from pipelines.kernels.normalise import NormalText
from pipelines.kernels.sketch_spec import DEFAULT, Scheme, SketchSpec

_UNSET = np.uint32(0xFFFFFFFF)


@dataclass(frozen=True, slots=True)
class Signatures:
    """Signatures with what they were made by, so that nobody has to say it again, or wrongly."""

    values: NDArray[np.uint32]
    """Of shape (n, num_perm), one row a text; they cannot be written to."""
    spec: SketchSpec

    def __post_init__(self) -> None:
        """Raises ValueError for values that no signature under the spec can have."""
        if self.values.dtype != np.uint32:
            raise ValueError(f"the values of a signature are uint32, not {self.values.dtype}")
        if self.values.ndim != 2 or self.values.shape[1] != self.spec.num_perm:
            raise ValueError(
                f"{self.spec.name} has {self.spec.num_perm} values a text, "
                f"which no array of shape {self.values.shape} holds"
            )
        # values of another sketch, written into these, would go by the name of this one
        self.values.flags.writeable = False


def signatures(normal: NormalText, spec: SketchSpec = DEFAULT) -> Signatures:
    """The signature of each text; all ones (2**32 - 1) for an empty text.

    The share of equal values of two signatures estimates the Jaccard similarity of the shingle
    sets of their texts, whatever the lengths of the two.

    Raises:
        ValueError: The spec is over words and the texts are code points, or the other way round.
    """
    return Signatures(_values_of(normal, spec), spec)


def _values_of(normal: NormalText, spec: SketchSpec) -> NDArray[np.uint32]:
    if spec.shingles != normal.shingles:
        raise ValueError(
            f"signatures of texts in {normal.shingles} would go by a false name, {spec.name}"
        )
    a, b = permutations(spec)
    count = len(normal.offsets) - 1
    out = np.empty((count, spec.num_perm), np.uint32)
    native("tda_signatures", None)(
        pointer(normal.points),
        pointer(normal.offsets),
        whole(count),
        pointer(a),
        pointer(b),
        whole(spec.num_perm),
        whole(spec.scheme is Scheme.AFFINE32),
        pointer(out),
    )
    return out


def band_keys(normal: NormalText, spec: SketchSpec = DEFAULT) -> NDArray[np.int64]:
    """Band keys of shape (n, bands), as int64 bit patterns; a row of zeros for an empty text.

    Band t hashes its number and the signature values t*rows … (t+1)*rows - 1 to 64 bits, so keys
    of different bands do not meet either. Two texts with Jaccard similarity J share at least one
    key with probability 1 - (1 - J**rows)**bands.

    Raises:
        ValueError: The spec is over words and the texts are code points, or the other way round.
    """
    keys = _keys_of(_values_of(normal, spec), spec)
    keys[np.diff(normal.offsets) == 0] = 0
    return keys


def band_keys_of_parts(parts: Callable[[], Iterator[NDArray[np.uint32]]]) -> NDArray[np.int64]:
    """The band keys, (BANDS,), of one text that is not empty and never in memory as a whole.

    `parts` gives it anew each time, in parts that overlap by all but one code point of a shingle;
    only a text that is a single shingle may come as a part shorter than a shingle.
    """
    spec = DEFAULT
    a, b = permutations(spec)
    drawn = (pointer(a), pointer(b), whole(spec.num_perm))
    values = np.full(spec.num_perm, _UNSET, np.uint32)
    for part in parts():
        native("tda_split_deal", None)(pointer(part), whole(len(part)), *drawn, pointer(values))
    empty = np.flatnonzero(values == _UNSET).astype(np.int32)
    if len(empty):
        least = np.full(len(empty), _UNSET, np.uint32)
        left = (pointer(empty), whole(len(empty)), pointer(least))
        for part in parts():
            native("tda_split_own", None)(pointer(part), whole(len(part)), *drawn, *left)
        native("tda_split_give", None)(whole(spec.num_perm), *left, pointer(values))
    keys: NDArray[np.int64] = _keys_of(values[np.newaxis], spec)[0, :]
    return keys


def _keys_of(values: NDArray[np.uint32], spec: SketchSpec) -> NDArray[np.int64]:
    keys = np.empty((len(values), spec.bands), np.int64)
    native("tda_band_keys", None)(
        pointer(values),
        whole(len(values)),
        whole(spec.num_perm),
        whole(spec.bands),
        whole(spec.rows),
        pointer(keys),
    )
    return keys


@functools.cache
def permutations(spec: SketchSpec) -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
    """Odd multipliers and offsets, (num_perm,) each, from the seed as datasketch 2 draws them."""
    # the stream of RandomState is frozen by NumPy's policy, that of a Generator is not
    draw = np.random.RandomState(spec.seed)
    a = draw.randint(0, 1 << 31, spec.num_perm, dtype=np.uint32) * np.uint32(2) + np.uint32(1)
    return a, draw.randint(0, 1 << 32, spec.num_perm, dtype=np.uint32)
