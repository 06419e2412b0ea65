"""A dataset of ten thousand small files here, and of thousands in a bucket."""

import json
import os
import subprocess
import sys

import pytest

from connectors.object_store import matching

pytestmark = pytest.mark.slow

FILES = 10_000
OBJECTS = 1_500
"""More than a page; a server written for tests answers a hundred a second at best."""
MANIFEST = """
dataset: many
title: {en: Many}
purpose: pretrain
files: ["%s*.jsonl"]
record: {text: [text]}
sources:
  - {id: web, type: self_collected_web, licence: {id: MIT}}
personal_information: {present: unknown}
"""


def content(number: int) -> bytes:
    records = ({"text": f"file {number} record {row} says nothing else"} for row in range(5))
    return "".join(json.dumps(record) + "\n" for record in records).encode()


def audited(home, manifest):
    done = subprocess.run(
        [sys.executable, "-m", "pipelines.cli", "audit", str(manifest), "--json"],
        env={**os.environ, "TDA_HOME": str(home), "TDA_LANG": "en"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout, done.stderr
    return json.loads(done.stdout)


def test_ten_thousand_local_files_become_few_tables(tmp_path):
    folder = tmp_path / "data"
    folder.mkdir()
    for number in range(FILES):
        (folder / f"f{number:05d}.jsonl").write_bytes(content(number))
    manifest = tmp_path / "dataset.yaml"
    manifest.write_text(MANIFEST % "data/")
    outcome = audited(tmp_path / "home", manifest)
    assert outcome["records"] == 5 * FILES
    assert outcome["quarantined"] == 0
    tables = list((tmp_path / "home" / "evidence" / "tables").rglob("*.parquet"))
    assert len(tables) < 300


def test_thousands_of_objects_are_listed_page_by_page_and_audited(s3, tmp_path):
    bucket = s3({f"p/f{number:05d}.jsonl": content(number) for number in range(OBJECTS)})
    uri = f"s3://{bucket}/p/"
    assert len(matching(f"{uri}*.jsonl")) == OBJECTS
    manifest = tmp_path / "dataset.yaml"
    manifest.write_text(MANIFEST % uri)
    outcome = audited(tmp_path / "home", manifest)
    assert outcome["records"] == 5 * OBJECTS
    assert outcome["quarantined"] == 0
