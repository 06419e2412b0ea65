"""The smallest dataset there is: one record from one source, with its licence."""

from pathlib import Path

MANIFEST = """
dataset: tiny
title: {en: Tiny}
purpose: fine_tune
files: ["*.jsonl"]
record: {text: [text]}
sources: [{id: own, type: self_produced, licence: {id: MIT}}]
"""


def write_tiny(folder: Path) -> Path:
    """The manifest, which lies in `folder` beside its file."""
    (folder / "a.jsonl").write_text('{"text": "hello"}\n', encoding="utf-8")
    path = folder / "dataset.yaml"
    path.write_text(MANIFEST, encoding="utf-8")
    return path
