"""Seconds of an audit and of those after it: all unchanged, then one shard of many changed.

    .venv/bin/python benchmarks/reuse.py --shards 100 --records 1000 --bytes 2000 [--night]

Writes shards of JSON Lines into a temporary folder (seeded, so every run reads the same bytes) and
leaves them alone for a minute, as files are that were not written just now (see `known_digests`).
Audits them in fresh processes, the workers' seconds included: first, again unchanged, with one
record of one shard changed. Prints a line an audit, then the CPU seconds of each stage; nothing is
asserted. With `--night` each process audits a small dataset first, as one that goes through
hundreds has: what Python, its libraries and that audit take is then not in the CPU seconds.
"""

import argparse
import itertools
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from audit_records import generate

from pipelines.stages.known_digests import SETTLED_NS

# the child tells the CPU seconds of each stage, those of its workers included once they have ended
CHILD = """
import contextlib, io, json, resource, sys, time
from pipelines import flow
from pipelines.cli import main
whole = flow.run_stage
stages = {}
def cpu():
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)
def timed(name, *given, engine, **more):
    before = cpu()
    done = whole(name, *given, engine=engine, **more)
    engine.close()
    stages[name] = round(cpu() - before, 2)
    return done
flow.run_stage = timed
told, before, *command = sys.argv[1:]
spared = (0.0, 0.0)
if before:
    began = time.monotonic()
    with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(SystemExit):
        main(["audit", before, "--json"])
    spared = (cpu(), time.monotonic() - began)
    stages.clear()
try:
    main(command)
except SystemExit as end:
    open(told, "w").write(json.dumps({"exit": end.code, "stages": stages, "spared": spared}))
"""


def main() -> None:
    """Generate, audit three times, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shards", type=int, default=100)
    parser.add_argument("--records", type=int, default=1_000, help="of one shard")
    parser.add_argument("--bytes", type=int, default=2_000, help="of one record, about")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--night", action="store_true", help="after another dataset, as at night")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="tda-reuse-") as name:
        folder = Path(name)
        shards = split(folder, given.shards, given.records, given.bytes)
        size = sum(path.stat().st_size for path in shards)
        print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")
        print(
            f"{given.shards} shards of {given.records:,} records, {size / 1e6:,.1f} MB, "
            f"{given.workers} workers"
        )
        before = others(folder / "others", given.bytes) if given.night else None
        time.sleep(SETTLED_NS / 1e9 + 1)
        first = audit(folder, "first", given.workers, before)
        audit(folder, "again", given.workers, before, first)
        change(shards[len(shards) // 2])
        audit(folder, "one shard", given.workers, before, first)


def split(folder: Path, shards: int, records: int, length: int) -> list[Path]:
    """The records of `generate` in so many files, with the manifest that names them all."""
    generate(folder, shards * records, length)
    whole = folder / "data.jsonl"
    paths = [folder / f"shard-{number:05}.jsonl" for number in range(shards)]
    with whole.open("rb") as lines:
        for path in paths:
            with path.open("wb") as out:
                out.writelines(next(lines) for _ in range(records))
    whole.unlink()
    manifest = folder / "dataset.yaml"
    described = json.loads(manifest.read_text(encoding="utf-8")) | {"files": ["shard-*.jsonl"]}
    manifest.write_text(json.dumps(described), encoding="utf-8")
    return paths


def others(folder: Path, length: int) -> Iterator[Path]:
    """Manifests of small datasets, of different length: nothing of one is reused for the next."""
    for records in itertools.count(500):
        here = folder / str(records)
        here.mkdir(parents=True)
        generate(here, records, length)
        manifest = here / "dataset.yaml"
        described = json.loads(manifest.read_text(encoding="utf-8"))
        manifest.write_text(json.dumps(described | {"dataset": f"other-{records}"}), "utf-8")
        yield manifest


def change(shard: Path) -> None:
    """The first record of `shard` says something else."""
    first, rest = shard.read_text(encoding="utf-8").split("\n", 1)
    record = json.loads(first) | {"text": "a record that was not there before"}
    shard.write_text(json.dumps(record) + "\n" + rest, encoding="utf-8")


def audit(
    folder: Path,
    label: str,
    workers: int,
    before: Iterator[Path] | None,
    first: float | None = None,
) -> float:
    """One audit in a process of its own; prints its figures and gives its CPU seconds.

    With `before` the process audits the next of those datasets first, and its seconds up to then
    do not count.
    """
    told = folder / "told.json"
    command = [sys.executable, "-c", CHILD, str(told), str(next(before)) if before else ""]
    command += ["audit", str(folder / "dataset.yaml")]
    began = time.monotonic()
    with (folder / "out").open("w+", encoding="utf-8") as out:
        started = subprocess.Popen(
            [*command, "--json", "--workers", str(workers)],
            env={**os.environ, "TDA_HOME": str(folder / "home")},
            stdout=out,
        )
        # of this process and what it waited for: its workers
        _, _, used = os.wait4(started.pid, 0)
        wall = time.monotonic() - began
        out.seek(0)
        outcome = json.loads(out.read())
    done = json.loads(told.read_text(encoding="utf-8"))
    cpu: float = used.ru_utime + used.ru_stime - done["spared"][0]
    wall -= done["spared"][1]
    share = "" if first is None else f" = {100 * cpu / first:5.1f} % of the first"
    shards = outcome.get("shards", {})
    print(
        f"{label:10} {wall:7.1f} s wall {cpu:7.1f} s CPU{share}  "
        f"{outcome['records']:,} records  reused {len(outcome['reused_stages'])} stages, "
        f"{shards.get('reused', 0)} of {shards.get('all', 0)} shards, "
        f"{outcome['digests']['taken_over']} digests",
        flush=True,
    )
    stages = done["stages"].items()
    print("           " + "  ".join(f"{stage} {seconds:.2f}" for stage, seconds in stages))
    return cpu


if __name__ == "__main__":
    main()
