"""Processes or threads for the scan of one machine: the same files, both ways; nothing is asserted.

    .venv/bin/python benchmarks/pools.py --megabytes 200 --workers 2

Kernels let other threads run; reading JSON, hashing in Python and building tables do not. Prints a
line a round for each way, taking turns, with seconds and memory, and the time of one worker.
"""

import argparse
import os
import platform
import resource
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import audit_records

from connectors.base import ReadRequest
from pipelines.engine.base import Summary
from pipelines.engine.local import Local
from pipelines.stages.sketching import sketch_file

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
        work = partial(
            sketch_file, paths=paths, request=ReadRequest(columns=("text",)), folder=str(folder)
        )
        items = [str(number) for number in range(len(paths))]
        with processes(given.workers, folder) as by_processes, threads(given.workers) as by_threads:
            ways: dict[str, Carried] = {
                "one": lambda fn, given: [fn(item) for item in given],
                "processes": by_processes,
                "threads": by_threads,
            }
            by_processes(work, items)  # their start is told nowhere: it is paid once a run
            seconds: dict[str, list[float]] = {way: [] for way in ways}
            for _ in range(given.rounds):
                for way, carried in ways.items():
                    began = time.monotonic()
                    carried(work, items)
                    seconds[way].append(time.monotonic() - began)
    for way, taken in seconds.items():
        least, usual = min(taken), statistics.median(taken)
        print(f"  {way:9} least {least:.2f} s, median {usual:.2f} s, {size / 1e6 / least:.0f} MB/s")
    most = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(
        f"  at most {own / 1024:.0f} MB with all threads, {most / 1024:.0f} MB a process",
        flush=True,
    )


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
