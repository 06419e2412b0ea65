"""Who a run belongs to, however long the name, on either database."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipelines import flow
from pipelines.ownership import OWNER_CHARS
from pipelines.store import runs
from pipelines.store.database import Store

AT = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
LONG = "airflow:" + "d" * 250 + "/manual__" + "r" * 240
MANIFEST = """
dataset: tiny
title: {en: Tiny}
purpose: fine_tune
files: ["*.jsonl"]
record: {text: [text]}
sources: [{id: own, type: self_produced, licence: {id: MIT}}]
"""


@pytest.fixture
def manifest(tmp_path: Path) -> Path:
    (tmp_path / "a.jsonl").write_text('{"text": "hello"}\n', encoding="utf-8")
    path = tmp_path / "dataset.yaml"
    path.write_text(MANIFEST, encoding="utf-8")
    return path


def test_a_dag_run_of_a_long_name_finds_its_own_run_again(store: Store, manifest: Path):
    def begin(owner: str) -> str:
        given = {"settings": store.settings, "store": store}
        return flow.begin(manifest, policy=None, at=AT, owner=owner, **given)

    first = begin(LONG + "1")
    assert begin(LONG + "1") == first
    other = begin(LONG + "2")
    assert other != first
    assert [run.id for run in runs.owned_by(store, LONG + "1")] == [first]
    assert [run.id for run in runs.owned_by(store, LONG + "2")] == [other]
    assert {len(run.owner) for run in runs.all_runs(store)} == {OWNER_CHARS}
    assert runs.run(store, first).attempt == 2
