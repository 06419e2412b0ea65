"""Processor seconds of the stages of an audit: first, unchanged, and with one file of many changed.

    .venv/bin/python benchmarks/relate_again.py --files 100 --records 1000

Writes seeded files into a temporary folder, audits them, appends a record to one file, and audits
again, each time in a fresh process; prints what every stage that ran took, its workers included.
Nothing is asserted.
"""

import argparse
import json
import os
import platform
import random
import resource
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from pipelines.engine.local import Local
from pipelines.flow import begin, run_stage
from pipelines.settings import read_settings
from pipelines.stages.base import Silent
from pipelines.stages.order import ORDER
from pipelines.store.database import open_store

WORDS = [f"{n:x}" for n in range(4096, 12_288)]
AT = datetime(2026, 11, 20, tzinfo=UTC)


def main() -> None:
    """Generate, audit, change, audit, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=100)
    parser.add_argument("--records", type=int, default=1000)
    parser.add_argument("--words", type=int, default=120)
    parser.add_argument("--audit", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.audit:
        audit(given.audit)
        return
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    print(f"{given.files} files of {given.records} records of {given.words} words")
    with tempfile.TemporaryDirectory(prefix="tda-again-") as name:
        folder = Path(name)
        generate(folder, given.files, given.records, given.words)
        for label in ("warm", "first", "unchanged", "one changed", "another changed"):
            if label.endswith("changed") and label != "unchanged":
                with (folder / f"{len(label):04}.jsonl").open("a", encoding="utf-8") as file:
                    file.write(json.dumps({"text": f"a record more for {label}"}) + "\n")
            home = folder / ("warm" if label == "warm" else "home")
            done = subprocess.run(
                [sys.executable, __file__, "--audit", str(folder)],
                env={**os.environ, "TDA_HOME": str(home)},
                capture_output=True,
                text=True,
                check=False,
            )
            if done.returncode:
                sys.exit(done.stderr)
            if label != "warm":  # which compiles what is not compiled yet
                print(f"{label:16} {done.stdout.strip()}", flush=True)


def generate(folder: Path, files: int, records: int, words: int) -> None:
    """Every tenth record is an earlier one of any file, slightly changed; every twentieth equal."""
    draw = random.Random(20260101)  # noqa: S311  a benchmark needs the same bytes, not secrecy
    earlier: list[str] = []
    for number in range(files):
        with (folder / f"{number:04}.jsonl").open("w", encoding="utf-8") as out:
            for row in range(records):
                text = " ".join(draw.choices(WORDS, k=words))
                if row % 10 == 9 and earlier:
                    text = draw.choice(earlier)
                    text += " and more" if row % 20 == 9 else ""
                elif row % 10 == 0:
                    earlier.append(text)
                out.write(json.dumps({"text": text}) + "\n")
    manifest = {
        "dataset": "again",
        "title": {"en": "generated records"},
        "purpose": "pretrain",
        "files": ["*.jsonl"],
        "record": {"text": ["text"]},
        "sources": [{"id": "generated", "type": "synthetic", "licence": {"id": "CC0-1.0"}}],
        "personal_information": {"present": "unknown"},
    }
    (folder / "dataset.yaml").write_text(json.dumps(manifest), encoding="utf-8")


def audit(folder: Path) -> None:
    """One audit in this process; the stages that ran, and what they took."""
    settings = read_settings()
    settings.home.mkdir(parents=True, exist_ok=True)
    store = open_store(settings)
    run = begin(
        folder / "dataset.yaml",
        policy=None,
        at=AT,
        owner="benchmark",
        settings=settings,
        store=store,
    )
    took = []
    with Local(settings.workers, settings.memory_limit, settings.home / "tmp") as engine:
        for name in ORDER:
            before = cpu()
            done = run_stage(
                name, run, settings=settings, store=store, engine=engine, progress=Silent()
            )
            if not done.reused:
                took.append(f"{name} {cpu() - before:.2f}")
    print("CPU s: " + ", ".join(took))


def cpu() -> float:
    """Processor seconds of this process and of workers that have ended, so far."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


if __name__ == "__main__":
    main()
