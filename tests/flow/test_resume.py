"""A run killed with SIGKILL and started again ends as if nothing had happened."""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import killed_at
import pytest
import sqlalchemy as sa
from tda_process import tda

from pipelines.settings import Settings
from pipelines.store import runs
from pipelines.store.codec import to_json
from pipelines.store.database import open_store
from pipelines.store.engines import make_engine
from pipelines.store.keys import identifier_key
from pipelines.store.ledger_tables import ledger_entries, ledger_heads
from pipelines.store.stage_results import stages_of
from pipelines.store.tables import consents, run_stages, stage_results

ROOT = Path(__file__).resolve().parents[2]
MANIFEST = ROOT / "examples" / "support-dialogues" / "dataset.yaml"
AUDIT = ["audit", str(MANIFEST), "--json", "--workers", "1", "--at"]
CLOCK = "2026-11-20T01:00:00+08:00"
LATER = "2026-11-21T09:00:00+08:00"
FIGURES = ("run_id", "version", "gate", "records", "quarantined", "exact_duplicates")
FIGURES += ("near_duplicates", "personal_information", "findings", "controls")
SAME_CODE = 1
"""The gate of the example is a fail, and says so in the exit code."""


def settings_of(home: Path) -> Settings:
    return Settings(home=home, database_url=f"sqlite:///{home / 'audit.db'}", workers=1)


@pytest.fixture(scope="session")
def undisturbed(tmp_path_factory) -> tuple[Path, dict]:
    home = tmp_path_factory.mktemp("undisturbed")
    identifier_key(settings_of(home))
    done = tda(home, *AUDIT, CLOCK)
    assert done.returncode == SAME_CODE, done.stderr
    return home, json.loads(done.stdout)


@pytest.fixture
def home(undisturbed, tmp_path) -> Path:
    """A new workspace with the keys of the undisturbed one: the same identifiers, same digests."""
    fresh = tmp_path / "home"
    fresh.mkdir()
    shutil.copytree(undisturbed[0] / "keys", fresh / "keys")
    return fresh


def same_outcome(undisturbed: tuple[Path, dict], home: Path, outcome: dict) -> None:
    """The second attempt at the run, in `home`, came to what the undisturbed run came to."""
    reference, expected = undisturbed
    assert outcome["attempt"] == 2
    assert {name: outcome[name] for name in FIGURES} == {name: expected[name] for name in FIGURES}
    one, two = open_store(settings_of(reference)), open_store(settings_of(home))
    run_id = outcome["run_id"]
    assert to_json(runs.findings_of(two, run_id)) == to_json(runs.findings_of(one, run_id))
    assert to_json(runs.gate_of(two, run_id)) == to_json(runs.gate_of(one, run_id))
    assert evidence(two, run_id) == evidence(one, run_id)
    assert temporaries(home) == []


def evidence(store, run_id: str) -> dict[str, list[str]]:
    found = stages_of(store, run_id)
    return {stage.stage: [table.digest for table in stage.tables] for stage in found}


def temporaries(home: Path) -> list[Path]:
    found = [path for path in home.rglob("*") if path.name.startswith((".tmp-", "work-", "spill-"))]
    return [*found, *home.rglob("*.part")]


def rows(home: Path, table: sa.Table) -> int:
    engine = make_engine(f"sqlite:///{home / 'audit.db'}")
    with engine.connect() as connection:
        return connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()


def in_relate(home: Path) -> bool:
    """The pairs are known, what they were found from is there, and nothing is kept in the index."""
    work, states = list(home.glob("indexes/*/work-*/*")), list(home.glob("indexes/*/*.json"))
    return bool(work) and not states and rows(home, stage_results) == 3


def in_a_query(home: Path) -> bool:
    """DuckDB's answer is whole under its temporary name, and nothing has its own name yet."""
    parts = list((home / "tmp").glob(".tmp-*.part"))
    return len(parts) == 1 and parts[0].stat().st_size > 0


PLACES = [
    pytest.param(
        "pipelines.store.evidence:pq.write_table",
        "6+",
        "scan",
        lambda home: len(list((home / "evidence" / "incoming").glob(".tmp-*"))) == 1,
        id="an evidence table is there under its temporary name",
    ),
    pytest.param(
        "pipelines.stages.shard:write_whole",
        "1",
        "scan",
        lambda home: not list((home / "evidence" / "shards").glob("*.json")),
        id="the tables of a shard are written, its marker is not",
    ),
    pytest.param(
        "pipelines.stages.relate:judge_candidates",
        "1+",
        "relate",
        in_relate,
        id="relate has its pairs",
    ),
    pytest.param(
        "pipelines.engine.queries:Queries.copy",
        "1+",
        "profile",
        in_a_query,
        id="a query has its answer",
    ),
    pytest.param(
        "pipelines.store.stage_results:insert_once",
        "6+",
        "profile",
        lambda home: (rows(home, stage_results), rows(home, run_stages)) == (5, 5),
        id="a stage result is inserted, its marker is not",
    ),
    pytest.param(
        "pipelines.stages.seal:sign_tree",
        "1",
        "seal",
        lambda home: (rows(home, ledger_heads), rows(home, ledger_entries)) == (0, 1),
        id="seal has appended and not signed",
    ),
    pytest.param(
        "pipelines.report.writing:_put",
        "4",
        "report",
        lambda home: (
            sorted(p.name for p in home.glob("reports/*/*"))
            == ["history.en.html", "history.zh.html", "report.zh.html"]
        ),
        id="the report is there in Chinese and not in English",
    ),
    pytest.param(
        "pipelines.store.registrations:islice",
        "4",
        "register",
        lambda home: rows(home, consents) == 0,
        id="register is in the middle of the consents",
    ),
    pytest.param(
        "pipelines.stages.controls:judge_all", "1", "controls", lambda home: True, id="in controls"
    ),
    pytest.param(
        "pipelines.store.runs:finish",
        "1",
        None,
        lambda home: rows(home, run_stages) == 12,
        id="all is done but the word that it is",
    ),
]


@pytest.mark.parametrize(("point", "when", "stage", "left"), PLACES)
def test_a_killed_run_goes_on_to_the_same_result(
    point: str,
    when: str,
    stage: str | None,
    left: Callable[[Path], bool],
    undisturbed,
    home,
):
    killed = tda(home, *AUDIT, CLOCK, kill=(point, when))
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert left(home)

    # started again at another time, it is the same run with the clock it began with
    done = tda(home, *AUDIT, LATER)
    assert done.returncode == SAME_CODE, done.stderr
    outcome = json.loads(done.stdout)
    same_outcome(undisturbed, home, outcome)
    stages = outcome["stages"]
    assert outcome["reused_stages"] == stages[: stages.index(stage) if stage else None]


def test_the_ledger_shows_the_interrupted_attempt_and_loses_nothing(undisturbed, home):
    killed = tda(home, *AUDIT, CLOCK, kill=("pipelines.stages.gate:decide", "1"))
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    done = tda(home, *AUDIT, CLOCK)
    assert done.returncode == SAME_CODE, done.stderr
    assert tda(home, "ledger", "verify").returncode == 0
    kinds = entry_kinds(home)
    assert kinds.count("run-interrupted") == 1
    assert kinds.count("run-started") == 2
    rest = [kind for kind in kinds if not kind.startswith("run-")]
    assert sorted(rest) == sorted(
        kind for kind in entry_kinds(undisturbed[0]) if not kind.startswith("run-")
    )


@pytest.mark.slow
def test_cold_processes_killed_and_resumed_end_the_same(undisturbed, home):
    """As above, without the process that forks: two that import everything themselves."""
    point = [killed_at.__file__, "pipelines.stages.gate:decide", "1"]
    environment = {**os.environ, "TDA_HOME": str(home)}
    for command, code in (
        ([*point, *AUDIT, CLOCK], -signal.SIGKILL),
        (["-m", "pipelines.cli", *AUDIT, LATER], SAME_CODE),
    ):
        done = subprocess.run(
            [sys.executable, *command],
            env=environment,
            capture_output=True,
            text=True,
            cwd=ROOT,
            check=False,
        )
        assert done.returncode == code, done.stderr
    same_outcome(undisturbed, home, json.loads(done.stdout))


def entry_kinds(home: Path) -> list[str]:
    query = sa.select(ledger_entries.c.predicate).order_by(ledger_entries.c.position)
    with open_store(settings_of(home)).engine.connect() as connection:
        predicates = [str(row.predicate) for row in connection.execute(query)]
    names = ("run-started", "run-interrupted", "evidence", "findings", "gate", "sample-draw")
    return [next(name for name in names if name in predicate) for predicate in predicates]
