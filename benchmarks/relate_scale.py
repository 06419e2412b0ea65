"""Seconds, peak memory and peak disk of relating many records; only the counts are checked.

    .venv/bin/python benchmarks/relate_scale.py --records 10000000 --memory 4GB

Writes flat tables of generated texts into a temporary folder: no text is behind them, so what is
measured is finding equal texts, finding candidates band by band, and putting them into groups;
comparing the candidates' texts is not. A twentieth of the records is equal to an earlier one,
another twentieth shares each band key of an earlier one as texts of Jaccard similarity 0.875 do,
and one key is shared by every hundred thousandth. The counts found have to be those planted.
"""

import argparse
import json
import multiprocessing
import os
import platform
import resource
import sys
import tempfile
import threading
import time
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
from numpy.typing import NDArray

from pipelines.engine.local import Local
from pipelines.kernels.sketch_spec import ROWS
from pipelines.model.evidence import BANDS
from pipelines.stages.candidates import bands_at_once
from pipelines.stages.placing import flat_table, places
from pipelines.stages.preference import FIRST, arranged
from pipelines.stages.shared import find_shared

PART = 1_000_000
SHARE = 0.875**ROWS
"""Probability that texts of this similarity share one band key."""
CROWD = 100_000


def main() -> None:
    """Generate, relate in a process of its own, check, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=1_000_000)
    parser.add_argument("--memory", default="4GB", help="what DuckDB may use before it spills")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--folder", type=Path, help="where the temporary folder is made")
    given = parser.parse_args()
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    with tempfile.TemporaryDirectory(prefix="tda-scale-", dir=given.folder) as name:
        folder = Path(name)
        expected = generate(folder, given.records)
        size = disk(folder)
        watch = Disk(folder)
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        child = context.Process(target=relate, args=(folder, given.memory, given.workers, theirs))
        child.start()
        theirs.close()
        found = ours.recv()
        child.join()
        peak = watch.stop()
    for figure, count in expected.items():
        if found[figure] != count:
            sys.exit(f"{figure}: {found[figure]:,} found, {count:,} planted")
    print(f"{given.records:,} records, DuckDB {given.memory}, {given.workers} threads, ", end="")
    print(f"{bands_at_once(given.records)} bands at a time")
    print(f"  flat tables {size / 1e9:.2f} GB, peak disk with them {peak / 1e9:.2f} GB")
    print(f"  candidates {found['find_s']:.1f} s, groups {found['group_s']:.1f} s wall; ", end="")
    print(f"{found['cpu_s']:.1f} s CPU; peak memory {found['peak_mb']:,.0f} MB")
    print(f"  {json.dumps(expected)} as planted; members {found['members']:,}, ", end="")
    print(f"entries {found['entries']:,}", flush=True)


def mixed(numbers: NDArray[np.uint64], column: int) -> NDArray[np.int64]:
    """64 bits for each of `numbers` and `column`: the finaliser of splitmix64."""
    x = numbers * np.uint64(0x9E3779B97F4A7C15) + np.uint64(column * 0x632BE59BD9B4E019 % 2**64)
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return (x ^ (x >> np.uint64(31))).view(np.int64)


def generate(folder: Path, records: int) -> dict[str, int]:
    """Flat tables of `records` texts in `folder`, and the counts that follow from what is in."""
    met = [list[NDArray[np.int64]]() for _ in range(BANDS)]
    exact, crowd = 0, 0
    for number, begin in enumerate(range(0, records, PART)):
        draw = np.random.default_rng(number)
        row = np.arange(begin, min(begin + PART, records), dtype=np.uint64)
        earlier = draw.integers(0, np.maximum(row // 10, 1)).astype(np.uint64) * np.uint64(10)
        planted = (row % 10 == 9) & (row > 10)
        equal, near = planted & (row % 20 == 9), planted & (row % 20 == 19)
        text = np.where(equal, earlier, row)
        hashes = np.stack([mixed(text, 100), mixed(text, 101)], axis=1)
        chars = 200 + mixed(text, 102) % 100
        bands = np.empty((len(row), BANDS), np.int64)
        for band in range(BANDS):
            shares = near & (draw.random(len(row)) < SHARE)
            bands[:, band] = mixed(np.where(shares, earlier, text), band)
            met[band].append(earlier[shares].astype(np.int64))
        crowded = row % CROWD == CROWD // 2 + 1  # which no planted one repeats
        bands[crowded, 0] = 1
        exact, crowd = exact + int(equal.sum()), crowd + int(crowded.sum())
        table = flat_table(places(number, np.arange(len(row))), hashes, chars, bands)
        pq.write_table(
            table,
            folder / f"texts-{number:06d}.parquet",
            compression="zstd",
            compression_level=1,
        )
    keys = sum(len(np.unique(np.concatenate(origins))) for origins in met)
    return {"exact": exact, "keys": keys + (crowd > 1)}


def relate(folder: Path, memory: str, workers: int, out: Connection) -> None:
    """The counts and what they cost, sent to `out`."""
    flat = sorted(str(path) for path in folder.glob("texts-*.parquet"))
    work = folder / "work"
    work.mkdir()
    began = time.monotonic()
    with Local(workers, memory, folder / "spill") as engine:
        shared = find_shared(flat, engine=engine, folder=work)
    halfway = time.monotonic()
    found = arranged(shared, FIRST)
    ended = time.monotonic()
    used = resource.getrusage(resource.RUSAGE_SELF)
    out.send(
        {
            "exact": len(found.repeated),
            "keys": len(found.groups.sizes),
            "members": len(found.places),
            "entries": len(found.groups.keys),
            "find_s": halfway - began,
            "group_s": ended - halfway,
            "cpu_s": used.ru_utime + used.ru_stime,
            "peak_mb": used.ru_maxrss / 1024,  # KiB on Linux
        }
    )


class Disk:
    """The most bytes a folder has held, looked at once a second."""

    def __init__(self, folder: Path) -> None:
        """The watch begins."""
        self._folder = folder
        self._most = 0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch)
        self._thread.start()

    def stop(self) -> int:
        """The most it has held."""
        self._over.set()
        self._thread.join()
        return self._most

    def _watch(self) -> None:
        while True:
            self._most = max(self._most, disk(self._folder))
            if self._over.wait(1):
                return


def disk(folder: Path) -> int:
    """Bytes of the files under `folder` as they lie on the disk."""
    total = 0
    for top, _, names in os.walk(folder):
        for name in names:
            try:
                total += Path(top, name).stat().st_blocks * 512
            except FileNotFoundError:  # a temporary that has just gone
                continue
    return total


if __name__ == "__main__":
    main()
