"""Seconds and peak memory of a night: all registered datasets, then a sweep of which few changed.

    .venv/bin/python benchmarks/nightly.py --datasets 300 --changed 5

Writes small datasets into a temporary folder (seeded, so every run reads the same bytes), registers
them, audits all of them in one process, appends a record to a few, and sweeps again in a fresh
process. Nothing is asserted.
"""

import argparse
import json
import os
import platform
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

WORDS = ("river", "stone", "lamp", "paper", "wind", "glass", "road", "tree", "bridge", "table")


def main() -> None:
    """Generate, register, audit all, change a few, sweep, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--datasets", type=int, default=300)
    parser.add_argument("--changed", type=int, default=5)
    parser.add_argument("--records", type=int, default=100)
    parser.add_argument("--workers", type=int, default=1)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="tda-nightly-") as name:
        folder = Path(name)
        manifests = [generate(folder, n, given.records) for n in range(given.datasets)]
        print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")
        print(f"{given.datasets} datasets of {given.records} records, {given.workers} workers")
        tda(folder, "registered", "register", *map(str, manifests))
        night(folder, "first night", "2026-11-20T01:00:00+08:00", given.workers)
        step = max(1, given.datasets // max(1, given.changed))
        for manifest in manifests[::step][: given.changed]:
            with manifest.with_name("data.jsonl").open("a", encoding="utf-8") as file:
                file.write('{"id": "more", "text": "one record more than yesterday"}\n')
        night(folder, "next night", "2026-11-21T01:00:00+08:00", given.workers)
        night(folder, "unchanged", "2026-11-22T01:00:00+08:00", given.workers)


def generate(folder: Path, number: int, records: int) -> Path:
    """A dataset of its own words, a licence with an end, and a manifest."""
    draw = random.Random(number)  # noqa: S311  a benchmark needs the same bytes, not secrecy
    home = folder / f"dataset-{number:04}"
    home.mkdir()
    with (home / "data.jsonl").open("w", encoding="utf-8") as out:
        for row in range(records):
            text = " ".join(draw.choices(WORDS, k=40))
            out.write(json.dumps({"id": str(row), "text": text}) + "\n")
    (home / "LICENCE").write_text("as stated", encoding="utf-8")
    licence = {"id": "CC-BY-4.0", "text": "LICENCE", "valid_to": "2027-06-30"}
    manifest = {
        "dataset": home.name,
        "title": {"en": home.name},
        "purpose": "pretrain",
        "files": ["data.jsonl"],
        "record": {"text": ["text"], "id": "id"},
        "sources": [{"id": "own", "type": "self_produced", "licence": licence}],
        "personal_information": {"present": "unknown"},
    }
    path = home / "dataset.yaml"
    path.write_text(json.dumps(manifest), encoding="utf-8")
    return path


def night(folder: Path, label: str, at: str, workers: int) -> None:
    """`tda nightly` in a process of its own, and its line of figures."""
    text, figures = tda(folder, label, "nightly", "--json", "--at", at, "--workers", str(workers))
    found = json.loads(text)
    stages = found["stages"]
    counts = " ".join(f"{name}={count}" for name, count in found["counts"].items() if count)
    print(
        f"{label:12} {stages['all']:,} stages, {stages['ran']:,} ran, {stages['reused']:,} reused"
        f"  {figures}  {counts}",
        flush=True,
    )


def tda(folder: Path, label: str, *arguments: str) -> tuple[str, str]:
    """What `tda` printed, and its seconds and peak memory."""
    began = time.monotonic()
    with (folder / "out").open("w+", encoding="utf-8") as out:
        started = subprocess.Popen(
            [sys.executable, "-m", "pipelines.cli", *arguments],
            env={**os.environ, "TDA_HOME": str(folder / "home")},
            stdout=out,
            stderr=subprocess.DEVNULL,
        )
        # of this process alone: what is known of all children never gets smaller again
        _, status, used = os.wait4(started.pid, 0)
        started.returncode = os.waitstatus_to_exitcode(status)
        wall = time.monotonic() - began
        if started.returncode:
            sys.exit(f"{label}: exit code {started.returncode}")
        out.seek(0)
        printed = out.read()
    cpu, peak = used.ru_utime + used.ru_stime, used.ru_maxrss / 1024  # KiB on Linux
    return printed, f"{wall:7.1f} s wall {cpu:7.1f} s CPU {peak:5.0f} MB peak"


if __name__ == "__main__":
    main()
