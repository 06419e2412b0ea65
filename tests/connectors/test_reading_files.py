import os

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from connectors.base import ReadRequest
from connectors.reading import expand, guess_format, read, read_rows
from pipelines.model.dataset import Format
from pipelines.model.errors import ConfigError, ConnectorError
from pipelines.model.ids import digest_of

POINTER = f"version https://git-lfs.github.com/spec/v1\noid sha256:{'0' * 64}\nsize 123456\n"
NAMES = ["a.jsonl", "a.json", "a.parquet", "a.csv", "a.tsv", "a.txt", "a.jsonl.gz", "a.csv.zst"]


@pytest.mark.parametrize("name", NAMES)
def test_a_pointer_in_place_of_data_is_one_item(written, everything, name):
    found = everything(written(name, POINTER))
    assert found.reasons == [(None, "git_lfs_pointer", "unknown")]
    assert found.quarantined[0].digest == digest_of(POINTER.encode())


def test_a_text_about_pointers_is_no_pointer(written, everything):
    path = written("a.txt", "version https://git-lfs.github.com/spec/v1\nis the first line\n")
    assert len(everything(path).texts) == 2


@pytest.mark.parametrize("name", NAMES)
def test_an_empty_file_is_one_item_of_no_bytes(written, everything, name):
    found = everything(written(name, b""))
    assert found.reasons == [(None, "empty_file", "one")]
    assert found.quarantined[0].bytes == 0


@pytest.mark.parametrize("content", [b"\n \r\n\t", b"\xef\xbb\xbf", b"\xef\xbb\xbf\n"])
@pytest.mark.parametrize("name", ["a.jsonl", "a.json", "a.csv", "a.txt"])
def test_a_file_of_nothing_but_white_space_is_empty(written, everything, name, content):
    found = everything(written(name, content))
    assert found.reasons == [(None, "empty_file", "one")]
    assert found.quarantined[0].digest == digest_of(content)


def test_what_cannot_be_opened_is_an_error_that_says_what_to_do(tmp_path):
    os.mkfifo(tmp_path / "pipe.jsonl")
    for path in (tmp_path / "absent.jsonl", tmp_path, tmp_path / "pipe.jsonl"):
        with pytest.raises(ConnectorError) as caught:
            list(read(path, ReadRequest(columns=("text",))))
        assert str(path) in str(caught.value)
        assert str(caught.value.advice)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_nobody_may_read_is_an_error(written):
    path = written("a.jsonl", "{}")
    path.chmod(0)
    with pytest.raises(ConnectorError, match="may not be read"):
        list(read(path, ReadRequest(columns=("text",))))


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("a.jsonl", "[", Format.JSONL),
        ("a.NDJSON", "", Format.JSONL),
        ("a.json", '[{"a":1}]', Format.JSON),
        ("a.json", '\n[\n{"a":1}\n]', Format.JSON),
        ("a.json", '{"a":1}\n{"a":2}', Format.JSONL),
        ("a.json", '{"a":1}', Format.JSONL),
        ("a.json", '{\n"a":1\n}', Format.JSON),
        ("a.csv", "", Format.CSV),
        ("a.tsv", "", Format.TSV),
        ("a.txt", '{"a":1}', Format.TEXT),
        ("a.parquet", "", Format.PARQUET),
        ("part-00000", '{"a":1}\n', Format.JSONL),
        ("part-00000", ' [{"a":1}]', Format.JSON),
        ("part-00000", "PAR1....", Format.PARQUET),
    ],
)
def test_the_format_is_told_by_name_and_first_bytes(written, name, content, expected):
    assert guess_format(written(name, content)) is expected


def test_an_unknown_format_is_a_mistake_of_the_user(written):
    with pytest.raises(ConfigError) as caught:
        list(read(written("notes.md", "# text"), ReadRequest(columns=("text",))))
    assert "notes.md" in str(caught.value)
    assert "format" in str(caught.value.advice)


def test_a_declared_format_stands_above_the_name(written, everything):
    assert everything(written("notes.md", "# text"), format=Format.TEXT).texts == ["# text"]


def test_folders_become_their_data_files_sorted(tmp_path):
    names = ["b/2.jsonl.gz", "b/1.csv", "a.parquet", "README.md", ".hidden.jsonl", ".git/x.json"]
    for name in [*names, "dataset.yaml", "b/LICENSE", "c.txt.zst"]:
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.touch()
    expected = [tmp_path / name for name in ("a.parquet", "b/1.csv", "b/2.jsonl.gz", "c.txt.zst")]
    assert expand([tmp_path]) == expected
    last_first = expand([tmp_path / "c.txt.zst", tmp_path, tmp_path / "README.md"])
    assert last_first == [expected[-1], *expected[:-1], tmp_path / "README.md"]


def test_a_path_without_data_is_a_mistake_of_the_user(tmp_path):
    with pytest.raises(ConfigError, match="No data file"):
        expand([tmp_path])
    with pytest.raises(ConfigError, match="no file or folder"):
        expand([tmp_path / "absent"])


TEXTS = [f"text {n}" for n in range(30_000)]
BODIES = {
    "a.jsonl": "\n".join(f'{{"text":"{text}"}}' for text in TEXTS),
    "a.json": "[" + ",".join(f'{{"text":"{text}"}}' for text in TEXTS) + "]",
    "a.csv": "text\n" + "\n".join(TEXTS),
    "a.txt": "\n".join(TEXTS),
}


@pytest.mark.parametrize("name", [*BODIES, "a.parquet"])
def test_chosen_rows_are_read_alone(written, tmp_path, name):
    if name == "a.parquet":
        path = tmp_path / name
        pq.write_table(pa.table({"text": TEXTS}), path, row_group_size=7_000)
    else:
        path = written(name, BODIES[name])
    request = ReadRequest(columns=("text",))
    for chosen in ([], [0], [29_999], [0, 1, 6_999, 7_000, 20_000], range(0, 30_000, 7), [40_000]):
        rows = np.array(chosen, dtype=np.int64)
        found = {
            row: text
            for block in read_rows(path, request, rows)
            for row, text in zip(*(c.to_pylist() for c in block.batch.columns), strict=True)
        }
        assert found == {row: TEXTS[row] for row in chosen if row < len(TEXTS)}


def test_chosen_rows_count_quarantined_ones_and_leave_them_out(written):
    large = "x" * 500
    path = written("a.jsonl", f'{{"text":"a"}}\n{{"te\n\n{{"text":"{large}"}}\n{{"text":"d"}}\n')
    request = ReadRequest(columns=("text",), max_record_bytes=100)
    (block,) = read_rows(path, request, np.array([1, 2, 3], dtype=np.int64))
    assert block.batch.to_pydict() == {"row": [3], "text": ["d"]}
    assert block.quarantined == ()
