import numpy as np
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.kernels.fingerprint import Fingerprints
from pipelines.kernels.normal_facts import sketch_facts
from pipelines.kernels.normalise import NormalText, normalise, normalise_block

texts = st.lists(
    st.one_of(st.text(alphabet="ab \u0301数\U0001f600", max_size=6), st.text(max_size=30)),
    max_size=12,
)


@settings(max_examples=150, deadline=None)
@given(texts)
def test_texts_have_equal_fingerprints_where_their_normal_forms_are_equal(values):
    column = pa.array(values, pa.large_string())
    fingerprints = Fingerprints()
    found = [tuple(row) for row in fingerprints.of(normalise_block(column)).tolist()]
    same = {
        (found[i] == found[j]) == (normalise(a) == normalise(b))
        for i, a in enumerate(values)
        for j, b in enumerate(values)
    }
    assert same <= {True}
    # the one pass over bytes gives what the normal forms give, texts with marks included
    assert sketch_facts(column, fingerprints=fingerprints).hashes.tolist() == [
        list(row) for row in found
    ]


def test_one_code_point_anywhere_in_a_long_text_is_seen():
    points = np.full(5000, 97, np.uint32)
    ends = np.array([0, 5000], np.int64)
    fingerprints = Fingerprints()
    seen = {tuple(fingerprints.of(NormalText(points=points, offsets=ends))[0].tolist())}
    for at in range(0, 5000, 7):
        changed = points.copy()
        changed[at] ^= 1
        seen.add(tuple(fingerprints.of(NormalText(points=changed, offsets=ends))[0].tolist()))
    for length in range(4990, 5000):
        short = NormalText(points=points, offsets=np.array([0, length], np.int64))
        seen.add(tuple(fingerprints.of(short)[0].tolist()))
    assert len(seen) == 1 + len(range(0, 5000, 7)) + 10


def test_other_keys_give_other_fingerprints():
    normal = normalise_block(pa.array(["a text"], pa.large_string()))
    assert len({tuple(Fingerprints().of(normal)[0].tolist()) for _ in range(5)}) == 5
