"""A worker dies while a query shuffles: Spark makes again what it held, and answers the same."""

import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from spark_cluster import Cluster

from pipelines.engine.base import Engine
from pipelines.engine.local import Local
from pipelines.engine.spark import Spark
from pipelines.stages.placing import BAND_COLUMNS, FLAT
from pipelines.stages.shared import Shared, find_shared

pytestmark = [pytest.mark.spark, pytest.mark.slow]

TEXTS = 200_000
PATIENCE = 300.0


@pytest.fixture(scope="module")
def flat(tmp_path_factory) -> list[str]:
    """Texts in four tables: some are equal to the one before, some share a band key with it."""
    rng = np.random.default_rng(20261128)
    folder = tmp_path_factory.mktemp("flat")
    hashes = rng.integers(-(2**63), 2**63, (TEXTS, 2), np.int64)
    bands = rng.integers(-(2**63), 2**63, (TEXTS, len(BAND_COLUMNS)), np.int64)
    equal, near = np.arange(10, TEXTS, 20), np.arange(5, TEXTS, 20)
    hashes[equal], bands[equal] = hashes[equal - 1], bands[equal - 1]
    bands[near, near % len(BAND_COLUMNS)] = bands[near - 1, near % len(BAND_COLUMNS)]
    columns = {
        "place": np.arange(TEXTS, dtype=np.int64),
        "text_high": hashes[:, 0],
        "text_low": hashes[:, 1],
        "chars": np.full(TEXTS, 500, np.int64),
        "source": np.zeros(TEXTS, np.int64),
        **{name: bands[:, at] for at, name in enumerate(BAND_COLUMNS)},
    }
    table = pa.table({name: columns[name] for name in FLAT.names}, schema=FLAT)
    paths = [str(folder / f"texts-{number}.parquet") for number in range(4)]
    for number, path in enumerate(paths):
        pq.write_table(table.slice(number * TEXTS // 4, TEXTS // 4), path)
    return paths


class Watched:
    """An engine that says which query it is in, and since when."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.map, self.fetch = engine.map, engine.fetch
        self.inside: tuple[str, float] | None = None

    def sql(self, query: str, tables: Mapping[str, str | Sequence[str]], out: str) -> None:
        self.inside = (Path(out).stem, time.time())
        self._engine.sql(query, tables, out)
        self.inside = None


def shuffling(cluster: Cluster, since: float) -> int:
    """Executors that have written parts of a shuffle since then."""
    files = (cluster.folder / "local").glob("**/shuffle_*.data")
    fresh = [path for path in files if path.stat().st_mtime >= since]
    return len({path.parents[1] for path in fresh})


def arrays(found: Shared) -> list[list[int]]:
    equal, members = found.equal, found.members
    columns = (equal.places, equal.firsts, members.places, members.hashes, found.keys)
    return [column.ravel().tolist() for column in (*columns, found.numbers)]


def test_a_worker_killed_while_both_have_written_their_parts(
    flat, spark_cluster_of_two, tmp_path, monkeypatch
):
    (tmp_path / "here").mkdir()
    with Local(1, "400MB", tmp_path / "spill") as local:
        expected = find_shared(flat, engine=local, folder=tmp_path / "here")
    assert len(expected.equal.places) == TEXTS // 10
    assert len(expected.keys) == TEXTS // 10
    struck: list[tuple[str, int, bool]] = []

    with Spark(spark_cluster_of_two.address, tmp_path / "shared") as spark:
        engine = Watched(spark)

        def kill() -> None:
            deadline = time.monotonic() + PATIENCE
            while time.monotonic() < deadline:
                inside = engine.inside
                if inside is not None and inside[0].startswith("entries"):
                    executors = shuffling(spark_cluster_of_two, inside[1])
                    if executors >= 2:
                        spark_cluster_of_two.kill_worker()
                        struck.append((inside[0], executors, engine.inside == inside))
                        return
                time.sleep(0.01)

        killer = threading.Thread(target=kill)
        killer.start()
        try:
            (tmp_path / "there").mkdir()
            found = find_shared(flat, engine=engine, folder=tmp_path / "there")
        finally:
            killer.join()
            spark_cluster_of_two.add_worker()
    assert struck == [("entries-00", 2, True)], "nobody died in the middle of that query"
    assert arrays(found) == arrays(expected)
