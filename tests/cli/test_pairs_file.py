"""The file of the pairs takes the place of nothing that is read, and is refused in our words."""

import json
import re
from pathlib import Path

import pytest

from pipelines.cli import main


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TDA_HOME", str(tmp_path / "home"))
    path = tmp_path / "data.jsonl"
    path.write_text("".join(json.dumps({"text": f"text {n % 3}"}) + "\n" for n in range(9)))
    return path


def refused(capsys: pytest.CaptureFixture[str], *arguments: object, lang: str = "en") -> str:
    with pytest.raises(SystemExit) as ended:
        main(["dups", *map(str, arguments), "--lang", lang])
    out, err = capsys.readouterr()
    assert (ended.value.code, out) == (2, "")
    return err


def test_pairs_never_take_the_place_of_a_file_that_is_read(data, tmp_path, capsys):
    other = tmp_path / "other.jsonl"
    other.write_text(json.dumps({"text": "text 1"}) + "\n")
    link = tmp_path / "pairs.parquet"
    link.symlink_to(data)
    hard = tmp_path / "hard.parquet"
    hard.hardlink_to(other)
    before = data.read_bytes(), other.read_bytes()
    for target in (data, tmp_path / "." / "data.jsonl", link):
        assert "which is read" in refused(capsys, data, "--pairs", target)
    for target in (other, hard):
        assert "--pairs" in refused(capsys, data, "--against", other, "--pairs", target)
    assert (data.read_bytes(), other.read_bytes()) == before


def test_a_file_from_before_is_written_anew(data, tmp_path, capsys):
    pairs = tmp_path / "pairs.parquet"
    pairs.write_text("of an earlier run")
    with pytest.raises(SystemExit) as ended:
        main(["dups", str(data), "--pairs", str(pairs)])
    assert ended.value.code == 0
    assert pairs.read_bytes().startswith(b"PAR1")
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("target", "english", "chinese"),
    [
        ("folder", "it is a folder", "这是文件夹"),
        ("none/pairs.parquet", "there is no such file or folder", "没有此文件或文件夹"),
        ("data.jsonl/pairs.parquet", "a part of the path is not a folder", "不是文件夹"),
    ],
)
def test_a_place_that_cannot_be_written_is_told_in_both_languages(
    data, tmp_path, capsys, target, english, chinese
):
    (tmp_path / "folder").mkdir()
    path = tmp_path / target
    assert english in refused(capsys, data, "--pairs", path)
    said = refused(capsys, data, "--pairs", path, lang="zh")
    assert chinese in said
    words = set(re.findall(r"[A-Za-z]{2,}", said.replace(str(path), "")))
    assert words == {"tda", "pairs"}, "names of temporaries and sentences of others stay away"
