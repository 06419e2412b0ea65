"""Audits at once on one store, each a real `tda audit`: they do not disturb each other."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa
from tiny_dataset import write_tiny

from pipelines.model.ids import RunId
from pipelines.settings import Settings
from pipelines.stages.ledger_view import inspect_store
from pipelines.store import runs
from pipelines.store.codec import to_json
from pipelines.store.database import Store, open_store
from pipelines.store.tables import consents, licences, qualifications, registrations

ROOT = Path(__file__).resolve().parents[2]
DIALOGUES = ROOT / "examples" / "support-dialogues" / "dataset.yaml"
CLOCK = "2026-11-20T01:00:00+08:00"


@pytest.fixture
def reference(audit_example):
    """The dialogues as one undisturbed audit on SQLite found them."""
    return audit_example("support-dialogues")


@pytest.fixture
def settings(reference, store_settings: Settings) -> Settings:
    """A store of its own with the keys of the reference: the same identifiers, the same digests."""
    store_settings.home.mkdir(exist_ok=True)
    shutil.copytree(reference.home / "keys", store_settings.home / "keys")
    return store_settings


def audits(settings: Settings, *manifests: Path) -> list[dict]:
    """What each of the audits printed; all were started before the first had ended."""
    environment = {
        **os.environ,
        "TDA_HOME": str(settings.home),
        "TDA_DATABASE_URL": settings.database_url,
    }
    command = [sys.executable, "-m", "pipelines.cli", "audit", "--json", "--workers", "1"]
    started = [
        subprocess.Popen(
            [*command, "--at", CLOCK, str(manifest)],
            env=environment,
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for manifest in manifests
    ]
    try:
        printed = [process.communicate(timeout=900) for process in started]
    finally:
        for process in started:
            process.kill()
            process.wait()
    assert all("Traceback" not in err for _, err in printed), printed
    assert all(out for out, _ in printed), printed
    return [json.loads(out) for out, _ in printed]


@pytest.mark.slow  # four whole audits each
def test_audits_of_the_same_dataset_and_of_another_end_as_if_alone(
    settings: Settings, reference, tmp_path: Path
):
    one, two, tiny = audits(settings, DIALOGUES, DIALOGUES, write_tiny(tmp_path))

    assert len({one["run_id"], two["run_id"], tiny["run_id"]}) == 3
    for same in (one, two):
        for figure in ("gate", "version", "records", "quarantined", "findings", "controls"):
            assert same[figure] == reference.json[figure], figure
    assert tiny["records"] == 1

    store = open_store(settings)
    known = runs.all_runs(store)
    assert {run.state for run in known} == {runs.SEALED}
    assert {run.attempt for run in known} == {1}
    assert len({run.owner for run in known}) == 3
    assert inspect_store(store).reason == "ok"

    alone = open_store(Settings(home=reference.home, database_url=url_of(reference), workers=1))
    expected = to_json(runs.findings_of(alone, RunId(reference.json["run_id"])))
    for same in (one, two):
        assert to_json(runs.findings_of(store, RunId(same["run_id"]))) == expected
    assert facts(store, "support-dialogues") == facts(alone, "support-dialogues")
    for opened in (store, alone):
        opened.engine.dispose()


def url_of(reference) -> str:
    return f"sqlite:///{reference.home / 'audit.db'}"


def facts(store: Store, dataset: str) -> list[int]:
    """How many facts are on record for the registrations of `dataset`."""
    mine = sa.select(registrations.c.id).where(registrations.c.dataset == dataset)
    with store.engine.connect() as connection:
        counted = [
            sa.select(sa.func.count()).select_from(table).where(table.c.registration.in_(mine))
            for table in (licences, consents, qualifications)
        ]
        return [connection.execute(query).scalar_one() for query in counted]
