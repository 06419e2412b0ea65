"""Killing a task in the middle of the scan, and comparing the run with one nobody disturbed."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from airflow_client import DagRun, until
from ending import with_the_tests

from pipelines.model.ids import RunId
from pipelines.settings import Settings
from pipelines.store import runs
from pipelines.store.codec import to_json
from pipelines.store.database import open_store
from pipelines.store.stage_results import stages_of

CLOCK = "2026-11-20T01:00:00+08:00"
KEYED_BY_CONTENT = ("scan", "relate", "profile", "validate", "sample")
"""Stages whose tables follow from data and policy alone, whatever the run is called."""


def settings_of(home: Path, url: str | None = None) -> Settings:
    """The settings of the workspace `home`, one worker."""
    address = url or f"sqlite:///{home / 'audit.db'}"
    return Settings(home=home, database_url=address, workers=1)


def tda(home: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """`tda ARGUMENTS` in the workspace `home`."""
    return subprocess.run(
        [sys.executable, "-m", "pipelines.cli", *arguments],
        env={**os.environ, "TDA_HOME": str(home), "TDA_LANG": "en", **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
        preexec_fn=with_the_tests(),  # with --engine spark it has a Java of its own
    )


def audit(home: Path, manifest: Path) -> dict[str, Any]:
    """What `tda audit MANIFEST` prints, at the clock of these tests."""
    done = tda(home, "audit", str(manifest), "--json", "--workers", "1", "--at", CLOCK)
    assert done.stdout, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def in_the_middle_of_the_scan(run: DagRun, home: Path, files: int, before: int = 0) -> int:
    """The process that scans, stopped when some of `files` files are done and some are not.

    `before` files of other datasets had been scanned already.
    """
    markers = home / "evidence" / "shards"

    def scanning() -> int:
        assert run.state in {"queued", "running"}, run.states()
        task = run.task("scan")
        return int(task["pid"] or 0) if task["state"] == "running" else 0

    process = until("the scan has begun", scanning)
    deadline = time.monotonic() + 240
    while len(list(markers.glob("*.json"))) == before:
        assert time.monotonic() < deadline, "no file was scanned"
        time.sleep(0.01)
    os.kill(process, signal.SIGSTOP)  # so that the moment stays
    done = len(list(markers.glob("*.json"))) - before
    assert 0 < done < files, "the scan was caught too late: give it more files"
    return process


def outcome(settings: Settings, run_id: str) -> dict[str, object]:
    """Everything that two runs over the same data, policy and clock must agree on."""
    store = open_store(settings)
    id_ = RunId(run_id)
    try:
        stages = {stage.stage: stage for stage in stages_of(store, id_)}
        return {
            "findings": json.loads(to_json(runs.findings_of(store, id_))),
            "gate": json.loads(to_json(runs.gate_of(store, id_))),
            "version": runs.run(store, id_).version,
            "tables": {
                name: [table.digest for table in stages[name].tables] for name in KEYED_BY_CONTENT
            },
            "stages": list(stages),
        }
    finally:
        store.engine.dispose()


def ledger_holds(home: Path, **environment: str) -> Mapping[str, Any]:
    """What `tda ledger verify` says, once it has found nothing wrong."""
    done = tda(home, "ledger", "verify", "--json", **environment)
    assert done.returncode == 0, done.stdout + done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found
