import json
import tracemalloc

import pyarrow as pa
import pytest

from connectors.base import BLOCK_ROWS, ReadRequest
from connectors.reading import read
from pipelines.model.ids import digest_of


def test_rows_count_physical_records_and_blank_lines_are_none(written, everything):
    path = written("a.jsonl", '{"text":"a"}\n\n  \t\r\n{"text":\n{"text":"c"}')
    found = everything(path)
    assert found.records == {0: ("a",), 2: ("c",)}
    assert found.reasons == [(1, "malformed", "one")]


def test_a_quarantined_line_carries_the_digest_and_size_of_its_bytes(written, everything):
    (item,) = everything(written("a.jsonl", '{"text":"a"}\n{"te')).quarantined
    assert (item.digest, item.bytes) == (digest_of(b'{"te'), 4)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b'{"text": "x"', "malformed"),
        (b'{"text": "x"} {"text": "y"}', "malformed"),
        (b'{"text": "x", "n": NaN}', "malformed"),
        (b'{"text": "x", "n": -Infinity}', "malformed"),
        (b'{"text": "tab\there"}', "malformed"),
        (b"plain words", "malformed"),
        (b'["text"]', "not_an_object"),
        (b'"text"', "not_an_object"),
        (b"17", "not_an_object"),
        (b'{"other": "x"}', "column_absent"),
        (b'{"text": {"zh": "x"}}', "nested_value"),
        (b'{"text": ["x"]}', "nested_value"),
        (b'{"text": "\\ud800"}', "lone_surrogate"),
        (b'{"text": "\xff"}', "invalid_encoding"),
        (b'{"text": "\xed\xa0\x80"}', "invalid_encoding"),
        (b'{"text": "x", "deep": ' + b"[" * 10_000 + b"]" * 10_000 + b"}", "too_deep"),
        (b"[" * 10_000, "too_deep"),
        (b'{"a":' * 10_000, "too_deep"),
    ],
)
def test_a_line_that_is_no_record_says_why_and_its_neighbours_stay(
    written, everything, line, reason
):
    found = everything(written("a.jsonl", b'{"text":"a"}\n' + line + b'\n{"text":"z"}\n'))
    assert found.records == {0: ("a",), 2: ("z",)}
    assert found.reasons == [(1, reason, "one")]


def test_brackets_inside_strings_do_not_make_a_record_deep(written, everything):
    text = "[{" * 5_000
    assert everything(written("a.jsonl", json.dumps({"text": text}))).texts == [text]


def test_scalars_become_their_literal_and_null_stays_null(written, everything):
    lines = ["1", "-0.50", "1e5", "true", "false", "null", '"s"', "9" * 5_000]
    path = written("a.jsonl", "".join(f'{{"text": {line}}}\n' for line in lines))
    assert everything(path).texts == [
        *("1", "-0.50", "1e5", "true", "false", None, "s", "9" * 5_000)
    ]


def test_only_declared_columns_are_judged(written, everything):
    path = written("a.jsonl", '{"text":"a","other":{"x":"\\ud800"}}')
    assert everything(path).records == {0: ("a",)}


def test_a_surrogate_pair_is_one_character(written, everything):
    assert everything(written("a.jsonl", '{"text":"\\ud83d\\ude00"}')).texts == ["\U0001f600"]


def test_the_last_of_doubled_keys_counts(written, everything):
    assert everything(written("a.jsonl", '{"text":"a","text":"b"}')).texts == ["b"]


def test_a_byte_order_mark_is_not_part_of_the_first_line(written, everything):
    path = written("a.jsonl", b'\xef\xbb\xbf{"text":"a"}')
    assert everything(path).texts == ["a"]
    assert everything(path, chunk_bytes=1).texts == ["a"]


def test_several_columns_keep_their_order(written, everything):
    path = written("a.jsonl", '{"b":"2","a":"1"}\n{"b":null,"a":"3"}\n{"b":[],"a":"4"}')
    found = everything(path, "a", "b")
    assert found.records == {0: ("1", "2"), 1: ("3", None)}
    assert found.reasons == [(2, "nested_value", "one")]


@pytest.mark.parametrize("chunk_bytes", [1, 7, 100, 1 << 20])
def test_a_line_above_the_limit_is_passed_over(written, everything, chunk_bytes):
    large = json.dumps({"text": "x" * 300}).encode()
    path = written("a.jsonl", b'{"text":"a"}\n' + large + b'\n{"text":"c"}\n' + large)
    found = everything(path, max_record_bytes=200, chunk_bytes=chunk_bytes)
    assert found.records == {0: ("a",), 2: ("c",)}
    assert found.reasons == [(1, "too_large", "one"), (3, "too_large", "one")]
    assert {item.digest for item in found.quarantined} == {digest_of(large)}
    assert {item.bytes for item in found.quarantined} == {len(large)}


def test_a_huge_line_is_passed_over_without_being_held(tmp_path, everything):
    path = tmp_path / "a.jsonl"
    with path.open("wb") as file:
        file.write(b'{"text":"a"}\n{"text":"')
        for _ in range(64):
            file.write(b"x" * (1 << 20))
        file.write(b'"}\n{"text":"c"}\n')
    tracemalloc.start()
    found = everything(path, max_record_bytes=4 << 20)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert found.records == {0: ("a",), 2: ("c",)}
    assert found.reasons == [(1, "too_large", "one")]
    assert peak < 20 << 20


def test_blocks_end_at_their_row_limit_and_hold_large_strings(written):
    path = written("a.jsonl", '{"text":"a"}\n' * (2 * BLOCK_ROWS + 5))
    blocks = list(read(path, ReadRequest(columns=("text",))))
    assert [block.batch.num_rows for block in blocks] == [BLOCK_ROWS, BLOCK_ROWS, 5]
    assert blocks[0].batch.schema.types == [pa.int64(), pa.large_string()]


def test_a_record_larger_than_a_block_is_a_block_of_its_own(written):
    large = json.dumps({"text": "x" * (17 << 20)})
    path = written("a.jsonl", '{"text":"a"}\n' * 3 + large + '\n{"text":"z"}\n')
    blocks = list(read(path, ReadRequest(columns=("text",))))
    assert [block.batch.num_rows for block in blocks] == [3, 1, 1]
