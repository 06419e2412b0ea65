"""A column that a record may lack is null there, in every format; any other absence is a fault."""

import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

OPTIONAL = frozenset({"input"})
LINES = [{"text": "a", "input": "b"}, {"text": "c"}, {"input": "d"}]


@pytest.mark.parametrize("suffix", ["jsonl", "json"])
def test_of_json_objects_each_may_lack_it(written, everything, suffix):
    lines = [json.dumps(line) for line in LINES]
    content = "\n".join(lines) if suffix == "jsonl" else f"[{', '.join(lines)}]"
    found = everything(written(f"a.{suffix}", content), "text", "input", optional=OPTIONAL)
    assert found.records == {0: ("a", "b"), 1: ("c", None)}
    assert found.reasons == [(2, "column_absent", "one")]


def test_a_null_and_an_absence_read_alike_and_a_nested_value_does_not(written, everything):
    content = '{"text": "a", "input": null}\n{"text": "a"}\n{"text": "a", "input": []}\n'
    found = everything(written("a.jsonl", content), "text", "input", optional=OPTIONAL)
    assert found.records == {0: ("a", None), 1: ("a", None)}
    assert found.reasons == [(2, "nested_value", "one")]


def test_a_table_may_lack_it_as_a_whole_but_no_single_row(written, everything):
    without = everything(written("a.csv", "text\na\nc\n"), "input", "text", optional=OPTIONAL)
    assert without.records == {0: (None, "a"), 1: (None, "c")}
    ragged = everything(
        written("b.csv", "text,input\na,b\nc\n"), "text", "input", optional=OPTIONAL
    )
    assert ragged.records == {0: ("a", "b")}
    assert ragged.reasons == [(1, "column_absent", "one")]


def test_a_parquet_file_may_lack_it(tmp_path, everything):
    pq.write_table(pa.table({"text": ["a", "c"]}), tmp_path / "a.parquet")
    found = everything(tmp_path / "a.parquet", "text", "input", optional=OPTIONAL)
    assert found.records == {0: ("a", None), 1: ("c", None)}


def test_lines_of_text_have_a_text_and_nothing_else(written, everything):
    path = written("a.txt", "a\nc\n")
    assert everything(path, "text", "input", optional=OPTIONAL).records == {
        0: ("a", None),
        1: ("c", None),
    }
    assert everything(path, "text", "input").reasons == [
        (0, "column_absent", "one"),
        (1, "column_absent", "one"),
    ]


@pytest.mark.parametrize("name", ["a.jsonl", "a.csv", "a.parquet", "a.txt"])
def test_a_required_column_that_is_absent_is_a_fault_whatever_is_optional(
    written, everything, tmp_path, name
):
    if name == "a.parquet":
        pq.write_table(pa.table({"other": ["a"]}), tmp_path / name)
    else:
        written(name, {"a.jsonl": '{"other": "a"}', "a.csv": "other\na", "a.txt": "a"}[name])
    found = everything(tmp_path / name, "missing", "input", optional=OPTIONAL)
    assert found.records == {}
    assert found.reasons == [(0, "column_absent", "one")]
