import dataclasses

import datasketch
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.kernels.minhash import Signatures, band_keys, permutations, signatures
from pipelines.kernels.normalise import NormalText, normalise, normalise_block
from pipelines.kernels.shingles import shingle_hash, shingles_of
from pipelines.kernels.sketch_spec import DEFAULT, WORD, Scheme, SketchSpec, require_same
from pipelines.kernels.units import Unit, in_units
from pipelines.model.errors import EvidenceError
from pipelines.model.evidence import BANDS

AFFINE32 = SketchSpec(scheme=Scheme.AFFINE32)
SPECS = pytest.mark.parametrize("spec", [DEFAULT, AFFINE32], ids=lambda spec: spec.scheme.value)

GOLDEN = [
    [3685653719294153151, 1914374122227340335, -7573789866374536783],
    [7228903487992292930, -4016807306324062935, -2307001697020564823],
]

texts = st.text(alphabet=st.characters(exclude_categories=("Cs",)), max_size=80)


def block(*values: str) -> NormalText:
    return normalise_block(pa.array(values, pa.large_string()))


def library_signature(text: str) -> datasketch.MinHash:
    sketch = datasketch.MinHash(num_perm=128, seed=1, scheme="affine32", hashfunc=shingle_hash)
    for shingle in sorted(shingles_of(normalise(text))):
        sketch.update(shingle)
    return sketch


def words(rng: np.random.Generator, count: int) -> str:
    letters = np.array(list("abcdefghijklmnopqrstuvwxyz数据审计安全训练模型标注"))
    return " ".join("".join(rng.choice(letters, 6)) for _ in range(count))


@settings(max_examples=60, deadline=None)
@given(st.lists(texts, min_size=1, max_size=4))
def test_affine32_gives_the_values_of_datasketch_bit_for_bit(values):
    ours = signatures(block(*values), AFFINE32)
    for row, value in zip(ours.values, values, strict=True):
        theirs = library_signature(value)
        assert np.array_equal(row, theirs.hashvalues)


def test_permutations_are_those_of_the_library():
    a, b = permutations(AFFINE32)
    theirs = datasketch.MinHash(num_perm=128, seed=1, scheme="affine32").permutations
    assert np.array_equal(a, theirs[0])
    assert np.array_equal(b, theirs[1])


def test_the_fast_scheme_keeps_the_values_on_record():
    # evidence holds band keys: a kernel that gives others needs another scheme name
    keys = band_keys(block("Training data audit", "训练数据审计平台"))
    assert keys[:, [0, 10, 20]].tolist() == GOLDEN


@SPECS
def test_texts_equal_after_normalisation_have_equal_sketches(spec):
    keys = band_keys(block("Ｆｕｌｌ  width\n Text", "full width text"), spec)
    assert np.array_equal(keys[0], keys[1])


@SPECS
def test_the_keys_of_a_text_do_not_depend_on_its_neighbours(spec):
    rng = np.random.default_rng(1)
    values = [words(rng, n) for n in (1, 300, 2, 40)]
    together = band_keys(block(*values), spec)
    for i, value in enumerate(values):
        assert np.array_equal(together[i], band_keys(block(value), spec)[0])


@SPECS
def test_shape_and_type_are_those_of_the_records_table(spec):
    keys = band_keys(block("", "a", "some longer text", " \n"), spec)
    assert keys.shape == (4, BANDS)
    assert keys.dtype == np.int64
    assert not keys[[0, 3]].any()
    assert (keys[[1, 2]] != 0).all()
    assert len(np.unique(keys[1])) == BANDS
    assert band_keys(block(), spec).shape == (0, BANDS)


@SPECS
def test_one_shingle_repeated_gives_the_signature_of_one(spec):
    rows = signatures(block("aaaaa", "a" * 5000), spec).values
    assert np.array_equal(rows[0], rows[1])


@SPECS
@pytest.mark.parametrize("size", [4, 40, 400])
def test_the_share_of_equal_values_estimates_jaccard_without_bias(spec, size):
    rng = np.random.default_rng(size)
    errors = []
    for _ in range(40):
        left = words(rng, size)
        cut = int(len(left) * rng.uniform(0.5, 0.95))
        right = left[:cut] + words(rng, max(1, size // 4))
        rows = signatures(block(left, right), spec).values
        a, b = shingles_of(normalise(left)), shingles_of(normalise(right))
        errors.append((rows[0] == rows[1]).mean() - len(a & b) / len(a | b))
    # one error has a standard deviation of at most sqrt(1/4/128) = 0.045, the mean of 40 of 0.007
    assert abs(np.mean(errors)) < 0.025
    assert np.std(errors) < 0.065


@SPECS
def test_similar_texts_meet_in_a_band_and_unrelated_ones_do_not(spec):
    rng = np.random.default_rng(9)
    met = []
    strangers = 0
    for _ in range(60):
        left, other = words(rng, 80), words(rng, 80)
        right = left[:500] + words(rng, 2) + left[500:]
        a, b = shingles_of(normalise(left)), shingles_of(normalise(right))
        assert len(a & b) / len(a | b) >= 0.8
        keys = band_keys(block(left, right, other), spec)
        met.append((keys[0] == keys[1]).any())
        strangers += int((keys[0] == keys[2]).sum())
    assert all(met)
    assert strangers == 0


def test_a_seed_changes_signatures_of_both_schemes():
    for scheme in Scheme:
        first, second = (
            signatures(block("the same text"), SketchSpec(scheme=scheme, seed=s)).values
            for s in (1, 2)
        )
        assert (first != second).mean() > 0.9


@SPECS
def test_characters_are_never_sketched_under_the_name_of_words_nor_words_under_theirs(spec):
    normal = block("a text of seven words or so")
    words = in_units(normal, Unit.WORD)
    over_words = dataclasses.replace(spec, shingles=WORD.shingles)
    for made in (signatures, band_keys):
        with pytest.raises(ValueError, match=f"char5.*false name, {over_words.name}"):
            made(normal, over_words)
        with pytest.raises(ValueError, match=f"word5.*false name, {spec.name}"):
            made(words, spec)
    assert signatures(words, over_words).spec == over_words
    same = in_units(block("A text, of SEVEN words; or so!"), Unit.WORD)
    assert np.array_equal(band_keys(words, over_words), band_keys(same, over_words))


@pytest.mark.parametrize(
    ("values", "says"),
    [
        (np.zeros((2, 64), np.uint32), "128 values a text"),
        (np.zeros(128, np.uint32), "128 values a text"),
        (np.zeros((2, 128), np.uint64), "uint32, not uint64"),
    ],
)
def test_values_that_the_spec_cannot_give_are_no_signatures(values, says):
    with pytest.raises(ValueError, match=says):
        Signatures(values, DEFAULT)


def test_the_values_of_signatures_cannot_be_exchanged():
    kept = signatures(block("one", "two"), AFFINE32)
    with pytest.raises(ValueError, match="read-only"):
        kept.values[:] = signatures(block("one", "two")).values
    with pytest.raises(dataclasses.FrozenInstanceError):
        kept.values = signatures(block("one", "two")).values


def test_the_name_of_a_spec_says_everything_that_decides_a_key():
    assert AFFINE32.name == "affine32/seed1/k128/char5-nfkc-casefold-ws1/b21r6"
    assert DEFAULT.name == "tda-split-1/seed1/k128/char5-nfkc-casefold-ws1/b21r6"


def test_sketches_of_two_kinds_are_not_compared():
    require_same(DEFAULT.name, SketchSpec().name)
    with pytest.raises(EvidenceError, match=r"affine32.*tda-split-1"):
        require_same(AFFINE32.name, DEFAULT.name)


@pytest.mark.parametrize(
    "wrong", [{"num_perm": 100}, {"num_perm": 1}, {"bands": 22}, {"rows": 0}, {"shingles": "w3"}]
)
def test_a_spec_no_kernel_can_make_is_refused(wrong):
    with pytest.raises(ValueError, match=r"num_perm|shingles"):
        SketchSpec(**wrong)
