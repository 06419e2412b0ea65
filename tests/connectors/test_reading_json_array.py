import json

import pytest

from pipelines.model.dataset import Format

CHUNKS = [1, 2, 3, 5, 64, 1 << 20]


@pytest.mark.parametrize("chunk_bytes", CHUNKS)
def test_elements_are_found_whatever_the_chunks(written, everything, chunk_bytes):
    texts = ['a,b]}"\\', "\\\\", "", "[{", "中文😀", '\\"', "x" * 200]
    deep = {"d": [[[[[[{"e": "},]["}]]]]]], "f": [1, 2, {"g": [3]}]}
    path = written(
        "a.json", " [\n" + ",\n ".join(json.dumps({"text": t} | deep) for t in texts) + "]\n"
    )
    found = everything(path, chunk_bytes=chunk_bytes)
    assert found.texts == texts
    assert found.reasons == []


@pytest.mark.parametrize("chunk_bytes", CHUNKS)
@pytest.mark.parametrize(
    "element", ['{"text": }', '{"text": "x"} 5', "{'text': 'x'}", '{"text": "x"]', "", "}"]
)
def test_a_malformed_element_is_one_item_and_reading_goes_on(
    written, everything, element, chunk_bytes
):
    path = written("a.json", f'[{{"text":"a"}}, {element}, {{"text":"c"}}]')
    found = everything(path, chunk_bytes=chunk_bytes)
    assert found.records == {0: ("a",), 2: ("c",)}
    assert found.reasons == [(1, "malformed", "one")]


@pytest.mark.parametrize("chunk_bytes", CHUNKS)
@pytest.mark.parametrize(
    "tail", [', {"text": "b', ', {"text": {"a": [', ",", ', {"text": "b\\', ""]
)
def test_an_array_that_stops_in_the_middle_keeps_what_came_before(
    written, everything, tail, chunk_bytes
):
    path = written("a.json", '[{"text":"a"}' + tail)
    found = everything(path, chunk_bytes=chunk_bytes)
    assert found.records == {0: ("a",)}
    assert found.reasons == [(1, "truncated", "unknown")]


def test_a_dangling_comma_marks_an_unfinished_array(written, everything):
    found = everything(written("a.json", '[{"text":"a"},\n]  '))
    assert found.records == {0: ("a",)}
    assert found.reasons == [(1, "truncated", "unknown")]


@pytest.mark.parametrize("chunk_bytes", CHUNKS)
def test_what_follows_the_array_is_one_item(written, everything, chunk_bytes):
    found = everything(written("a.json", '[{"text":"a"}]\n [1, 2] x'), chunk_bytes=chunk_bytes)
    assert found.records == {0: ("a",)}
    assert found.reasons == [(1, "malformed", "unknown")]


@pytest.mark.parametrize("content", ["[]", " [ \n ] \n"])
def test_an_empty_array_holds_nothing_and_nothing_is_wrong(written, everything, content):
    found = everything(written("a.json", content))
    assert (found.records, found.reasons) == ({}, [])


@pytest.mark.parametrize("chunk_bytes", CHUNKS)
def test_a_bomb_of_brackets_is_too_deep_and_its_neighbours_stay(written, everything, chunk_bytes):
    bomb = "[" * 10_000 + "]" * 10_000
    path = written("a.json", f'[{{"text":"a"}},{bomb},{{"text":"c"}}]')
    found = everything(path, chunk_bytes=chunk_bytes)
    assert found.records == {0: ("a",), 2: ("c",)}
    assert found.reasons == [(1, "too_deep", "one")]


@pytest.mark.parametrize("chunk_bytes", CHUNKS)
def test_an_element_above_the_limit_is_passed_over(written, everything, chunk_bytes):
    large = json.dumps({"text": "x" * 300})
    path = written("a.json", f'[{{"text":"a"}},{large},{{"text":"c"}},{large}]')
    found = everything(path, max_record_bytes=100, chunk_bytes=chunk_bytes)
    assert found.records == {0: ("a",), 2: ("c",)}
    assert found.reasons == [(1, "too_large", "one"), (3, "too_large", "one")]


def test_elements_that_are_no_objects_are_quarantined(written, everything):
    found = everything(written("a.json", '[[1], "x", 2, null, {"text":"a"}]'))
    assert found.records == {4: ("a",)}
    assert [reason for _, reason, _ in found.reasons] == ["not_an_object"] * 4


def test_json_lines_saved_as_json_are_read_as_lines(written, everything):
    content = '{"text":"a"}\n{"text":"b"}\n{"tex'
    for declared in ({}, {"format": Format.JSON}):
        found = everything(written("a.json", content), **declared)
        assert found.texts == ["a", "b"]
        assert found.reasons == [(2, "malformed", "one")]


def test_json_lines_saved_as_json_may_begin_with_a_broken_line(written, everything):
    found = everything(written("a.json", '{"tex\n{"text":"b"}\n'))
    assert found.records == {1: ("b",)}


@pytest.mark.parametrize("content", ['{\n "text": "a"\n}', "text", "%PDF-1.7"])
def test_what_is_no_array_is_one_unreadable_item(written, everything, content):
    found = everything(written("a.json", content))
    assert found.reasons == [(None, "unreadable", "unknown")]
