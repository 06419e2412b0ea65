"""Audits on a cluster end with the evidence, clusters, findings and gate of one machine."""

import json
import shutil
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from disturbing import CLOCK, settings_of, tda
from engine_items import scanned_while_held
from generated_texts import many_texts

from pipelines import flow
from pipelines.engine.base import Engine, Summary
from pipelines.engine.local import Local
from pipelines.engine.spark import Spark
from pipelines.model.errors import EvidenceError
from pipelines.model.ids import RunId
from pipelines.stages import sharing
from pipelines.stages.base import Silent
from pipelines.stages.compare import contamination_of
from pipelines.stages.order import ORDER
from pipelines.store import runs
from pipelines.store.codec import to_json
from pipelines.store.database import open_store

pytestmark = [pytest.mark.spark, pytest.mark.slow]

AT = datetime(2026, 11, 19, 17, tzinfo=UTC)
SHARDS = 6


@dataclass(frozen=True)
class Ended:
    """What an audit left that depends on its data alone."""

    tables: dict[str, list[str]]
    figures: dict[str, object]
    findings: str
    gate: str


@pytest.fixture(scope="module")
def dataset(tmp_path_factory) -> Path:
    """A manifest of shards that are scanned one by one, with repetitions within and across."""
    manifest = many_texts(tmp_path_factory.mktemp("many") / "data", files=SHARDS, records=800)
    assert all(part.stat().st_size > 1024**2 for part in manifest.parent.glob("*.jsonl"))
    return manifest


@pytest.fixture(scope="module")
def here(dataset, tmp_path_factory) -> tuple[Path, Ended]:
    """The workspace of an audit on this machine alone, and what it left."""
    home = tmp_path_factory.mktemp("here")
    with Local(1, "256MB", home / "tmp") as engine:
        run_id = audited(dataset, home, engine)
    return home, ended(home, run_id)


def workspace(folder: Path, like: Path) -> Path:
    """A new workspace with the identifier key of another: keyed digests can be compared."""
    home = folder / "home"
    home.mkdir(parents=True)
    shutil.copytree(like / "keys", home / "keys")
    return home


def audited(manifest: Path, home: Path, engine: Engine, stages: Sequence[str] = ORDER) -> RunId:
    settings = settings_of(home)
    store = open_store(settings)
    run_id = flow.begin(manifest, policy=None, at=AT, owner="test", settings=settings, store=store)
    try:
        for name in stages:
            flow.run_stage(
                name, run_id, settings=settings, store=store, engine=engine, progress=Silent()
            )
    finally:
        store.engine.dispose()
    return run_id


def ended(home: Path, run_id: RunId) -> Ended:
    store = open_store(settings_of(home))
    tables = {
        stage: sorted(f"{ref.kind} {ref.digest} {ref.rows}" for ref in refs)
        for stage in ORDER
        if (refs := runs.stage_tables(store, run_id, stage))
    }
    figures = {name: runs.stage_summary(store, run_id, name) for name in ("scan", "relate")}
    profile = runs.stage_summary(store, run_id, "profile")
    found = Ended(
        tables=tables,
        figures={**figures, "profile": profile},
        findings=to_json(runs.findings_of(store, run_id)),
        gate=to_json(runs.gate_of(store, run_id)),
    )
    store.engine.dispose()
    return found


def pairs_in(ended: Ended) -> int:
    return sum(int(line.split()[-1]) for line in ended.tables["relate"])


class Held:
    """An engine whose scan stops at every item but the first, until the file `go` is there."""

    def __init__(self, engine: Spark, folder: Path) -> None:
        self._engine = engine
        self._folder = folder
        self.sql, self.fetch = engine.sql, engine.fetch

    def map(self, fn, items: Sequence[str]) -> Iterator[Summary]:
        if getattr(fn, "__name__", "") == "scan_batch":
            fn = partial(scanned_while_held, folder=str(self._folder))
        return self._engine.map(fn, items)


def test_a_worker_killed_in_the_middle_of_the_scan_changes_nothing(
    here, dataset, spark_cluster_of_two, tmp_path, monkeypatch
):
    monkeypatch.setattr(sharing, "MOST_IN_MEMORY", 0)  # by queries, though the texts are few
    first, expected = here
    home = workspace(tmp_path, first)
    marks = tmp_path / "marks"
    marks.mkdir()
    seen: list[int] = []

    def kill() -> None:
        deadline = time.monotonic() + 300
        shards = home / "evidence" / "shards"
        # one shard has its outputs, and both workers are in the middle of another one
        while time.monotonic() < deadline and not (
            list(shards.glob("*.json")) and len(list(marks.glob("held*"))) >= 2
        ):
            time.sleep(0.05)
        seen.append(len(list(shards.glob("*.json"))))
        spark_cluster_of_two.kill_worker()
        (marks / "go").touch()

    killer = threading.Thread(target=kill)
    killer.start()
    try:
        with Spark(spark_cluster_of_two.address, home / "tmp") as engine:
            run_id = audited(dataset, home, Held(engine, marks))
    finally:
        killer.join()
        spark_cluster_of_two.add_worker()
    assert seen == [1]
    assert len(list(marks.glob("held*"))) >= SHARDS  # what the dead worker held was begun again
    assert pairs_in(expected) > 50
    assert ended(home, run_id) == expected


def test_a_shard_that_fails_is_named_and_the_others_are_scanned(
    here, dataset, spark_cluster_of_two, tmp_path
):
    home = workspace(tmp_path, here[0])
    folder = tmp_path / "data"
    shutil.copytree(dataset.parent, folder)
    with Spark(spark_cluster_of_two.address, home / "tmp") as engine:
        audited(folder / "dataset.yaml", home, engine, ("register", "ingest"))
        shard = folder / "part-3.jsonl"
        shard.write_bytes(shard.read_bytes()[::-1])
        with pytest.raises(EvidenceError, match=r"1 files could not be scanned: part-3\.jsonl"):
            audited(folder / "dataset.yaml", home, engine, ("scan",))  # goes on with that run
    assert len(list((home / "evidence" / "shards").glob("*.json"))) == SHARDS - 1


def test_the_questions_of_an_evaluation_set_are_found_alike(
    here, dataset, spark_cluster_of_two, tmp_path, monkeypatch
):
    first = json.loads((dataset.parent / "part-1.jsonl").read_text().splitlines()[1])["text"]
    exam = tmp_path / "exam" / "dataset.yaml"
    exam.parent.mkdir()
    content = dataset.read_text(encoding="utf-8").replace("dataset: many", "dataset: exam")
    exam.write_text(content.replace("fine_tune", "evaluation"), encoding="utf-8")
    asked = [first, f"{first} and so on", "a question that nothing in the data is like"]
    asked.append(first[len(first) // 3 : 2 * len(first) // 3])  # inside a longer text
    lines = [json.dumps({"text": text}) + "\n" for text in asked]
    (exam.parent / "part-0.jsonl").write_text("".join(lines), encoding="utf-8")
    found = []
    # by queries too, though the texts are few
    for name, most in (("local", 500_000), ("spark", 500_000), ("queries", 0)):
        monkeypatch.setattr(sharing, "MOST_IN_MEMORY", most)
        home = workspace(tmp_path / name, here[0])
        with Local(1, "256MB", home / "tmp") as local:
            audited(exam, home, local)
            if name == "local":
                found.append(ended(home, audited(dataset, home, local)))
                continue
        with Spark(spark_cluster_of_two.address, home / "tmp") as engine:
            run_id = audited(dataset, home, engine)
            found.append(ended(home, run_id))
    assert found[0].tables["compare"] == found[1].tables["compare"] == found[2].tables["compare"]
    assert found[0] == found[1]
    assert int(found[0].tables["compare"][0].split()[-1]) >= 3
    store = open_store(settings_of(home))
    (exam_set,) = contamination_of(run_id, store).sets
    store.engine.dispose()
    assert (exam_set.questions_exact, exam_set.questions_inside) == (1, 1)


@pytest.fixture
def on_spark(spark_cluster_of_two) -> dict[str, str]:
    return {"TDA_SPARK_MASTER": spark_cluster_of_two.address}


def test_tda_audit_says_the_same_on_a_cluster(here, dataset, on_spark, tmp_path):
    home = workspace(tmp_path, here[0])
    outcomes = []
    for name in ("local", "spark"):
        place = home / name
        shutil.copytree(here[0] / "keys", place / "keys")
        arguments = ("--engine", name, "--at", CLOCK, "--json")
        done = tda(place, "audit", str(dataset), *arguments, **on_spark)
        assert done.returncode == 3, done.stderr
        outcomes.append(json.loads(done.stdout))
    for outcome in outcomes:
        for own in ("run_id", "report", "seconds"):
            outcome.pop(own)
    assert outcomes[0] == outcomes[1]
    assert outcomes[0]["near_duplicates"] > 50


def test_tda_dups_finds_the_same_pairs_on_a_cluster(dataset, on_spark, tmp_path):
    files = sorted(str(path) for path in dataset.parent.glob("*.jsonl"))
    pairs = []
    for name in ("local", "spark"):
        out = tmp_path / f"{name}.parquet"
        arguments = ("--text", "text", "--engine", name, "--pairs", str(out), "--json")
        done = tda(tmp_path / name, "dups", *files, *arguments, **on_spark)
        assert done.returncode == 0, done.stderr
        pairs.append(pq.read_table(out))
    assert pairs[0].num_rows > 50
    assert pairs[0].equals(pairs[1])
