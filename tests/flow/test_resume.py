"""A run killed with SIGKILL and started again ends as if nothing had happened."""

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from pipelines.settings import Settings
from pipelines.store import runs
from pipelines.store.codec import to_json
from pipelines.store.database import open_store
from pipelines.store.keys import identifier_key

ROOT = Path(__file__).resolve().parents[2]
MANIFEST = ROOT / "examples" / "support-dialogues" / "dataset.yaml"
AUDIT = ["audit", str(MANIFEST), "--json", "--workers", "1", "--at"]
CLOCK = "2026-11-20T01:00:00+08:00"
LATER = "2026-11-21T09:00:00+08:00"
FIGURES = ("run_id", "version", "gate", "records", "quarantined", "exact_duplicates")
FIGURES += ("near_duplicates", "personal_information", "findings", "controls")


def tda(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pipelines.cli", *arguments]
    environment = {**os.environ, "TDA_HOME": str(home)}
    return subprocess.run(
        command, env=environment, capture_output=True, text=True, cwd=ROOT, check=False
    )


def killed(home: Path, point: str, nth: int) -> None:
    command = [sys.executable, str(Path(__file__).with_name("killed_at.py")), point, str(nth)]
    environment = {**os.environ, "TDA_HOME": str(home)}
    done = subprocess.run(
        [*command, *AUDIT, CLOCK], env=environment, capture_output=True, cwd=ROOT, check=False
    )
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()


def settings_of(home: Path) -> Settings:
    return Settings(home=home, database_url=f"sqlite:///{home / 'audit.db'}", workers=1)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory) -> tuple[Path, dict]:
    home = tmp_path_factory.mktemp("undisturbed")
    identifier_key(settings_of(home))
    done = tda(home, *AUDIT, CLOCK)
    assert done.returncode == 1, done.stderr
    return home, json.loads(done.stdout)


@pytest.mark.parametrize(
    ("point", "nth", "stage"),
    [
        pytest.param("pipelines.store.evidence:EvidenceStore.write", 6, "scan", id="in scan"),
        pytest.param("pipelines.stages.controls:judge_all", 1, "controls", id="in controls"),
        pytest.param("pipelines.store.runs:finish", 1, "report", id="after the report"),
    ],
)
def test_a_killed_run_goes_on_to_the_same_result(point, nth, stage, undisturbed, tmp_path):
    reference, expected = undisturbed
    home = tmp_path / "home"
    home.mkdir()
    shutil.copytree(reference / "keys", home / "keys")  # the same identifiers get the same digests
    killed(home, point, nth)

    # started again at another time, it is the same run with the clock it began with
    done = tda(home, *AUDIT, LATER)
    assert done.returncode == 1, done.stderr
    outcome = json.loads(done.stdout)
    assert outcome["attempt"] == 2
    assert {name: outcome[name] for name in FIGURES} == {name: expected[name] for name in FIGURES}

    one, two = open_store(settings_of(reference)), open_store(settings_of(home))
    run_id = outcome["run_id"]
    assert to_json(runs.findings_of(two, run_id)) == to_json(runs.findings_of(one, run_id))
    assert to_json(runs.gate_of(two, run_id)) == to_json(runs.gate_of(one, run_id))
    assert stage not in outcome["reused_stages"] or stage == "report"


def test_the_ledger_shows_the_interrupted_attempt_and_loses_nothing(undisturbed, tmp_path):
    reference, _ = undisturbed
    home = tmp_path / "home"
    home.mkdir()
    shutil.copytree(reference / "keys", home / "keys")
    killed(home, "pipelines.stages.gate:decide", 1)
    done = tda(home, *AUDIT, CLOCK)
    assert done.returncode == 1, done.stderr
    assert tda(home, "ledger", "verify").returncode == 0
    kinds = entry_kinds(home)
    assert kinds.count("run-interrupted") == 1
    assert kinds.count("run-started") == 2
    rest = [kind for kind in kinds if not kind.startswith("run-")]
    assert sorted(rest) == sorted(k for k in entry_kinds(reference) if not k.startswith("run-"))


def entry_kinds(home: Path) -> list[str]:
    import sqlalchemy as sa

    from pipelines.store.ledger_tables import ledger_entries

    query = sa.select(ledger_entries.c.predicate).order_by(ledger_entries.c.position)
    with open_store(settings_of(home)).engine.connect() as connection:
        predicates = [str(row.predicate) for row in connection.execute(query)]
    names = ("run-started", "run-interrupted", "evidence", "findings", "gate", "sample-draw")
    return [next(name for name in names if name in predicate) for predicate in predicates]
