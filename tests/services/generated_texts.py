"""Datasets made for a test: one that takes a while to scan, and one of a single record."""

import json
import random
from pathlib import Path

SYLLABLES = ("ba", "di", "ce", "fo", "gu", "ha", "je", "ki", "lo", "mu", "na", "pe", "qu", "ro")
MANIFEST = """dataset: many-texts
title: {zh: 许多文本, en: Many texts}
purpose: fine_tune
files: ["part-*.jsonl"]
record: {text: [text]}
sources:
  - {id: generated, type: synthetic, licence: {id: CC0-1.0}}
personal_information: {present: unknown}
"""


def many_texts(folder: Path, *, files: int, records: int) -> Path:
    """The manifest of `files` files of `records` records of about 2 KB each, always the same.

    Every tenth record repeats an earlier one with another last word; every hundredth has a number.
    """
    folder.mkdir(parents=True)
    draw = random.Random(20260101)
    words = ["".join(draw.choices(SYLLABLES, k=draw.randint(1, 4))) for _ in range(4000)]
    earlier: list[str] = []
    for part in range(files):
        with (folder / f"part-{part}.jsonl").open("w", encoding="utf-8") as out:
            for row in range(records):
                text = " ".join(draw.choices(words, k=300))
                if earlier and row % 10 == 0:
                    text = f"{draw.choice(earlier)} {draw.choice(words)}"
                elif row % 100 == 1:
                    text += f" 1380013{row % 10_000:04d}"
                    earlier.append(text)
                out.write(json.dumps({"text": text}) + "\n")
    (folder / "dataset.yaml").write_text(MANIFEST, encoding="utf-8")
    return folder / "dataset.yaml"


def with_consents(folder: Path, name: str) -> Path:
    """The manifest of a dataset of one record, whose audit reads `consents.csv` as it goes."""
    folder.mkdir()
    (folder / "data.jsonl").write_text('{"text": "words nobody may find in a log"}\n')
    consents = "subject,basis,purpose,notice_version,given_at,valid_to,withdrawn_at\n"
    (folder / "consents.csv").write_text(consents, encoding="utf-8")
    manifest = {
        "dataset": name,
        "title": {"en": name},
        "purpose": "pretrain",
        "files": ["data.jsonl"],
        "record": {"text": ["text"]},
        "sources": [{"id": "own", "type": "synthetic", "licence": {"id": "CC0-1.0"}}],
        "personal_information": {"present": True, "basis": "13(1)", "consents": "consents.csv"},
    }
    (folder / "dataset.yaml").write_text(json.dumps(manifest), encoding="utf-8")
    return folder / "dataset.yaml"
