"""Tiny datasets for the nightly audit: everything with a clock in one of them."""

import json
import shutil
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from pipelines.engine.local import Local
from pipelines.model.nightly import Night
from pipelines.nightly.auditing import audit_changed, sweep
from pipelines.nightly.closing import close
from pipelines.settings import Settings
from pipelines.store import registry
from pipelines.store.database import Store, open_store

FIRST = "2026-11-20T01:00:00+08:00"
CONSENTS = """subject,basis,purpose,notice_version,given_at,valid_to,withdrawn_at
p-1,13(1),training,3,2026-01-01T00:00:00+08:00,2026-12-01T12:00:00+08:00,
p-2,13(1),training,3,2026-01-01T00:00:00+08:00,2026-12-01T12:00:00+08:00,2026-11-22T08:00:00+08:00
p-3,13(1),training,3,2026-12-20T00:00:00+08:00,,
"""
ANNOTATORS = """annotator,roles,vendor,topics,qualified_from,qualified_to,suspended_from
A-01,annotate,,task_rules,2026-01-01,2026-12-10,
A-02,annotate,,task_rules,2026-01-01,2027-06-30,2026-12-15
"""
LABELS = "item,annotator,label,at\n0,A-01,good,2026-06-01T10:00:00+08:00\n"
WAIVER = {
    "version": "house-1",
    "waivers": [
        {
            "id": "WV-1",
            "control": "SRC-01",
            "reason": "being repaired",
            "requested_by": "owner",
            "approved_by": "officer",
            "from": "2026-11-01",
            "to": "2026-12-24",
        }
    ],
}


def write_dataset(folder: Path, name: str, *, clocks: bool = False) -> Path:
    """A dataset of twelve records; with `clocks`, one with all that holds for a time."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = [
        json.dumps({"id": str(n), "who": f"p-{n % 3 + 1}", "text": f"{name} says thing {n} of 12"})
        for n in range(12)
    ]
    (folder / "data.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (folder / "LICENCE").write_text("do what you like", encoding="utf-8")
    source: dict[str, object] = {
        "id": "own",
        "type": "open_source",
        "files": ["data*.jsonl"],
        "licence": {"id": "CC0-1.0", "text": "LICENCE"},
    }
    manifest: dict[str, object] = {
        "dataset": name,
        "title": {"en": name},
        "purpose": "fine_tune",
        "files": ["data*.jsonl"],
        "record": {"text": ["text"], "id": "id"},
        "sources": [source],
        "personal_information": {"present": "unknown"},
    }
    if clocks:
        source["licence"] = {"id": "CC0-1.0", "text": "LICENCE", "valid_to": "2026-11-25"}
        bought = {
            "id": "shop",
            "type": "commercial",
            "files": ["bought.jsonl"],
            "licence": {"id": "LicenseRef-contract", "valid_to": "2026-11-28"},
            "evidence": [{"kind": "contract", "file": "LICENCE"}],
        }
        manifest["sources"] = [source, bought]
        manifest["files"] = ["data*.jsonl", "bought.jsonl"]
        (folder / "bought.jsonl").write_text('{"id": "b", "who": "p-1", "text": "paid for"}\n')
        manifest["record"] = {"text": ["text"], "id": "id", "subject": "who"}
        manifest["personal_information"] = {"present": True, "basis": "13(1)", "consents": "c.csv"}
        (folder / "c.csv").write_text(CONSENTS, encoding="utf-8")
        (folder / "annotators.csv").write_text(ANNOTATORS, encoding="utf-8")
        (folder / "labels.csv").write_text(LABELS, encoding="utf-8")
        labels = {"format": "csv", "files": ["labels.csv"]}
        manifest["annotation"] = {"annotators": "annotators.csv", "labels": labels}
    path = folder / "dataset.yaml"
    path.write_text(json.dumps(manifest, indent=1), encoding="utf-8")
    return path


class House:
    """A workspace with registered datasets, and nights in it."""

    def __init__(self, folder: Path) -> None:
        home = folder / "home"
        self.folder = folder
        self.settings = Settings(
            home=home, database_url=f"sqlite:///{home / 'audit.db'}", workers=1
        )
        self.store: Store = open_store(self.settings)

    def add(self, name: str, *, clocks: bool = False) -> Path:
        path = write_dataset(self.folder / name, name, clocks=clocks)
        policy = None
        if clocks:
            policy = self.folder / "policy.yaml"
            policy.write_text(json.dumps(WAIVER), encoding="utf-8")
        at = datetime.fromisoformat(FIRST)
        registry.register(self.store, name, manifest=path, policy=policy, at=at)
        return path

    def night(self, at: str, owner: str = "test") -> Night:
        clock = datetime.fromisoformat(at)
        given = {"settings": self.settings, "store": self.store}
        plan = sweep(owner=owner, at=clock, **given)
        with Local(1, "256MB", self.settings.home / "tmp") as engine:
            audit_changed(plan, plan.changed(), owner=owner, engine=engine, **given)
        return close(plan, **given)


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


@pytest.fixture(scope="module")
def audited(tmp_path_factory: pytest.TempPathFactory) -> House:
    """One dataset with everything that has a clock, audited on the first night."""
    found = House(tmp_path_factory.mktemp("audited"))
    found.add("clocks", clocks=True)
    found.night(FIRST)
    return found


@pytest.fixture
def mended(audited: House, tmp_path: Path) -> Iterator[House]:
    """`audited`, whose files are afterwards what they were, times of change included."""
    kept = tmp_path / "kept"
    folder = audited.folder / "clocks"
    shutil.copytree(folder, kept)
    yield audited
    shutil.rmtree(folder)
    shutil.copytree(kept, folder)
