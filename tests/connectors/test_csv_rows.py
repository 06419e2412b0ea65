"""What no file of people may hold, because no database could keep it."""

from collections.abc import Callable
from pathlib import Path

import pytest

from connectors.people import (
    read_annotators,
    read_consents,
    read_label_files,
    read_review_file,
)
from pipelines.model.errors import ConfigError

READERS: dict[str, tuple[Callable[[Path], object], str]] = {
    "annotators": (read_annotators, "annotator,vendor\nA,\0\n"),
    "labels": (lambda path: read_label_files([path]), "item,annotator,label\nI,A,\0x\n"),
    "reviews": (read_review_file, "item,reviewer,verdict\nI,B\0,correct\n"),
    "consents": (
        lambda path: list(read_consents(path, lambda kind, value: value)),
        "subject,basis,purpose\nS,13(1),a\0b\n",
    ),
}


@pytest.mark.parametrize("name", READERS)
def test_a_nul_character_is_refused_with_file_line_and_field(name: str, tmp_path: Path):
    read, content = READERS[name]
    path = tmp_path / f"{name}.csv"
    path.write_bytes(content.encode())
    header, row = content.splitlines()
    field = next(f for f, v in zip(header.split(","), row.split(","), strict=True) if "\0" in v)
    with pytest.raises(ConfigError) as caught:
        read(path)
    assert f"{path}, line 2: {field}: the value has a NUL character" in str(caught.value)


def test_a_column_nobody_reads_may_hold_anything(tmp_path: Path):
    path = tmp_path / "annotators.csv"
    path.write_bytes(b"annotator,note\nA,\0\n")
    assert [person.id for person in read_annotators(path)] == ["A"]
