import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipelines.cli import main

ID = "11010519491231002X"
FIELDS = ["file", "row", "column", "start", "end", "type", "tier", "sensitive"]


def tda(capsys, *arguments: object) -> tuple[int, list[dict], str]:
    with pytest.raises(SystemExit) as stopped:
        main(["pii", *map(str, arguments), "--lang", "en"])
    out, err = capsys.readouterr()
    return stopped.value.code, [json.loads(line) for line in out.splitlines()], err


@pytest.fixture
def lines(tmp_path: Path) -> Path:
    rows = [
        {"a": f"身份证{ID}", "b": "x@example.com and 10.0.0.1"},
        {"a": "nothing", "b": None},
        {"b": "a is absent here"},
        {"a": "１３８００１３８０００", "b": "C"},
    ]
    path = tmp_path / "rows.jsonl"
    text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    path.write_text(text, encoding="utf-8")
    return path


def test_a_line_a_hit_with_its_place_in_code_points_and_never_the_value(capsys, lines):
    code, hits, err = tda(capsys, lines, "--text", "b,a")
    assert code == 0
    assert all(list(hit) == FIELDS for hit in hits)
    assert [tuple(hit.values())[1:] for hit in hits] == [
        (0, "b", 0, 13, "email", "valid", False),
        (0, "b", 18, 26, "ip", "lookalike", False),
        (0, "a", 3, 21, "id", "valid", True),
        (3, "a", 0, 11, "mobile", "valid", False),
    ]
    assert {hit["file"] for hit in hits} == {str(lines)}
    assert "3 records in 1 files, 1 quarantined, 4 hits" in err
    assert ID not in err + json.dumps(hits)


def test_the_summary_is_json_on_request(capsys, lines):
    _, hits, err = tda(capsys, lines, "--text", "a", "--json")
    assert len(hits) == 2
    assert json.loads(err) == {
        "files": 1,
        "records": 3,
        "quarantined": 1,
        "hits": {"id": {"valid": 1}, "mobile": {"valid": 1}},
    }


def test_plain_text_needs_no_columns_and_other_files_do(capsys, tmp_path, lines):
    (tmp_path / "plain.txt").write_text(f"one\n\ntwo {ID}\n", encoding="utf-8")
    code, hits, _ = tda(capsys, tmp_path / "plain.txt")
    assert (code, [(h["row"], h["column"]) for h in hits]) == (0, [(1, "text")])
    code, hits, err = tda(capsys, lines)
    assert (code, hits) == (2, [])
    assert "--text" in err


def test_files_and_folders_are_read_in_order(capsys, tmp_path, lines):
    table = pa.table({"a": pa.array([None, "tel 13800138000"], pa.large_string())})
    pq.write_table(table, tmp_path / "more.parquet")
    _, hits, _ = tda(capsys, tmp_path, "--text", "a")
    names = [Path(hit["file"]).name for hit in hits]
    assert names == ["more.parquet", "rows.jsonl", "rows.jsonl"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--text", "a,missing"], "missing"),
        (["--text", "a,"], "empty column"),
        (["--text", "a", "--format", "xml"], "jsonl"),
        (["--text", "a", "--split", "page"], "paragraph"),
    ],
)
def test_what_nobody_can_follow_is_misuse_with_a_remedy(capsys, lines, arguments, said):
    code, hits, err = tda(capsys, lines, *arguments)
    assert (code, hits) == (2, [])
    assert said in err
    assert "Traceback" not in err


def test_a_column_only_some_records_have_quarantines_the_others(capsys, tmp_path):
    path = tmp_path / "mixed.jsonl"
    path.write_text('{"a": "x"}\n{"b": "y"}\n', encoding="utf-8")
    code, hits, err = tda(capsys, path, "--text", "a,b")
    assert (code, hits) == (0, [])
    assert "0 records in 1 files, 2 quarantined" in err


def test_a_file_that_is_not_there_is_misuse(capsys, tmp_path):
    code, _, err = tda(capsys, tmp_path / "absent.jsonl", "--text", "a")
    assert code == 2
    assert "absent.jsonl" in err


@pytest.mark.real_data
def test_mathematical_word_problems_are_not_flooded_with_hits(capsys, real_data):
    code, hits, _ = tda(capsys, real_data / "A-gsm8k", "--text", "instruction,output")
    assert code == 0
    assert len([hit for hit in hits if hit["tier"] == "valid"]) <= 3
    assert len(hits) <= 20


def test_an_encoding_nobody_knows_is_misuse_also_where_no_file_needs_one(capsys, lines):
    code, hits, err = tda(capsys, lines, "--text", "a", "--encoding", "klingon")
    assert (code, hits) == (2, [])
    assert "There is no text encoding named klingon" in err


def test_utf_16_without_a_mark_is_quarantined_and_not_guessed(capsys, tmp_path):
    path = tmp_path / "rows.txt"
    path.write_bytes("x@example.com\n".encode("utf-16-be"))
    code, hits, err = tda(capsys, path, "--encoding", "utf-16")
    assert (code, hits) == (0, [])
    assert "0 records in 1 files, 1 quarantined, 0 hits" in err
    code, hits, _ = tda(capsys, path, "--encoding", "utf-16-be")
    assert (code, [hit["type"] for hit in hits]) == (0, ["email"])
