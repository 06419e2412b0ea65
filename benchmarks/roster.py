"""Who is measured, where each lives, and how one run of one of them is started."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
from numpy.typing import NDArray

from benchmarks.environments import python_of

ROOT = Path(__file__).resolve().parent.parent
OFFLINE = {
    "HF_DATASETS_OFFLINE": "1",
    "HF_HUB_OFFLINE": "1",
    "DAFT_ANALYTICS_ENABLED": "0",
    "DAFT_PROGRESS_BAR": "0",
    "TQDM_DISABLE": "1",
}
"""What keeps peers quiet and off the network while they are measured."""


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One way of doing the work."""

    name: str
    module: str
    environment: str | None
    """Name of its lock; None runs in the project's own environment."""
    arguments: tuple[str, ...] = ()
    note: str = ""
    """How it cuts and compares, for the page."""
    slow: bool = False
    """It takes minutes: measured in fewer rounds."""


@dataclass(frozen=True, kw_only=True)
class Run:
    """What one run took and gave."""

    versions: Mapping[str, str]
    docs: int
    bytes: int
    cpu_seconds: float
    peak_bytes: int
    found: int | None
    lost: int
    labels: NDArray[np.int64] | None

    @property
    def rate(self) -> float:
        """Megabytes of UTF-8 per processor second."""
        return self.bytes / 1e6 / self.cpu_seconds


PROJECT = Entry(
    name="tda",
    module="benchmarks.project",
    environment=None,
    note="character 5-grams, 21 bands of 6, exact check",
)
NEAR = (
    Entry(
        name="rensa",
        module="benchmarks.peers.rensa_lsh",
        environment="sketches",
        note="RMinHash and its LSH; character 5-grams cut in Python, 16 bands of 8",
    ),
    Entry(
        name="daft",
        module="benchmarks.peers.daft_bands",
        environment="daft",
        note="`minhash` of word 5-grams; banding of ours, 16 bands of 8",
    ),
    Entry(
        name="datasketch",
        module="benchmarks.peers.datasketch_lsh",
        environment="sketches",
        note="character 5-grams cut in Python, `update_batch`, 9 bands of 13",
    ),
    Entry(
        name="text-dedup",
        module="benchmarks.peers.text_dedup_minhash",
        environment="text-dedup",
        note="word 5-grams, 9 bands of 13; reads and writes files",
    ),
    Entry(
        name="gaoya",
        module="benchmarks.peers.gaoya_index",
        environment="sketches",
        note="character 5-grams, 16 bands of 8",
        slow=True,
    ),
    Entry(
        name="datatrove",
        module="benchmarks.peers.datatrove_minhash",
        environment="datatrove",
        note="English words, 5-grams, 16 bands of 8; steps called in one process",
        slow=True,
    ),
    Entry(
        name="data-juicer, character",
        module="benchmarks.peers.data_juicer_minhash",
        environment="data-juicer",
        arguments=("--tokenization", "character"),
        note="character 5-grams, 9 bands of 13",
        slow=True,
    ),
    Entry(
        name="data-juicer, space",
        module="benchmarks.peers.data_juicer_minhash",
        environment="data-juicer",
        arguments=("--tokenization", "space"),
        note="its default: words at white space, 5-grams, 9 bands of 13",
        slow=True,
    ),
)
"""The peers that find near-duplicates."""


def run(entry: Entry, texts: Path, cache: Path) -> Run:
    """One run of `entry` over the Parquet file `texts`, in a process of its own.

    Raises:
        RuntimeError: it failed; the message ends with what it last said.
    """
    python = Path(sys.executable) if entry.environment is None else None
    if python is None:
        python = python_of(str(entry.environment), cache)
    with tempfile.TemporaryDirectory(prefix="tda-bench-") as folder:
        labels = Path(folder, "labels.parquet")
        command = [str(python), "-m", entry.module, *entry.arguments]
        command += ["--texts", str(texts), "--labels", str(labels)]
        done = subprocess.run(
            command,
            cwd=ROOT,
            env={**os.environ, **OFFLINE, "TMPDIR": folder, "HF_HOME": folder},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0 or not done.stdout.strip():
            raise RuntimeError(f"{entry.name} failed: {done.stderr.strip()[-2000:]}")
        figures = json.loads(done.stdout.splitlines()[-1])
        column = pq.read_table(labels)["label"].to_numpy() if labels.exists() else None
        return Run(labels=column, **figures)
