"""The stages of the project by themselves, and peers that look for patterns, words and quality.

    python -m benchmarks.stages --subset small --rounds 5 --write

Processor seconds of each stage in this process, the stages in turn in each round; then seconds of
one and of two threads, and of whole `tda` processes. To measure another stage see
`benchmarks/registry.py`.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.compare import figure
from benchmarks.corpus import load
from benchmarks.page import Section, cache_option, command_line, table, write
from benchmarks.peers.protocol import bytes_of
from benchmarks.registry import STAGES, Material
from benchmarks.roster import ROOT, Entry, run
from benchmarks.stage_functions import DECODE, halves
from benchmarks.usage import cpu_seconds
from pipelines.kernels.normal_facts import normal_facts

PEERS = (
    Entry(
        name="patterns: hyperscan",
        module="benchmarks.peers.hyperscan_scan",
        environment="patterns",
        arguments=("--what", "patterns"),
        note="8 shapes, ends of matches only, no borders or check digits",
    ),
    Entry(
        name="patterns: presidio-analyzer",
        module="benchmarks.peers.presidio_patterns",
        environment="presidio",
        note="the same 8 shapes as PatternRecognizers, no language model",
        slow=True,
    ),
    Entry(
        name="10,000 words: hyperscan",
        module="benchmarks.peers.hyperscan_scan",
        environment="patterns",
        arguments=("--what", "words"),
        note="ends of matches only; compiled beforehand",
    ),
    Entry(
        name="10,000 words: ahocorasick_rs",
        module="benchmarks.peers.ahocorasick_words",
        environment="patterns",
        note="bytes",
    ),
    Entry(
        name="quality: datatrove filters",
        module="benchmarks.peers.datatrove_filters",
        environment="datatrove",
        note="Gopher quality, Gopher repetition, FineWeb",
        slow=True,
    ),
)
"""Peers of stages other than near-duplicates."""

MEGABYTE = 1_000_000


def seconds_of(material: Material, rounds: int, names: Sequence[str]) -> dict[str, list[float]]:
    """Processor seconds of each stage in each round, after one round that does not count."""
    ready = {name: STAGES[name].prepare(material) for name in names}
    taken: dict[str, list[float]] = {name: [] for name in names}
    for number in range(rounds + 1):
        for name, work in ready.items():
            before = cpu_seconds()
            work()
            if number:
                taken[name].append(cpu_seconds() - before)
    return taken


def stage_rows(material: Material, rounds: int, names: Sequence[str]) -> list[list[str]]:
    """A line for each stage: its rate, and how many times the decode of the Parquet it takes."""
    taken = seconds_of(material, rounds, names)
    size = bytes_of(material.column) / 1e6
    out = []
    for name in names:
        rates = [size / max(seconds, 1e-9) for seconds in taken[name]]
        times = "–"
        if DECODE in taken:
            ratios = [a / b for a, b in zip(taken[name], taken[DECODE], strict=True)]
            times = f"{statistics.median(ratios):.2f}"
        told = f"{figure(statistics.median(rates))} ({figure(min(rates))}–{figure(max(rates))})"
        out.append([f"tda: {name}", told, times, STAGES[name].aim or "–"])
    return out


def thread_row(column: pa.LargeStringArray, rounds: int) -> list[str]:
    """Wall-clock time of the pass by one thread over that by two, the best of the rounds each."""
    parts = [part.slice(at, 512) for part in halves(column) for at in range(0, len(part), 512)]

    best = {1: float("inf"), 2: float("inf")}
    for _ in range(rounds + 1):
        for threads in best:
            with ThreadPoolExecutor(threads) as pool:
                began = time.perf_counter()
                list(pool.map(normal_facts, parts))
                best[threads] = min(best[threads], time.perf_counter() - began)
    return [
        "tda: the one pass, two threads",
        f"{best[1] / best[2]:.2f} times as fast as one",
        f"one {best[1]:.3f} s, two {best[2]:.3f} s wall clock",
        "at least 1.8 times",
    ]


def process_row(
    name: str, aim: str, rounds: int, command: Callable[[Path], list[str]]
) -> list[str]:
    """Whole `tda` processes one after the other, after one that does not count."""
    walls, processors = list[float](), list[float]()
    # the first run leaves byte code behind, as anybody's does
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    with tempfile.TemporaryDirectory(prefix="tda-bench-") as folder:
        for number in range(rounds + 1):
            began, before = time.perf_counter(), cpu_seconds()
            done = subprocess.run(
                [sys.executable, "-m", "pipelines.cli", *command(Path(folder))],
                cwd=ROOT,
                env={**environment, "TDA_HOME": str(Path(folder, "home"))},
                capture_output=True,
                text=True,
                check=False,
            )
            if done.returncode != 0:
                raise RuntimeError(f"{name} failed: {done.stderr[-2000:]}")
            if number:
                walls.append(time.perf_counter() - began)
                processors.append(cpu_seconds() - before)
    clock = f"{min(walls):.2f} s wall clock at best, {statistics.median(walls):.2f} s median"
    return [name, f"{statistics.median(processors):.2f} s CPU", clock, aim]


def process_rows(column: pa.LargeStringArray, rounds: int) -> list[list[str]]:
    """Start-up, and `tda dups` on the first megabyte of the texts."""

    def dups(folder: Path) -> list[str]:
        path = folder / "megabyte.parquet"
        if not path.exists():
            offsets = memoryview(column.buffers()[1]).cast("q")[column.offset :]
            rows = next(
                (at for at in range(len(column)) if offsets[at] - offsets[0] >= MEGABYTE),
                len(column),
            )
            pq.write_table(pa.table({"text": column.slice(0, rows)}), path, compression="zstd")
        return ["dups", str(path), "--json"]

    return [
        process_row("tda: start-up (`tda --help`)", "–", rounds, lambda _: ["--help"]),
        process_row("tda: `tda dups` on 1 MB, warm", "at most 1 s", rounds, dups),
    ]


def peer_rows(
    peers: Sequence[Entry], texts: dict[bool, Path], rounds: int, cache: Path
) -> tuple[list[list[str]], dict[str, str]]:
    """A line for each peer, and the versions of all."""
    rates: dict[str, list[float]] = {entry.name: [] for entry in peers}
    versions: dict[str, str] = {}
    for number in range(rounds):
        for entry in peers:
            if number and entry.slow:
                continue
            done = run(entry, texts[entry.slow], cache)
            rates[entry.name].append(done.rate)
            versions |= done.versions
    rows = []
    for entry in peers:
        found = rates[entry.name]
        told = f"{figure(statistics.median(found))} ({figure(min(found))}–{figure(max(found))})"
        rows.append([entry.name, told, "–", entry.note])
    return rows, versions


def main() -> None:
    """Measure and print; with --write also into the page."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--subset", default="small", help="tiny, small or generated-N")
    parser.add_argument("--stage", action="append", choices=list(STAGES), help="only these")
    parser.add_argument("--no-peers", action="store_true", help="only the project")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--write", action="store_true", help="also into docs/performance.md")
    cache_option(parser)
    given = parser.parse_args()
    corpus, names = load(given.subset), list(given.stage or STAGES)
    with tempfile.TemporaryDirectory(prefix="tda-texts-") as name:
        folder = Path(name)
        parquet = corpus.write(folder / "texts.parquet")
        material = Material(column=corpus.texts, parquet=parquet, folder=folder)
        rows = stage_rows(material, given.rounds, names)
        versions: dict[str, str] = {}
        if not given.stage:
            rows.append(thread_row(corpus.texts, given.rounds))
            rows += process_rows(corpus.texts, given.rounds)
        if not given.no_peers:
            few = load("tiny").write(folder / "tiny.parquet")
            found, versions = peer_rows(
                PEERS, {False: parquet, True: few}, given.rounds, given.cache
            )
            rows += found
    slowly = "" if given.no_peers else " The slow peers ran on the tiny subset, once."
    about = [
        f"- `{corpus.name}`: {len(corpus.texts):,} texts, {bytes_of(corpus.texts) / 1e6:.1f} MB; "
        f"{corpus.origin}.{slowly}",
        f"- Rounds: {given.rounds}; in brackets the slowest and the fastest.",
        "",
    ]
    head = ["what", "MB per CPU second", "times the decode", "aim, or how"]
    write(
        Section(
            name="stages",
            command=command_line("stages"),
            body=[*about, *table(head, rows)],
            versions=versions,
        ),
        page=given.write,
    )


if __name__ == "__main__":
    main()
