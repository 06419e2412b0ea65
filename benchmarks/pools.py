"""Processes or threads for the scan of one machine: the same files, both ways; nothing is asserted.

    .venv/bin/python benchmarks/pools.py --megabytes 200 --workers 2

The whole scan, evidence and all, with no keyword library. Kernels let other threads run; parsing
JSON and building tables do not. Each way takes its turn in every round; prints seconds and memory
of each, and of one worker.
"""

import argparse
import itertools
import os
import platform
import resource
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import audit_records
from scan_plan import plan_of

from pipelines.engine.base import Summary
from pipelines.engine.local import Local
from pipelines.model.dataset import Format
from pipelines.model.ids import digest_of
from pipelines.stages.shard import scan_batch
from pipelines.stages.shard_plan import Batch, Shard, keep_plan
from pipelines.store.codec import to_json
from pipelines.store.keys import identifier_key

Carried = Callable[[Callable[[str], Summary], list[str]], list[Summary]]


def main() -> None:
    """Generate, take turns, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=int, default=200)
    parser.add_argument("--shards", type=int, default=8)
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="tda-pools-") as name:
        folder = Path(name)
        for number in range(given.shards):
            part = folder / f"data-{number}"
            part.mkdir()
            audit_records.generate(
                part, given.megabytes * 1_000_000 // given.shards // 2_050, 2_000
            )
        paths = sorted(folder.glob("data-*/data.jsonl"))
        size = sum(path.stat().st_size for path in paths)
        print(
            f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, ",
            end="",
        )
        print(f"load {os.getloadavg()[0]:.1f}; {size / 1e6:.0f} MB in {len(paths)} files")
        items = scans(paths, folder)
        with processes(given.workers, folder) as by_processes, threads(given.workers) as by_threads:
            ways: dict[str, Carried] = {
                "one": lambda fn, given: [fn(item) for item in given],
                "processes": by_processes,
                "threads": by_threads,
            }
            by_processes(scan_batch, next(items))  # their start, which is paid once a run
            seconds: dict[str, list[float]] = {way: [] for way in ways}
            for _ in range(given.rounds):
                for way, carried in ways.items():
                    fresh = next(items)
                    began = time.monotonic()
                    done = carried(scan_batch, fresh)
                    seconds[way].append(time.monotonic() - began)
                    if failed := [one for one in done if one["error"]]:
                        raise RuntimeError(failed[0])
    for way, taken in seconds.items():
        least, usual = min(taken), statistics.median(taken)
        print(f"  {way:9} least {least:.2f} s, median {usual:.2f} s, {size / 1e6 / least:.0f} MB/s")
    most = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(
        f"  at most {own / 1024:.0f} MB with all threads, {most / 1024:.0f} MB a process",
        flush=True,
    )


def scans(paths: Sequence[Path], folder: Path) -> Iterator[list[str]]:
    """Again and again the scans of `paths`, each time with nothing on record."""
    shards = [
        Shard(
            file=str(path.relative_to(folder)),
            ordinal=number,
            digest=digest_of(path.read_bytes()),
            bytes=path.stat().st_size,
            format=Format.JSONL,
            source=None,
        )
        for number, path in enumerate(paths)
    ]
    for number in itertools.count():
        plan = plan_of(folder, folder / f"home-{number}")
        kept = keep_plan(plan)
        identifier_key(plan.settings)
        yield [to_json(Batch(plan=kept, shards=(shard,))) for shard in shards]


@contextmanager
def processes(workers: int, folder: Path) -> Iterator[Carried]:
    """The pool of `Local`."""
    with Local(workers, "256MB", folder / "temp") as engine:
        yield lambda fn, items: list(engine.map(fn, items))


@contextmanager
def threads(workers: int) -> Iterator[Carried]:
    """A pool of threads."""
    with ThreadPoolExecutor(workers) as pool:
        yield lambda fn, items: list(pool.map(fn, items))


if __name__ == "__main__":
    main()
