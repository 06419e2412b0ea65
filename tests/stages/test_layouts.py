"""A dataset of several shapes is audited as one: its texts meet whatever file they stand in."""

import json
from pathlib import Path

import pytest

from pipelines.cli import main

MANIFEST = """dataset: mixed
title: {en: Mixed}
purpose: fine_tune
files:
  - pairs.jsonl
  - {glob: table.csv, record: {text: [question, answer]}}
  - {glob: lines.txt}
record: {text: [instruction, input], optional: [input]}
sources: [{id: own, type: self_produced, publisher: Example Ltd, licence: {id: null}}]
"""
LONG = "the same sentence stands in two files of different shapes, and is found in both of them"


def test_texts_meet_across_shapes_and_each_file_is_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "pairs.jsonl").write_text(
        json.dumps({"instruction": LONG, "input": "tail"}) + "\n"
        + json.dumps({"instruction": "alone"}) + "\n"
        + json.dumps({"input": "no instruction"}) + "\n"
    )  # fmt: skip
    (tmp_path / "table.csv").write_text(f'question,answer\n"{LONG}",tail\n"{LONG}!",tail\n')
    (tmp_path / "lines.txt").write_text("one line\n")
    (tmp_path / "dataset.yaml").write_text(MANIFEST)
    monkeypatch.setenv("TDA_HOME", str(tmp_path / "home"))
    with pytest.raises(SystemExit):
        main(["audit", str(tmp_path / "dataset.yaml"), "--json", "--workers", "1"])
    found = json.loads(capsys.readouterr().out)
    # two of the pairs and two of the table; the line of text has no instruction
    assert (found["records"], found["quarantined"]) == (4, 2)
    assert (found["exact_duplicates"], found["near_duplicates"]) == (1, 1)
