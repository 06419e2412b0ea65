"""What every measured tool does: read texts, warm up, run one stage by the clock, say what it took.

A tool is three functions. `prepare` brings the texts into the form the tool takes them in and is
not measured; `run` goes from there to clusters, or to what was found, and is; `told` reads the
result. Before the clock starts the same `run` sees the first WARM texts, so that imports, tables
and compiled code are there for each of them. The peers' environments hold pyarrow, and not `tda`.
"""

import argparse
import atexit
import contextlib
import gc
import importlib.metadata
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.usage import cpu_seconds, peak_bytes

WARM = 300
"""Texts that go through before the clock starts."""

Prepared = TypeVar("Prepared")
Outcome = TypeVar("Outcome")


@dataclass(frozen=True, kw_only=True)
class Told:
    """What a run gave."""

    labels: Sequence[int] | None = None
    """For each text the number of the text that is kept for it, its own where it is kept."""
    found: int | None = None
    """Hits of a tool that makes no clusters."""
    lost: int = 0
    """Texts that the tool left out of its output without calling them duplicates."""


@dataclass(frozen=True, kw_only=True)
class Tool(Generic[Prepared, Outcome]):
    """One way of doing the work."""

    distributions: tuple[str, ...]
    """Whose versions are told."""
    prepare: Callable[[pa.LargeStringArray], Prepared]
    run: Callable[[Prepared], Outcome]
    told: Callable[[Outcome, int], Told]


def measure(tool: Tool[Prepared, Outcome]) -> None:
    """Run `tool` over the texts of the command line; one line of JSON on stdout."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--texts", type=Path, required=True, help="Parquet with a column `text`")
    parser.add_argument("--labels", type=Path, required=True, help="Parquet file to write")
    given, _ = parser.parse_known_args()
    column = texts_of(given.texts)
    with _quiet():
        tool.run(tool.prepare(column.slice(0, WARM)))
        prepared = tool.prepare(column)
        gc.collect()
        before = cpu_seconds()
        outcome = tool.run(prepared)
        seconds = cpu_seconds() - before
        peak = peak_bytes()
        told = tool.told(outcome, len(column))
    if told.labels is not None:
        pq.write_table(pa.table({"label": pa.array(told.labels, pa.int64())}), given.labels)
    figures = {
        "versions": {name: importlib.metadata.version(name) for name in tool.distributions},
        "docs": len(column),
        "bytes": bytes_of(column),
        "cpu_seconds": seconds,
        "peak_bytes": peak,
        "found": told.found,
        "lost": told.lost,
    }
    sys.stdout.write(json.dumps(figures) + "\n")


def texts_of(path: Path) -> pa.LargeStringArray:
    """The column `text` of a Parquet file, in one piece."""
    column = pq.read_table(path, columns=["text"])["text"].cast(pa.large_string())
    return pa.concat_arrays(column.chunks)


def bytes_of(column: pa.LargeStringArray) -> int:
    """UTF-8 bytes of the texts, without what Arrow keeps beside them."""
    offsets = column.buffers()[1]
    ends = memoryview(offsets).cast("q")
    return int(ends[column.offset + len(column)] - ends[column.offset])


def clusters(told: Callable[[Outcome, int], Sequence[int]]) -> Callable[[Outcome, int], Told]:
    """The `told` of a tool that makes clusters, from the function that gives their labels."""
    return lambda outcome, count: Told(labels=told(outcome, count))


def workspace() -> Path:
    """A folder for what a tool writes; it goes when the process ends."""
    folder = Path(tempfile.mkdtemp(prefix="tda-peer-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


class Links:
    """Texts linked into clusters; each cluster is labelled with its first text."""

    def __init__(self, count: int) -> None:
        self._parents = list(range(count))

    def root(self, text: int) -> int:
        """The first text of the cluster, as far as it is known."""
        parents = self._parents
        while parents[text] != text:
            parents[text] = parents[parents[text]]
            text = parents[text]
        return text

    def link(self, left: int, right: int) -> None:
        """The two are in one cluster."""
        left, right = self.root(left), self.root(right)
        if left != right:
            self._parents[max(left, right)] = min(left, right)

    def labels(self) -> list[int]:
        """The first text of the cluster of each text."""
        return [self.root(text) for text in range(len(self._parents))]


def spaced(text: str) -> str:
    """Lower case with single spaces: what one does before handing shingles to a sketch."""
    return " ".join(text.lower().split())


def shingles(text: str) -> list[str]:
    """The runs of five code points of `text` after `spaced`."""
    text = spaced(text)
    return [text[i : i + 5] for i in range(max(1, len(text) - 4))]


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """What a tool prints goes to stderr: stdout holds the one line."""
    kept = os.dup(1)
    os.dup2(2, 1)
    try:
        yield
    finally:
        sys.stdout.flush()
        os.dup2(kept, 1)
        os.close(kept)
