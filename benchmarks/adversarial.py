"""Processor seconds and peak memory of `tda dups` on hostile corpora, at a number and a quarter.

    python -m benchmarks.adversarial --records 200000 --rounds 2 --write

    python -m benchmarks.adversarial --records 1000000 --rounds 1

Each corpus of `benchmarks/hostile.py` is written as JSON Lines to a temporary folder, and so is its
first quarter; empty strings are ten times as many as other texts. Each file is compared by a
process of its own with one worker; so is a file of one record, and what that takes is not counted
as work on the texts. Where work is linear, a record costs the same in both files: the ratio is 1.
Seconds are medians over the rounds, peaks the largest. Nothing is asserted.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from benchmarks.hostile import CORPORA, SEED
from benchmarks.page import Section, command_line, table, write

ROOT = Path(__file__).resolve().parent.parent
GROWTH = 4
"""How many times as many records the larger file of a corpus has."""
TIMES = {"empty strings": 10}
"""How many times as many records a corpus has: so few seconds as these take tell nothing."""
HEAD = (
    "corpus",
    "records",
    "MB",
    "CPU seconds",
    "µs a record",
    "ratio",
    "peak memory",
    "kept",
    "exact / near removed",
)


@dataclass(frozen=True, kw_only=True)
class Run:
    """What one comparison took and found."""

    cpu_seconds: float
    peak_bytes: int
    records: int
    empty: int
    exact: int
    near: int

    @property
    def kept(self) -> int:
        """Records with a text that are not removed."""
        return self.records - self.empty - self.exact - self.near


@dataclass(frozen=True, kw_only=True)
class Runs:
    """All rounds over one file."""

    size: int
    """Bytes of the file."""
    rounds: Sequence[Run]

    @property
    def cpu_seconds(self) -> float:
        """The median."""
        return statistics.median(run.cpu_seconds for run in self.rounds)

    @property
    def peak_bytes(self) -> int:
        """The largest."""
        return max(run.peak_bytes for run in self.rounds)

    def each(self, start: float) -> float:
        """Processor seconds a record, less those of a `start`."""
        return (self.cpu_seconds - start) / self.rounds[0].records


def compare(path: Path) -> Run:
    """One `tda dups` of the file at `path`, in a process and a workspace of its own.

    Raises:
        RuntimeError: It did not end well.
    """
    with (
        tempfile.TemporaryDirectory(dir=path.parent) as home,
        (path.parent / "out").open("w+", encoding="utf-8") as out,
    ):
        started = subprocess.Popen(
            [sys.executable, "-m", "pipelines.cli", "dups", str(path), "--json", "--workers", "1"],
            cwd=ROOT,
            env={**os.environ, "TDA_HOME": home},
            stdout=out,
        )
        # of the process and what it waited for; the peak is no less than that of this process,
        # which holds one text at a time
        _, status, used = os.wait4(started.pid, 0)
        started.returncode = os.waitstatus_to_exitcode(status)
        if started.returncode != 0:
            raise RuntimeError(f"tda dups {path.name} ended with {started.returncode}")
        out.seek(0)
        found = json.loads(out.read())
    return Run(
        cpu_seconds=used.ru_utime + used.ru_stime,
        peak_bytes=used.ru_maxrss * 1024,
        records=found["records"],
        empty=found["empty"],
        exact=found["exact_duplicates"],
        near=found["near_duplicates"],
    )


def written(folder: Path, texts: Iterator[str], count: int) -> tuple[Path, Path]:
    """Files of the first quarter of `count` texts and of all of them."""
    encode = json.JSONEncoder(ensure_ascii=False).encode
    paths = folder / "quarter.jsonl", folder / "all.jsonl"
    quarter, whole = (path.open("w", encoding="utf-8") for path in paths)
    with quarter, whole:
        for number, text in enumerate(islice(texts, count)):
            line = f'{{"text": {encode(text)}}}\n'
            whole.write(line)
            if number < count // GROWTH:
                quarter.write(line)
    return paths


def measured(paths: Sequence[Path], rounds: int) -> list[Runs]:
    """The files at `paths`, one after the other, `rounds` times."""
    found: list[list[Run]] = [[] for _ in paths]
    for _ in range(rounds):
        for path, runs in zip(paths, found, strict=True):
            runs.append(compare(path))
    return [
        Runs(size=path.stat().st_size, rounds=runs) for path, runs in zip(paths, found, strict=True)
    ]


def lines(name: str, quarter: Runs, whole: Runs, start: float) -> list[list[str]]:
    """The two lines of the table for one corpus; the second tells how it grew."""
    few, many = quarter.each(start), whole.each(start)
    ratio = f"{many / few:.2f}" if few > 0 else "–"  # so few records are lost in the start
    grown = (whole.peak_bytes - quarter.peak_bytes) / 1e6
    return [
        [name, *_cells(quarter, start, "–", "")],
        ["", *_cells(whole, start, ratio, f" ({grown:+,.0f})")],
    ]


def _cells(runs: Runs, start: float, ratio: str, grown: str) -> list[str]:
    run = runs.rounds[0]
    return [
        f"{run.records:,}",
        f"{runs.size / 1e6:,.1f}",
        f"{runs.cpu_seconds:.2f}",
        f"{runs.each(start) * 1e6:.2f}",
        ratio,
        f"{runs.peak_bytes / 1e6:,.0f} MB{grown}",
        f"{run.kept:,}",
        f"{run.exact:,} / {run.near:,}",
    ]


def section(names: Sequence[str], records: int, rounds: int, command: str) -> Section:
    """The table of the corpora `names`, measured now."""
    body = list[list[str]]()
    with tempfile.TemporaryDirectory(prefix="tda-hostile-") as name:
        folder = Path(name)
        # a start is short, and is taken from everything else: it is measured more often
        (alone,) = measured(written(folder, iter(["one record alone"]), 1)[1:], rounds + 4)
        for corpus in names:
            count = records * TIMES.get(corpus, 1)
            paths = written(folder, CORPORA[corpus](count), count)
            quarter, whole = measured(paths, rounds)
            body += lines(corpus, quarter, whole, alone.cpu_seconds)
            print(corpus, *body[-1][1:], sep=" | ", file=sys.stderr, flush=True)
    about = [
        f"- Generated by `benchmarks/hostile.py`, seed {SEED}; JSON Lines, one worker. "
        f"Rounds: {rounds}.",
        f"- A file of one record takes {alone.cpu_seconds:.2f} s and "
        f"{alone.peak_bytes / 1e6:,.0f} MB; its seconds are not in those a record.",
    ]
    return Section(name="adversarial", command=command, body=[*about, "", *table(HEAD, body)])


def main() -> None:
    """Measure and print; with --write also into the page."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--records", type=int, default=200_000, help="of the larger file")
    parser.add_argument("--corpus", action="append", choices=CORPORA, help="only this; several")
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--write", action="store_true", help="also into docs/performance.md")
    given = parser.parse_args()
    if given.records < GROWTH:
        parser.error(f"--records is at least {GROWTH}")
    names = given.corpus or list(CORPORA)
    write(
        section(names, given.records, given.rounds, command_line("adversarial")), page=given.write
    )


if __name__ == "__main__":
    main()
