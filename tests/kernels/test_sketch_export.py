"""What goes to datasketch is what datasketch itself would have made, or it does not go."""

import dataclasses

import datasketch
import numpy as np
import pyarrow as pa
import pytest

from pipelines.kernels.minhash import signatures
from pipelines.kernels.normalise import NormalText, normalise, normalise_block
from pipelines.kernels.shingles import WORDS, shingle_hash, shingles_of
from pipelines.kernels.sketch_export import to_datasketch
from pipelines.kernels.sketch_spec import DEFAULT, WORD, Scheme, SketchSpec
from pipelines.kernels.units import Unit, in_units

AFFINE32 = SketchSpec(scheme=Scheme.AFFINE32)
FIRST = "".join(f"page {number} of the first text, " for number in range(0, 700, 7))
SECOND = FIRST[:2000] + "".join(f"line {number} of another, " for number in range(40))


def block(*values: str) -> NormalText:
    return normalise_block(pa.array(values, pa.large_string()))


def of_the_library(text: str, *, seed: int = 1, num_perm: int = 128) -> datasketch.MinHash:
    sketch = datasketch.MinHash(
        num_perm=num_perm, seed=seed, scheme="affine32", hashfunc=shingle_hash
    )
    sketch.update_batch(sorted(shingles_of(normalise(text))))
    return sketch


@pytest.mark.parametrize(
    "spec",
    [AFFINE32, SketchSpec(scheme=Scheme.AFFINE32, seed=7, num_perm=64, bands=8)],
    ids=lambda spec: spec.name,
)
def test_an_exported_signature_is_the_one_of_the_library(spec):
    for ours, text in zip(
        to_datasketch(signatures(block(FIRST, "", SECOND), spec)), (FIRST, "", SECOND), strict=True
    ):
        assert ours == of_the_library(text, seed=spec.seed, num_perm=spec.num_perm)
        assert ours.is_empty() == (not text)


def test_exported_signatures_are_compared_and_continued_there():
    kept = signatures(block(FIRST, SECOND), AFFINE32)
    first, second = to_datasketch(kept)
    a, b = shingles_of(normalise(FIRST)), shingles_of(normalise(SECOND))
    assert first.jaccard(second) == pytest.approx(len(a & b) / len(a | b), abs=0.15)
    theirs = of_the_library(FIRST)
    for sketch in (first, theirs):
        sketch.update("abcde")
        sketch.merge(second)
    assert first == theirs
    # what is done there changes nothing here
    assert to_datasketch(kept)[0] == of_the_library(FIRST)


def test_the_fast_scheme_is_never_exported_under_the_name_of_the_library():
    for spec in (DEFAULT, SketchSpec(seed=2), WORD):
        texts = in_units(block(FIRST), Unit.WORD if spec.shingles == WORDS else Unit.CHAR)
        with pytest.raises(ValueError, match="tda-split-1 is not a scheme of datasketch"):
            to_datasketch(signatures(texts, spec))


def test_nobody_is_asked_which_scheme_made_a_row():
    row = signatures(block(FIRST), DEFAULT).values[0]
    with pytest.raises(TypeError):
        to_datasketch(row, AFFINE32)
    with pytest.raises(TypeError, match="a ndarray does not say"):
        to_datasketch(row)


def test_words_are_never_exported_with_the_hash_function_of_characters():
    over_words = dataclasses.replace(AFFINE32, shingles=WORDS)
    kept = signatures(in_units(block(FIRST), Unit.WORD), over_words)
    assert not np.array_equal(kept.values, signatures(block(FIRST), AFFINE32).values)
    with pytest.raises(ValueError, match=r"word5.*cannot be exported.*char5"):
        to_datasketch(kept)
