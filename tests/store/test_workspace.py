"""A database belongs to one workspace, and a worker that has another folder does not start."""

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from pipelines import flow
from pipelines.clock import moment
from pipelines.engine.local import Local
from pipelines.model.errors import ConfigError
from pipelines.settings import Settings
from pipelines.stages.base import Silent
from pipelines.store import workspace
from pipelines.store.database import open_store

MANIFEST = """
dataset: one-text
title: {zh: 一条, en: One text}
purpose: fine_tune
files: ["data.jsonl"]
record: {text: [text]}
sources:
  - {id: own, type: self_produced, licence: {id: null}}
personal_information: {present: unknown}
"""


@pytest.fixture
def manifest(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "data.jsonl").write_text('{"text": "one"}\n', encoding="utf-8")
    (folder / "dataset.yaml").write_text(MANIFEST, encoding="utf-8")
    return folder / "dataset.yaml"


def elsewhere(settings: Settings, home: Path) -> Settings:
    """A worker that reaches the same database, with a folder of its own."""
    return replace(settings, home=home)


def begin(settings: Settings, manifest: Path) -> str:
    return flow.begin(
        manifest,
        policy=None,
        at=moment("2026-11-20T01:00:00+08:00"),
        owner="airflow:audit_dataset/test",
        settings=settings,
        store=open_store(settings),
    )


def register(settings: Settings, run_id: str) -> flow.Done:
    return flow.run_stage(
        "register",
        run_id,
        settings=settings,
        store=open_store(settings),
        engine=Local(1, settings.memory_limit, settings.home / "tmp"),
        progress=Silent(),
    )


def test_the_first_run_leaves_one_id_in_the_folder_and_in_the_database(
    settings: Settings, manifest: Path
):
    begin(settings, manifest)
    store = open_store(settings)
    assert workspace.recorded(store) == workspace.marked(settings) == workspace.require(store)
    begin(settings, manifest)
    assert workspace.recorded(store) == workspace.marked(settings)


@pytest.mark.parametrize("marker", [None, {"workspace": "0" * 32}])
def test_a_worker_apart_refuses_the_stage_and_writes_no_evidence_and_no_key(
    settings: Settings, manifest: Path, tmp_path: Path, marker: dict | None
):
    run_id = begin(settings, manifest)
    apart = elsewhere(settings, tmp_path / "another home")
    apart.home.mkdir()
    if marker:
        (apart.home / workspace.MARKER).write_text(json.dumps(marker), encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        register(apart, run_id)
    assert str(apart.home) in str(caught.value.message)
    assert "TDA_HOME" in str(caught.value.advice)
    with pytest.raises(ConfigError):
        begin(apart, manifest)
    written = [path for path in apart.home.rglob("*") if path.is_file()]
    assert [path.name for path in written] == ([workspace.MARKER] if marker else [])
    # and in the right folder it goes on
    assert register(settings, run_id).stage == "register"


@pytest.mark.parametrize("damage", [b"", b"\xff\xfe", b"[]", b'{"workspace": 5}', b'{"a": 1}'])
def test_a_damaged_marker_gets_a_sentence(settings: Settings, manifest: Path, damage: bytes):
    run_id = begin(settings, manifest)
    (settings.home / workspace.MARKER).write_bytes(damage)
    with pytest.raises(ConfigError) as caught:
        register(settings, run_id)
    assert workspace.MARKER in str(caught.value.message)


def test_a_lost_marker_is_not_made_anew(settings: Settings, manifest: Path):
    run_id = begin(settings, manifest)
    (settings.home / workspace.MARKER).unlink()
    with pytest.raises(ConfigError):
        register(settings, run_id)
    with pytest.raises(ConfigError):
        begin(settings, manifest)
    assert not (settings.home / workspace.MARKER).exists()


def test_a_folder_keeps_its_id_when_its_database_is_new(settings: Settings, manifest: Path):
    begin(settings, manifest)
    known = workspace.marked(settings)
    for path in settings.home.glob("audit.db*"):
        path.unlink()
    begin(settings, manifest)
    assert workspace.recorded(open_store(settings)) == workspace.marked(settings) == known


def test_several_first_runs_at_once_agree_on_the_id(settings: Settings):
    stores = [open_store(settings) for _ in range(6)]
    with ThreadPoolExecutor(6) as pool:
        claimed = set(pool.map(workspace.claim, stores))
    assert claimed == {workspace.recorded(stores[0])} == {workspace.marked(settings)}
    assert sorted(path.name for path in settings.home.glob("*.json")) == [workspace.MARKER]
    assert not list(settings.home.glob(".tmp-*"))
