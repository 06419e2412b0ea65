"""A Spark cluster for the session, and an example audited twice with every query remembered."""

import json
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import spark_cluster
from growing_index import grow
from recording_engine import Asked, Recording

from pipelines import flow
from pipelines.engine.local import Local
from pipelines.engine.spark import Spark
from pipelines.settings import Settings
from pipelines.stages import few_changes, looking_up, record_changes, sharing
from pipelines.stages.asking import Asking
from pipelines.stages.base import Silent
from pipelines.stages.figures_by_sql import figures_by_sql
from pipelines.stages.profile import of_kind
from pipelines.store import runs
from pipelines.store.database import open_store

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "support-dialogues"


@pytest.fixture(scope="session")
def spark_cluster_of_two(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[spark_cluster.Cluster]:
    """A master and two workers; without Java the test is skipped, or fails under CI."""
    folder = tmp_path_factory.mktemp("spark") / "cluster"
    try:
        with pytest.MonkeyPatch.context() as patch, spark_cluster.running(folder) as cluster:
            for name, value in spark_cluster.environment(folder).items():
                patch.setenv(name, value)
            yield cluster
    except spark_cluster.NotHereError as error:
        spark_cluster.missing(str(error))


@pytest.fixture(scope="module")
def spark(
    spark_cluster_of_two: spark_cluster.Cluster, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Spark]:
    """The engine on the cluster, for the tests of one module: it holds every core."""
    folder = tmp_path_factory.mktemp("shared") / "it's [shared] * {by} 所有"
    with Spark(spark_cluster_of_two.address, folder / "temp") as engine:
        yield engine


@pytest.fixture(scope="session")
def asked(tmp_path_factory: pytest.TempPathFactory) -> list[Asked]:
    """Every query of two audits of an example that changed in between, and of their comparison."""
    home = tmp_path_factory.mktemp("asked")
    data = home / "example"
    shutil.copytree(EXAMPLE, data)
    settings = Settings(
        home=home / "home", database_url=f"sqlite:///{home / 'home' / 'audit.db'}", workers=1
    )
    store = open_store(settings)
    policy = data / "policy.yaml"
    policy.write_text("keywords: {library: keywords.csv}\n", encoding="utf-8")
    (data / "keywords.csv").write_text("term,risk\norder,A.1.a\n的,A.2.b\n", encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch, Local(1, "256MB", home / "temp") as local:
        # few texts, and few changes, would be asked about by no query
        patch.setattr(sharing, "MOST_IN_MEMORY", 0)
        patch.setattr(looking_up, "MOST_LOOKED_UP", 0)
        patch.setattr(few_changes, "MOST_ROWS", 0)
        patch.setattr(record_changes, "ANSWER_ROWS", 0)
        engine = Recording(local, home / "asked")
        for day in (19, 20):
            run_id = flow.begin(
                data / "dataset.yaml",
                policy=policy,
                at=datetime(2026, 11, day, tzinfo=UTC),
                owner="test",
                settings=settings,
                store=store,
            )
            for _ in flow.carry_out(
                run_id, settings=settings, store=store, engine=engine, progress=Silent()
            ):
                pass
            change(data / "data")
        # of what an earlier release scanned
        scanned = runs.stage_tables(store, run_id, "scan")
        tables = {
            kind: of_kind(scanned, kind) for kind in ("records", "hits", "keywords", "quarantine")
        }
        figures_by_sql(Asking(engine, store), tables, searched=True)
        grow(engine, home / "growing")
    store.engine.dispose()
    return engine.asked


def change(folder: Path) -> None:
    """Records removed, moved within and between files, changed, added, and without a source."""
    english, chinese = folder / "dialogues-en.jsonl", folder / "dialogues-zh.jsonl"
    first = english.read_text(encoding="utf-8").splitlines()
    second = chinese.read_text(encoding="utf-8").splitlines()
    nowhere = [{**json.loads(line), "source": None, "subject": None} for line in first[20:24]]
    more = [json.dumps({**one, "id": f"new-{n}"}) for n, one in enumerate(nowhere)]
    write(english, [*first[3:9], *first[10:], second[7], *more])
    write(chinese, [second[5], *second[:5], *second[9:], second[9], "no record at all"])


def write(path: Path, lines: list[str]) -> None:
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
