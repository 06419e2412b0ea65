"""A workspace in which an example was audited, to be damaged at will."""

import json
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import postgres_server
import pytest
import sqlalchemy as sa

from pipelines import flow
from pipelines.clock import moment
from pipelines.engine.local import Local
from pipelines.model.ids import RunId
from pipelines.settings import Settings
from pipelines.stages.base import Silent
from pipelines.store.database import Store, open_store

MANIFEST = """
dataset: {name}
title: {{zh: 一条, en: One text}}
purpose: fine_tune
files: ["data.jsonl"]
record: {{text: [text]}}
sources:
  - id: own
    type: self_produced
    licence: {{id: null}}
    evidence: [{{kind: terms, file: terms.txt}}]
personal_information: {{present: unknown}}
"""


@pytest.fixture
def audited_home(audit_example, tmp_path: Path) -> Path:
    """A copy of the workspace of the audited support dialogues."""
    home = tmp_path / "home"
    shutil.copytree(audit_example("support-dialogues").home, home)
    return home


@pytest.fixture
def workspace_settings(audited_home: Path) -> Settings:
    """The settings of that copy."""
    database = f"sqlite:///{audited_home / 'audit.db'}"
    return Settings(home=audited_home, database_url=database, workers=1)


def audit(settings: Settings, folder: Path, name: str, text: str, at: str) -> RunId:
    """One run of the dataset `name`: `text` as a record, and as a line that is none."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = [json.dumps({"text": text}), f"{{broken: {text}"]
    (folder / "data.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (folder / "terms.txt").write_text(f"terms of {text}", encoding="utf-8")
    (folder / "dataset.yaml").write_text(MANIFEST.format(name=name), encoding="utf-8")
    store = open_store(settings)
    run_id = flow.begin(
        folder / "dataset.yaml",
        policy=None,
        at=moment(at),
        owner=f"airflow:test/{at}",
        settings=settings,
        store=store,
    )
    with Local(1, settings.memory_limit, settings.home / "tmp") as engine:
        given = {"settings": settings, "store": store, "engine": engine, "progress": Silent()}
        assert [done.stage for done in flow.carry_out(run_id, **given)][-1] == "report"
    store.engine.dispose()
    return run_id


@dataclass(frozen=True)
class Grown:
    """A workspace, the folder of its data, its runs, and how to copy its database."""

    settings: Settings
    data: Path
    runs: dict[str, RunId]
    server: postgres_server.Server | None
    audit: Callable[..., RunId]


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def grown(request: pytest.FixtureRequest, tmp_path_factory) -> Iterator[Grown]:
    """A workspace with two old runs of a dataset and a new one, and an old one of another."""
    home, data = tmp_path_factory.mktemp("grown"), tmp_path_factory.mktemp("data")
    server, address = None, None
    url = f"sqlite:///{home / 'audit.db'}"
    if request.param == "postgresql":
        server = request.getfixturevalue("postgresql")
        address = server.create(request.getfixturevalue("migrated"))
        url = postgres_server.text_of(address)
    settings = Settings(home=home, database_url=url, workers=1)
    one, two = data / "one", data / "two"
    with postgres_server.closing_connections():
        found = {
            "first": audit(settings, one, "one", "the first text", "2020-01-01T00:00:00Z"),
            "second": audit(settings, one, "one", "the second text", "2021-01-01T00:00:00Z"),
            "third": audit(settings, one, "one", "the third text", "2026-11-01T00:00:00Z"),
            "other": audit(settings, two, "two", "another text", "2020-01-01T00:00:00Z"),
        }
    yield Grown(settings, data, found, server, audit)
    if server and address:
        server.drop(address)


@pytest.fixture
def store(grown: Grown, tmp_path) -> Iterator[Store]:
    """A copy of that workspace, its evidence last used long ago."""
    home = tmp_path / "home"
    shutil.copytree(grown.settings.home, home)
    long_ago = (datetime.now(UTC) - timedelta(days=4000)).timestamp()
    for path in (home / "evidence").rglob("*"):
        if path.is_file():
            os.utime(path, (long_ago, long_ago))
    if grown.server is None:
        yield open_store(
            Settings(home=home, database_url=f"sqlite:///{home / 'audit.db'}", workers=1)
        )
        return
    address = grown.server.create(sa.make_url(grown.settings.database_url).database)
    with postgres_server.closing_connections():
        url = postgres_server.text_of(address)
        yield open_store(Settings(home=home, database_url=url, workers=1))
    grown.server.drop(address)


@pytest.fixture
def ids(grown: Grown) -> dict[str, RunId]:
    return grown.runs
