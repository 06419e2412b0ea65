"""What a Spark cluster costs: seconds of processor, memory and shuffled bytes of scan and relate.

    .venv/bin/python benchmarks/spark_scale.py relate --records 1000000
    .venv/bin/python benchmarks/spark_scale.py scan --megabytes 200

Starts a master and two workers of one core on this machine, asks for the same work as `Local`
does, compares what came out, and prints one line an engine. Processor time is that of all processes
of the engine; shuffled bytes are what Spark's own pages say. Two workers on one machine show what
Spark adds, not how many machines help.
"""

import argparse
import hashlib
import json
import os
import platform
import resource
import shutil
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from importlib.metadata import version
from itertools import islice
from pathlib import Path

import pyarrow as pa
from audit_records import generate as generate_texts
from relate_scale import disk, generate

from pipelines import flow
from pipelines.engine.base import Engine
from pipelines.engine.local import Local
from pipelines.engine.spark import Spark
from pipelines.settings import Settings
from pipelines.stages.base import Silent
from pipelines.stages.order import ORDER
from pipelines.stages.shared import find_shared
from pipelines.store import runs
from pipelines.store.database import open_store

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests" / "services"))
import spark_cluster  # noqa: E402

AT = datetime(2026, 11, 28, tzinfo=UTC)
LENGTH = 2_000
"""Bytes of a record, about."""
TICK = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")


def main() -> None:
    """Generate, do the work on both engines, compare, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=["relate", "scan"])
    parser.add_argument("--records", type=int, default=1_000_000)
    parser.add_argument("--megabytes", type=int, default=200)
    parser.add_argument("--shards", type=int, default=8)
    parser.add_argument("--executor-memory", default="2g")
    given = parser.parse_args()
    versions = f"Spark {version('pyspark')}, DuckDB {version('duckdb')}"
    print(
        f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, ",
        end="",
    )
    print(f"{versions}, load {os.getloadavg()[0]:.1f}")
    with tempfile.TemporaryDirectory(prefix="tda-spark-") as name:
        folder = Path(name)
        if given.what == "relate":
            expected = generate(folder, given.records)
            size = disk(folder)
            work: Callable[[Engine, Path], str] = partial(relate, folder)
            print(f"{given.records:,} records in flat tables of {size / 1e6:.0f} MB, {expected}")
        else:
            size = texts(folder, given.megabytes * 1_000_000, given.shards)
            work = partial(scan, folder)
            print(f"{size / 1e6:.0f} MB of JSON Lines in {given.shards} files")
        digests = {on_local(folder, work), on_spark(folder, work, given.executor_memory)}
        if len(digests) != 1:
            sys.exit("the engines differ")


def texts(folder: Path, size: int, shards: int) -> int:
    """Files of JSON Lines with about `size` bytes in all, and the manifest that names them."""
    records = size // LENGTH
    generate_texts(folder, records, LENGTH)
    whole = folder / "data.jsonl"
    paths = [folder / f"shard-{number:03}.jsonl" for number in range(shards)]
    with whole.open("rb") as lines:
        for path in paths:
            with path.open("wb") as out:
                out.writelines(islice(lines, -(-records // shards)))
    whole.unlink()
    manifest = folder / "dataset.yaml"
    described = json.loads(manifest.read_text(encoding="utf-8")) | {"files": ["shard-*.jsonl"]}
    manifest.write_text(json.dumps(described), encoding="utf-8")
    return sum(path.stat().st_size for path in paths)


def relate(folder: Path, engine: Engine, work: Path) -> str:
    """Equal texts and shared band keys of the flat tables, as a digest."""
    flat = sorted(str(path) for path in folder.glob("texts-*.parquet"))
    found = find_shared(flat, engine=engine, folder=work)
    sha = hashlib.sha256()
    for array in (found.equal.places, found.members.places, found.keys, found.numbers):
        sha.update(array.tobytes())
    return sha.hexdigest()


def scan(folder: Path, engine: Engine, work: Path) -> str:
    """The files ingested and scanned, everything on, as a digest of the evidence."""
    settings = Settings(home=work, database_url=f"sqlite:///{work / 'audit.db'}", workers=2)
    if (folder / "keys").exists():  # identifiers are kept under a key of the workspace
        shutil.copytree(folder / "keys", work / "keys")
    store = open_store(settings)
    run_id = flow.begin(
        folder / "dataset.yaml", policy=None, at=AT, owner="bench", settings=settings, store=store
    )
    for name in ORDER[: ORDER.index("scan") + 1]:
        flow.run_stage(
            name, run_id, settings=settings, store=store, engine=engine, progress=Silent()
        )
    tables = sorted(f"{ref.kind} {ref.digest}" for ref in runs.stage_tables(store, run_id, "scan"))
    store.engine.dispose()
    if not (folder / "keys").exists():
        shutil.copytree(work / "keys", folder / "keys")
    return hashlib.sha256(json.dumps(tables).encode()).hexdigest()


def on_local(folder: Path, work: Callable[[Engine, Path], str]) -> str:
    """The digest, and the line of this machine alone with two workers."""
    place = folder / "local"
    place.mkdir()
    before, began = used(), time.monotonic()
    with Watch([os.getpid()]) as watch, Local(2, "2GB", folder / "spill") as engine:
        digest = work(engine, place)
    pa.default_memory_pool().release_unused()
    print(
        f"  Local: {time.monotonic() - began:.1f} s wall, {used() - before:.1f} s CPU, "
        f"{watch.peak['python'] / 1e6:,.0f} MB at most",
        flush=True,
    )
    return digest


def on_spark(folder: Path, work: Callable[[Engine, Path], str], memory: str) -> str:
    """The digest, and the line of a cluster of two workers."""
    place = folder / "spark"
    place.mkdir()
    spark_cluster.EXECUTOR_MEMORY = memory
    spark_cluster.MEMORY = memory
    page = spark_cluster.free_port()
    with spark_cluster.running(folder / "cluster") as cluster:
        defaults = folder / "cluster" / "conf" / "spark-defaults.conf"
        with defaults.open("a", encoding="utf-8") as more:
            more.write(
                f"spark.ui.enabled true\nspark.ui.port {page}\nspark.ui.retainedStages 9999\n"
            )
        os.environ.update(spark_cluster.environment(folder / "cluster"))
        pids = [os.getpid(), *(process.pid for process in cluster.processes)]
        with Spark(cluster.address, folder / "shared") as engine:
            list(engine.map(os.path.basename, ["a/b"]))  # its start is told apart
            before, began = spent(pids), time.monotonic()
            with Watch(pids) as watch:
                digest = work(engine, place)
            ended = time.monotonic()
            cpu = spent(pids) - before
            moved = metrics(page)
    print(
        f"  Spark: {ended - began:.1f} s wall, {cpu:.1f} s CPU, at most "
        f"{watch.peak['java'] / 1e6:,.0f} MB of Java (master, workers, executors, driver) and "
        f"{watch.peak['python'] / 1e6:,.0f} MB of Python; shuffled "
        f"{moved['shuffleWriteBytes'] / 1e6:,.1f} MB, spilled "
        f"{moved['diskBytesSpilled'] / 1e6:,.1f} MB, in {moved['stages']} stages",
        flush=True,
    )
    return digest


def metrics(port: int) -> dict[str, int]:
    """Sums over the stages of the application, from its page."""
    base = f"http://127.0.0.1:{port}/api/v1/applications"
    with urllib.request.urlopen(base, timeout=30) as answer:
        application = json.load(answer)[0]["id"]
    with urllib.request.urlopen(f"{base}/{application}/stages", timeout=30) as answer:  # noqa: S310
        stages = json.load(answer)
    names = ("shuffleWriteBytes", "diskBytesSpilled")
    return {**{name: sum(one[name] for one in stages) for name in names}, "stages": len(stages)}


def used() -> float:
    """Seconds of processor of this process and of those it has waited for."""
    both = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in both)


def spent(pids: list[int]) -> float:
    """Seconds of processor of `pids`, of what they have started, and of what has ended there."""
    total = 0
    for pid in {*pids, *(child for top in pids for child in spark_cluster.descendants(top))}:
        try:
            text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
        except OSError:
            continue
        total += sum(map(int, text.rpartition(")")[2].split()[11:15]))
    return total / TICK


class Watch:
    """The most memory that Java and Python processes have held together, looked at often."""

    def __init__(self, pids: list[int]) -> None:
        self.peak = {"java": 0, "python": 0}
        self._pids = pids
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch)

    def __enter__(self) -> "Watch":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._over.wait(0.2):
            held = {"java": 0, "python": 0}
            pids = {child for pid in self._pids for child in spark_cluster.descendants(pid)}
            for pid in {*self._pids, *pids}:
                try:
                    name = Path(f"/proc/{pid}/comm").read_text(encoding="utf-8")
                    pages = Path(f"/proc/{pid}/statm").read_text(encoding="utf-8").split()[1]
                except OSError:
                    continue
                held["java" if name.startswith("java") else "python"] += int(pages) * PAGE
            self.peak = {kind: max(self.peak[kind], held[kind]) for kind in held}


if __name__ == "__main__":
    main()
