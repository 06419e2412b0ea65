import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.kernels.normalise import normalise
from pipelines.kernels.shingles import SIZE, hash_shingles, shingle_hash, shingles_of

texts = st.text(alphabet=st.characters(exclude_categories=("Cs",)), max_size=60)


def points_of(text: str) -> np.ndarray:
    return np.frombuffer(text.encode("utf-32-le"), dtype=np.uint32)


def test_a_text_shorter_than_a_shingle_is_one_shingle_and_an_empty_one_has_none():
    assert shingles_of("") == set()
    assert shingles_of("a") == {"a"}
    assert shingles_of("abcd") == {"abcd"}
    assert shingles_of("abcde") == {"abcde"}
    assert shingles_of("abcdef") == {"abcde", "bcdef"}
    assert shingles_of("数据安全管理") == {"数据安全管", "据安全管理"}


@settings(max_examples=150, deadline=None)
@given(texts)
def test_the_kernel_hashes_every_shingle_as_python_does(text):
    normal = normalise(text)
    points = points_of(normal)
    hashes = hash_shingles(points)
    expected = [normal[i : i + SIZE] for i in range(max(1, len(normal) - SIZE + 1)) if normal]
    assert hashes.tolist() == [shingle_hash(shingle) for shingle in expected]


def test_a_text_in_the_middle_of_a_block_is_hashed_like_one_that_stands_alone():
    points = points_of("xxxx训练数据审计yyyy")
    hashes = hash_shingles(points[4:10])
    assert hashes.tolist() == [shingle_hash("训练数据审"), shingle_hash("练数据审计")]


def test_short_texts_hash_apart_from_their_extensions_by_nul():
    assert len({shingle_hash(text) for text in ("a", "a\0", "a\0\0", "a\0\0\0", "a\0\0\0\0")}) == 5


def test_hashes_of_all_single_code_points_and_pairs_of_letters_hardly_collide():
    shingles = [chr(point) for point in range(0x20, 0xD800)]
    shingles += [a + b for a in map(chr, range(97, 123)) for b in map(chr, range(97, 123))]
    # 56,000 values in 2**32 slots: 0.4 expected collisions
    assert len({shingle_hash(shingle) for shingle in shingles}) >= len(shingles) - 5
