import random
import struct

import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pipelines.kernels.byte_values import as_utf8, longest_value
from pipelines.kernels.native import build, library

WRONG = (
    b"\x80",
    b"\xc0\xaf",
    b"\xc1\xbf",
    b"\xc3",
    b"\xe0\x9f\xbf",
    b"\xe4\xb8",
    b"\xed\xa0\x80",
    b"\xf0\x8f\xbf\xbf",
    b"\xf0\x9f\x98",
    b"\xf4\x90\x80\x80",
    b"\xf5\x80\x80\x80",
    b"\xff",
)
RIGHT = (
    "a",
    "é",
    "\u07ff",
    "\u0800",
    "中",
    "\ud7ff",
    "\ue000",
    "\uffff",
    "\U00010000",
    "\U0010ffff",
)
BYTES = st.one_of(st.sampled_from(WRONG), st.sampled_from(RIGHT).map(str.encode))
VALUES = st.lists(
    st.one_of(
        st.none(),
        st.text(max_size=80).map(str.encode),
        st.tuples(st.integers(0, 130), BYTES, st.integers(0, 70)).map(
            lambda parts: b"a" * parts[0] + parts[1] + b"b" * parts[2]
        ),
        st.binary(max_size=8),
    ),
    max_size=5,
)


def is_utf8(value: bytes) -> bool:
    try:
        value.decode()
    except UnicodeDecodeError:
        return False
    return True


@pytest.mark.parametrize("level", build.levels())
@settings(max_examples=300, deadline=None)
@given(VALUES, st.integers(0, 2))
@example([b"\xe4\xb8", b"\xad"], 0)
@example([b"a" * 63 + b"\xf0\x9f\x98\x80"], 0)
@example([b"a" * 62 + b"\xe4\xb8"], 0)
@example([b"a" * 63 + b"\xe0", b"\x80\x80"], 0)
def test_bytes_are_text_where_python_decodes_every_value(level, values, skipped):
    column = pa.array(values, pa.large_binary()).slice(skipped)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(library, "best_level", lambda: level)
        text = as_utf8(column)
    if all(is_utf8(value) for value in values[skipped:] if value is not None):
        assert text is not None
        text.validate(full=True)
        assert text.type == pa.large_string()
        assert text.cast(pa.large_binary()).equals(column)
    else:
        assert text is None


@pytest.mark.parametrize("wrong", WRONG)
def test_what_is_no_utf8_is_seen_at_every_place_of_a_block(wrong):
    draw = random.Random(5)
    for before in range(140):
        for sign in ("a", "中", "\U0001f600"):
            text = (sign * before).encode() + wrong + b"x" * draw.randrange(70)
            assert as_utf8(pa.array([b"", text, b"b"], pa.large_binary())) is None


@given(st.lists(st.binary(max_size=300), max_size=6), st.integers(0, 5))
def test_the_longest_value_of_a_page_is_found_and_a_cut_page_is_none(values, cut):
    page = b"".join(struct.pack("<I", len(value)) + value for value in values)
    assert longest_value(pa.py_buffer(page)) == max(map(len, values), default=0)
    if 0 < cut < 4 + len(values[-1] if values else b""):
        assert longest_value(pa.py_buffer(page[:-cut])) is (None if values else 0)
