"""Two sweeps at the same moment, each a real `tda nightly`: every dataset is audited once."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from generated_texts import with_consents

from pipelines.model.run import AuditRun
from pipelines.settings import Settings
from pipelines.stages.ledger_view import inspect_store
from pipelines.store import nightly_tables, registry, runs, sweeps, turns
from pipelines.store.database import Store
from pipelines.store.ledger_entries import reading

ROOT = Path(__file__).resolve().parents[2]
CLOCK = "2026-11-20T01:00:00+08:00"
NAMES = ("first", "second")
pytestmark = pytest.mark.slow  # two audits in a row each, by processes of their own


@pytest.fixture
def begun(store: Store, store_settings: Settings, tmp_path: Path) -> Iterator[list]:
    """Two sweeps that have both planned to audit both datasets, and audit nothing yet."""
    for name in NAMES:
        manifest = with_consents(tmp_path / name, name)
        at = datetime.fromisoformat(CLOCK)
        registry.register(store, name, manifest=manifest, policy=None, at=at)
    with started(store_settings, 2) as processes:
        with turns.turn(store, "first"):
            until("both have planned", lambda: len(plans(store)) == 2)
            assert runs.all_runs(store) == []
        yield processes


@contextmanager
def started(settings: Settings, count: int) -> Iterator[list[subprocess.Popen[str]]]:
    environment = {
        **os.environ,
        "TDA_HOME": str(settings.home),
        "TDA_DATABASE_URL": settings.database_url,
        "TDA_LANG": "en",
    }
    command = [sys.executable, "-m", "pipelines.cli", "nightly", "--json", "--workers", "1"]
    processes = [
        subprocess.Popen(
            [*command, "--at", CLOCK],
            env=environment,
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(count)
    ]
    try:
        yield processes
    finally:
        for process in processes:
            process.kill()
            process.communicate()


def until(what: str, asked: Callable[[], object]) -> None:
    deadline = time.monotonic() + 120
    while not asked():
        assert time.monotonic() < deadline, what
        time.sleep(0.02)


def plans(store: Store) -> list[str]:
    with store.engine.connect() as connection:
        return list(connection.execute(sa.select(nightly_tables.sweeps.c.id)).scalars())


def told(process: subprocess.Popen[str]) -> dict:
    out, err = process.communicate(timeout=300)
    assert process.returncode == 0, err
    assert "Traceback" not in err
    found: dict = json.loads(out)
    return found


def in_the_ledger(store: Store) -> list[str]:
    assert inspect_store(store).reason == "ok"
    with reading(store.engine) as book:
        return [entry.key for entry in book.entries()]


def test_two_sweeps_at_once_audit_each_dataset_once_and_are_both_on_record(
    begun: list, store: Store, store_settings: Settings
):
    digests = [told(process) for process in begun]
    for position in range(len(NAMES)):
        states = [digest["datasets"][position]["state"] for digest in digests]
        assert sorted(states) == ["audited", "reused"], "audited twice, or by neither"
    known = runs.all_runs(store)
    assert {run.dataset for run in known} == set(NAMES)
    assert [(run.state, run.attempt) for run in known] == [(runs.SEALED, 1)] * 2

    # one is the night before of the other, and what is new was told once
    early, late = sorted(digests, key=lambda digest: digest["previous"] is not None)
    assert (early["previous"], late["previous"]) == (None, early["sweep"])
    assert [entry[0] for entry in early["changed"].items()] == ["gates"]
    assert late["changed"] == {}
    latest = sweeps.latest_night(store)
    assert latest is not None
    assert latest.sweep == late["sweep"]

    keys = in_the_ledger(store)
    assert {f"{digest['sweep']}/sweep" for digest in digests} <= set(keys)
    assert {f"{run.id}/gate" for run in known} <= set(keys)
    written = (store_settings.reports / "nightly").glob("*.json")
    assert {json.loads(path.read_text("utf-8"))["sweep"] for path in written} == set(plans(store))


def test_a_sweep_that_is_killed_in_its_turn_gives_way_to_the_one_that_waits(
    begun: list, store: Store
):
    until("one of them audits", lambda: runs.all_runs(store))
    first = runs.all_runs(store)[0]
    (victim,) = [process for process in begun if process.pid == pid_of(first)]
    victim.send_signal(signal.SIGKILL)
    (other,) = [process for process in begun if process is not victim]
    assert [one["state"] for one in told(other)["datasets"]] == ["audited"] * 2
    known = {run.dataset: run for run in runs.all_runs(store)}
    assert (known["first"].id, known["first"].attempt) == (first.id, 2)
    assert [run.state for run in known.values()] == [runs.SEALED] * 2
    assert f"{first.id}/interrupted/1" in in_the_ledger(store)


def pid_of(run: AuditRun) -> int:
    found = re.search(r":(\d+):\d+$", run.owner)
    assert found is not None
    return int(found.group(1))
