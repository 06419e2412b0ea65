"""Several processes at once on one store: each run has one owner, and every fact is there once."""

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from tiny_dataset import write_tiny

from connectors.manifest import read_manifest
from pipelines.model.annotation import Annotator
from pipelines.model.run import AuditRun
from pipelines.store import registrations, runs
from pipelines.store.database import Store, open_store
from pipelines.store.ledger_entries import reading
from pipelines.store.tables import qualifications
from pipelines.store.tables import registrations as registered

ROOT = Path(__file__).resolve().parents[2]
AT = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)

BEGIN = """
import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from pipelines import flow
from pipelines.ownership import this_process
from pipelines.settings import read_settings
from pipelines.store.database import open_store

settings = read_settings()
store = open_store(settings)
at = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
print("ready", flush=True)
for line in sys.stdin:
    run_id = flow.begin(
        Path(line.strip()), policy=None, at=at, owner=this_process(), settings=settings, store=store
    )
    print(json.dumps([run_id, this_process()]), flush=True)
"""


@pytest.fixture
def manifest(tmp_path: Path) -> Path:
    return write_tiny(tmp_path)


@pytest.fixture
def beginners(store: Store):
    """Three processes, each of which begins a run for every manifest it is told."""
    home, url = str(store.settings.home), store.settings.database_url
    started = [
        subprocess.Popen(
            [sys.executable, "-c", BEGIN],
            env={**os.environ, "TDA_HOME": home, "TDA_DATABASE_URL": url},
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]
    yield started
    for process in started:
        process.kill()
        process.communicate()


def tell(beginners: list[subprocess.Popen[str]], manifest: Path) -> list[tuple[str, str]]:
    """What each of them began: run and owner."""
    for process in beginners:
        process.stdin.write(f"{manifest}\n")
        process.stdin.flush()
    return [tuple(json.loads(process.stdout.readline())) for process in beginners]


def test_each_process_begins_a_run_of_its_own_and_only_one_takes_over_an_interrupted_one(
    store: Store, manifest: Path, beginners
):
    for process in beginners:
        assert process.stdout.readline() == "ready\n"
    began = tell(beginners, manifest)
    assert len({run_id for run_id, _ in began}) == 3
    assert {(run.id, run.owner) for run in runs.all_runs(store)} == set(began)
    with store.engine.connect() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(registered)).scalar() == 1

    # one interrupted run is left, whose owner is gone: exactly one of the three gets it
    left, *others = runs.all_runs(store)
    for run in others:
        runs.finish(store, run.id)
    give_to_the_dead(store, left)
    again = tell(beginners, manifest)
    assert sum(run_id == left.id for run_id, _ in again) == 1
    assert len({run_id for run_id, _ in again}) == 3
    owners = {run.id: (run.owner, run.attempt) for run in runs.all_runs(store)}
    for run_id, owner in again:
        assert owners[run_id] == (owner, 3 if run_id == left.id else 1)
    with reading(store.engine) as book:
        said = [entry.key for entry in book.entries() if entry.key.startswith(left.id)]
    kinds = ("started/1", "interrupted/1", "started/2", "interrupted/2", "started/3")
    assert said == [f"{left.id}/{kind}" for kind in kinds]


def give_to_the_dead(store: Store, run: AuditRun) -> None:
    """The run belongs to a process that was killed right after it had taken it over."""
    done = subprocess.run(
        [sys.executable, "-c", "from pipelines.ownership import *; print(this_process())"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert runs.take_over(store, run, owner=done.stdout.strip())


def test_people_and_registrations_are_on_record_once_whoever_comes_first(
    store: Store, manifest: Path
):
    dataset = read_manifest(manifest)
    people = [Annotator(id=f"A-{n:02}", roles=("annotator",)) for n in range(40)]

    def record(_: int) -> int:
        mine = open_store(store.settings)
        number = registrations.register(mine, dataset, at=AT)
        registrations.record_people(mine, number, people, at=AT)
        mine.engine.dispose()
        return number

    with ThreadPoolExecutor(6) as pool:
        assert len(set(pool.map(record, range(6)))) == 1
    with store.engine.connect() as connection:
        names = connection.execute(sa.select(qualifications.c.annotator)).scalars().all()
    assert sorted(names) == [person.id for person in people]


def test_runs_begun_at_once_never_share_an_id(store: Store, manifest: Path):
    number = registrations.register(store, read_manifest(manifest), at=AT)

    def start(_: int) -> str:
        mine = open_store(store.settings)
        run_id = begin(mine, number)
        mine.engine.dispose()
        return run_id

    with ThreadPoolExecutor(6) as pool:
        ids = list(pool.map(start, range(6)))
    assert len(set(ids)) == 6
    assert sorted(run.id for run in runs.all_runs(store)) == sorted(ids)


def begin(store: Store, registration: int) -> str:
    return runs.start(
        store,
        dataset="tiny",
        registration=registration,
        policy="{}",
        policy_digest="sha256:" + "0" * 64,
        code_version="tda 0.1.0",
        at=AT,
        owner="process:here:1:2",
    )


def test_a_sealed_run_is_never_taken_over(store: Store, manifest: Path):
    number = registrations.register(store, read_manifest(manifest), at=AT)
    found = runs.run(store, begin(store, number))
    runs.finish(store, found.id)
    assert not runs.take_over(store, found, owner="process:here:3:4")
    assert runs.run(store, found.id).owner == found.owner
