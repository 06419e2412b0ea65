"""Two digests at once are those of hashlib, at any lengths, and where the processor cannot."""

import ctypes
import hashlib

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pipelines.kernels import normal_facts as module
from pipelines.kernels.native import build, library
from pipelines.kernels.native.openssl import sha256_addresses
from pipelines.kernels.normal_facts import normal_facts
from pipelines.kernels.text_facts import digests_of

HEAD_MOST, BLOCK = 16, 64
MESSAGE = np.dtype(
    [("head", "u1", HEAD_MOST), ("head_size", "<i8"), ("data", "<i8"), ("size", "<i8")]
)
BORDERS = [n + d for n in (0, BLOCK, 2 * BLOCK, 20 * BLOCK) for d in range(-10, 11) if n + d >= 0]
MESSAGES = st.tuples(st.binary(max_size=HEAD_MOST), st.sampled_from(BORDERS) | st.integers(0, 9999))

needs_instructions = pytest.mark.skipif(
    "sha_ni" not in build.processor_flags(), reason="the processor has no instructions for SHA-256"
)


def two(level: str, messages: list[tuple[bytes, bytes]]) -> list[bytes]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(library, "best_level", lambda: level)
        address = library.native("tda_sha256_two")()
    texts = [np.frombuffer(data or b" ", np.uint8) for _, data in messages]
    laid = np.zeros(2, MESSAGE)
    for row, (head, data), text in zip(laid, messages, texts, strict=True):
        row["head"][: len(head)] = list(head)
        row["head_size"], row["data"], row["size"] = len(head), text.ctypes.data, len(data)
    digests = np.zeros((2, 32), np.uint8)
    at = [*(laid[i : i + 1].ctypes.data for i in (0, 1)), *(row.ctypes.data for row in digests)]
    ctypes.CFUNCTYPE(None, *[ctypes.c_void_p] * 4)(address)(*at)
    return [row.tobytes() for row in digests]


def expected(messages: list[tuple[bytes, bytes]]) -> list[bytes]:
    return [hashlib.sha256(head + data).digest() for head, data in messages]


def filled(size: int) -> bytes:
    return np.random.default_rng(size).bytes(size)


@needs_instructions
@pytest.mark.parametrize("level", build.levels())
@settings(max_examples=300, deadline=None)
@given(MESSAGES, MESSAGES)
@example((b"", 0), (b"", 0))
@example((b"h" * 9, 55), (b"", 56))
def test_two_digests_at_once_are_those_of_hashlib(level, first, second):
    messages = [(head, filled(size)) for head, size in (first, second)]
    assert two(level, messages) == expected(messages)


@needs_instructions
def test_every_length_around_a_block_comes_out_right_beside_every_head():
    for head in range(HEAD_MOST + 1):
        for size in range(3 * BLOCK + 1):
            messages = [(filled(head), filled(size)), (b"", filled(3 * BLOCK - size))]
            assert two(build.levels()[0], messages) == expected(messages)


def column_of(texts: list[str | None]) -> pa.LargeStringArray:
    return pa.array(texts, pa.large_string())


def taken_together(column: pa.LargeStringArray, run_bytes: int) -> tuple[np.ndarray, np.ndarray]:
    records = np.zeros((len(column), 32), np.uint8)
    return normal_facts(column, run_bytes, records=records).hashes, records


TEXTS = st.lists(st.none() | st.text() | st.text("aé\u0301 \n", max_size=200), max_size=6)


@settings(max_examples=100, deadline=None)
@given(TEXTS, st.integers(1, 400))
@example(["x" * 300, None, "", "e\u0301\u0323"], 200)
def test_digests_of_records_and_texts_are_those_taken_apart(texts, run_bytes):
    column = column_of(texts)
    hashes, records = taken_together(column, run_bytes)
    assert np.array_equal(hashes, normal_facts(column, run_bytes).hashes)
    assert np.array_equal(records, digests_of([column]))
    for text, record in zip(texts, records, strict=True):
        raw = (text or "").encode()
        framed = b"\0" if text is None else b"\1" + len(raw).to_bytes(8, "big") + raw
        assert record.tobytes() == hashlib.sha256(framed).digest()


@pytest.mark.parametrize("hidden", [False, True])
def test_digests_are_the_same_where_there_are_no_such_instructions(monkeypatch, hidden):
    column = column_of([None, "", *("é x" * size for size in range(70)), "e\u0301\u0323"])
    before = taken_together(column, 10_000)
    addresses = sha256_addresses()
    assert addresses is not None
    without = None if hidden else np.array([*addresses[:3], 0])
    monkeypatch.setattr(module, "sha256_addresses", lambda: without)
    for one, other in zip(taken_together(column, 10_000), before, strict=True):
        assert np.array_equal(one, other)
