"""Manifests for the real data named by TDA_REAL_DATA; the data itself stays where it is."""

from pathlib import Path

import pytest

ALPACA = """\
dataset: alpaca-en-zh
title: {zh: Alpaca 英文指令与其中译（部分）, en: Alpaca instructions with a partial translation}
purpose: fine_tune
derived_from: [stanford-alpaca]
files:
  - A-alpaca-en/alpaca_data-*.json
  - A-alpaca-zh-hikariming/*.json
format: json
record: {text: [instruction, input, output]}
sources:
  - id: stanford-alpaca
    type: synthetic
    files: ["A-alpaca-en/alpaca_data-*.json"]
    publisher: Stanford CRFM
    url: https://github.com/tatsu-lab/stanford_alpaca
    territory: US
    collected: {from: 2023-03-13, to: 2023-03-13}
    licence: {id: CC-BY-NC-4.0, text: A-alpaca-en/DATA_LICENSE}
    generated_by: {model: text-davinci-003, at: 2023-03}
    evidence:
      - {kind: datasheet, file: A-alpaca-en/datasheet.md}
      - {kind: provenance, file: A-alpaca-en/PROVENANCE.md}
  - id: hikariming-zh
    type: open_source
    files: ["A-alpaca-zh-hikariming/*.json"]
    publisher: hikariming
    url: https://github.com/hikariming/chat-dataset-baseline
    territory: CN
    licence: {id: MIT}
    evidence:
      - {kind: provenance, file: A-alpaca-zh-hikariming/PROVENANCE.md}
personal_information: {present: unknown}
"""


@pytest.fixture
def alpaca_manifest(real_data: Path, tmp_path: Path) -> tuple[Path, tuple[Path, ...]]:
    """The manifest of A-alpaca-en with A-alpaca-zh-hikariming, and the roots to read it with.

    The two folders are linked beside the manifest: names stay short, and nothing is copied.
    """
    for name in ("A-alpaca-en", "A-alpaca-zh-hikariming"):
        (tmp_path / name).symlink_to(real_data / name)
    path = tmp_path / "dataset.yaml"
    path.write_text(ALPACA, encoding="utf-8")
    return path, (real_data,)
