"""Files of several shapes in one manifest: each is read in one way, the first that names it."""

import pytest

from connectors.manifest import read_manifest
from pipelines.model.dataset import Dataset, Format, RecordShape
from pipelines.model.errors import ConfigError
from pipelines.store.codec import from_json, to_json

MANIFEST = """dataset: demo-set
title: {en: Demo}
purpose: fine_tune
files:
%s
record: {text: [instruction, output], optional: [output]}
"""


@pytest.fixture
def read(tmp_path):
    for name in ("a.json", "b.json", "pairs.json", "lines.txt"):
        (tmp_path / name).write_text("x")

    def reading(*items):
        path = tmp_path / "dataset.yaml"
        path.write_text(MANIFEST % "\n".join(f"  - {item}" for item in items), encoding="utf-8")
        return read_manifest(path)

    return reading


def layouts(dataset):
    return {layout.files: (layout.format, layout.record.text) for layout in dataset.layouts}


def test_a_file_is_read_as_the_first_item_that_names_it_says(read):
    dataset = read(
        "{glob: pairs.json, format: jsonl, record: {text: [chosen, rejected]}}",
        '"*.json"',
        "{glob: lines.txt, record: {text: text}}",
    )
    assert dataset.files == ("pairs.json", "a.json", "b.json", "lines.txt")
    assert layouts(dataset) == {
        ("a.json", "b.json"): (None, ("instruction", "output")),
        ("pairs.json",): (Format.JSONL, ("chosen", "rejected")),
        ("lines.txt",): (None, ("text",)),
    }
    assert dataset.record == RecordShape(text=("instruction", "output"), optional=("output",))
    assert from_json(Dataset, to_json(dataset)) == dataset


def test_an_item_that_differs_in_nothing_is_read_as_the_dataset_says(read):
    dataset = read("{glob: [a.json, b.json]}")
    assert dataset.apart == ()
    assert layouts(dataset) == {("a.json", "b.json"): (None, ("instruction", "output"))}


def test_what_an_item_does_not_say_the_dataset_says(read):
    (layout,) = read("{glob: lines.txt, format: text}").layouts
    assert (layout.format, layout.record.optional) == (Format.TEXT, ("output",))


@pytest.mark.parametrize(
    ("item", "said"),
    [
        ("{glob: nothing.json}", "files[0]"),
        ("{format: json}", "files[0].glob"),
        ("{glob: a.json, record: {text: a, optional: [b]}}", "b is optional, but holds nothing"),
        ("{glob: a.json, record: {text: a, optional: a}}", "every text column is optional"),
        ("{glob: a.json, shape: x}", "files[0].shape: there is no such field"),
        ("[a.json]", "files[0]"),
        ("7", "files[0]"),
    ],
)
def test_an_item_nobody_can_follow_is_refused_at_its_line(read, item, said):
    with pytest.raises(ConfigError) as caught:
        read(item)
    assert "dataset.yaml, line 5" in str(caught.value)
    assert said in str(caught.value)


def test_sources_must_say_what_is_theirs_unless_every_shape_names_a_column(tmp_path):
    for name in ("a.json", "b.csv"):
        (tmp_path / name).write_text("x")
    path = tmp_path / "dataset.yaml"
    text = """dataset: demo-set
title: {en: Demo}
purpose: fine_tune
files: [a.json, {glob: b.csv, record: {text: text%s}}]
record: {text: text, source: from}
sources:
  - {id: one, type: synthetic, licence: {id: null}}
  - {id: two, type: synthetic, licence: {id: null}}
"""
    path.write_text(text % ", source: origin")
    assert {shape.source for shape in read_manifest(path).shapes} == {"from", "origin"}
    path.write_text(text % "")
    with pytest.raises(ConfigError, match="does not say what comes from it"):
        read_manifest(path)
