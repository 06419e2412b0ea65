"""A small dataset audited twice, with records that were added, changed, moved and removed."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipelines import flow
from pipelines.cli import main
from pipelines.engine.local import Local
from pipelines.model.ids import RunId
from pipelines.settings import Settings
from pipelines.stages.base import Silent
from pipelines.store.database import Store, open_store

MANIFEST = """
dataset: watched
title: {{en: Watched, zh: 被观察}}
purpose: fine_tune
files: ["*.jsonl"]
record: {{text: [text]}}
sources:
  - {{id: one, type: self_produced, files: ["a.jsonl"], licence: {{id: {licence}}}}}
  - {{id: two, type: self_produced, files: ["b.jsonl", "c.jsonl"], licence: {{id: MIT}}}}
personal_information: {{present: unknown}}
"""
NUMBERS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
NUMBERS += ("eleven", "twelve")


def sentence(word: str) -> str:
    return f"the {word} story is told by {word} people about {word * 3} and nothing else"


@dataclass(frozen=True)
class Watched:
    store: Store
    folder: Path
    before: RunId
    after: RunId
    late: RunId
    """Sealed last with the earliest clock: a backdated run must not change reports on record."""


def write(folder: Path, name: str, texts: list[str]) -> None:
    lines = [json.dumps({"text": text}) for text in texts]
    (folder / name).write_text("\n".join(lines) + "\n", encoding="utf-8")


def audited(store: Store, folder: Path, day: int) -> RunId:
    """A run of every stage in this process, on that day."""
    run_id = flow.begin(
        folder / "dataset.yaml",
        policy=None,
        at=datetime(2026, 11, day, tzinfo=UTC),
        owner="test",
        settings=store.settings,
        store=store,
    )
    with Local(1, "256MB", store.settings.home / "tmp") as engine:
        for _ in flow.carry_out(
            run_id, settings=store.settings, store=store, engine=engine, progress=Silent()
        ):
            pass
    return run_id


@pytest.fixture(scope="session")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Watched:
    home = tmp_path_factory.mktemp("watched")
    folder = home / "data"
    folder.mkdir()
    settings = Settings(
        home=home / "home", database_url=f"sqlite:///{home / 'home' / 'audit.db'}", workers=1
    )
    store = open_store(settings)
    texts = [sentence(word) for word in NUMBERS]
    manifest = folder / "dataset.yaml"
    manifest.write_text(MANIFEST.format(licence="MIT"), encoding="utf-8")
    write(folder, "a.jsonl", texts[:6])
    write(folder, "b.jsonl", texts[6:9])
    write(folder, "c.jsonl", texts[9:])
    before = audited(store, folder, 19)
    manifest.write_text(MANIFEST.format(licence="Apache-2.0"), encoding="utf-8")
    # a: the second is gone, the fifth is another; b: two are new, one of them twice; c: as it was,
    # but for its last, which has moved to b
    another = "write to office@example.org about the fifth matter of the day"
    write(folder, "a.jsonl", [texts[0], texts[2], texts[3], another, texts[5]])
    new = "something that nobody had written before this very day"
    write(folder, "b.jsonl", [new, texts[6], texts[7], texts[8], new, texts[11]])
    write(folder, "c.jsonl", texts[9:11])
    after = audited(store, folder, 20)
    late = audited(store, folder, 18)
    return Watched(store=store, folder=folder, before=before, after=after, late=late)


@pytest.fixture
def tda(watched, monkeypatch, capsys):
    """What a command of `tda` prints on stdout, and its exit code."""
    settings = watched.store.settings
    monkeypatch.setenv("TDA_HOME", str(settings.home))
    monkeypatch.setenv("TDA_DATABASE_URL", settings.database_url)

    def run(*arguments, lang="en"):
        with pytest.raises(SystemExit) as stopped:
            main([*arguments, "--lang", lang])
        return stopped.value.code, capsys.readouterr()

    return run
