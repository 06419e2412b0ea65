"""Seconds, MB/s and peak memory of `tda audit` over generated records; nothing is asserted.

    .venv/bin/python benchmarks/audit_records.py --records 100000 --bytes 2000

Writes the records as JSON Lines into a temporary folder (seeded, so every run reads the same
bytes), audits them twice in fresh processes, and prints one line a run: the second shows what was
reused.
"""

import argparse
import itertools
import json
import os
import platform
import random
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SYLLABLES = ["".join(pair) for pair in itertools.product("bcdfghjklmnpqrstvwxz", "aeiou")]
WORDS = ["".join(word) for n in (1, 2, 3) for word in itertools.product(SYLLABLES, repeat=n)]
WORDS = random.Random(5).sample(WORDS, 50_000)  # noqa: S311  a vocabulary, not a secret
ZIPF = list(itertools.accumulate(1 / (rank + 100) for rank in range(1, len(WORDS) + 1)))
"""Two texts of 2 KB have a Jaccard similarity of 0.03 then, as English ones have."""
HANS = (
    "的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年"
    "过发后作里用道行所然家种事成方多经么去法学如都同现当没动面起看定天分还进好小部其些主样理心"
    "她本前开但因只从想实日军者意无力它与长把机十民第公此已工使情明性知全三又关点正业外将两高间"
    "由问很最重并物手应战向头文体政美相见被利什二等产或新己制身果加西斯月话合回特代内信表化老给"
    "世位次度门任常先海通教儿原东声提立及比员解水名真论处走义各入几口认条平系气题活尔更别打女变"
    "四神总何电数安少报才结反受目太量再感建务做接必场件计管期市直德资命山金指克许统区保至队形社"
    "便空决治展马科司五基眼书非则听白却界达光放强即像难且权思王象完设式色路记南品住告类求据程北"
    "边死张该交规万取拉格望觉术领共确传师观清今切院让识候带导争运"
)


def main() -> None:
    """Generate, audit twice, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=100_000)
    parser.add_argument("--bytes", type=int, default=2_000)
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="tda-bench-") as name:
        folder = Path(name)
        size = generate(folder, given.records, given.bytes)
        print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")
        amount = f"{given.records:,} records, {size / 1e6:,.1f} MB of JSON Lines"
        print(f"{amount}, {given.workers} workers")
        for attempt in ("first", "again"):
            print(f"{attempt:6} {audit(folder, size, given.workers)}", flush=True)


def generate(folder: Path, records: int, length: int) -> int:
    """Write data.jsonl and dataset.yaml; every tenth record is an earlier one, slightly changed."""
    draw = random.Random(20260101)  # noqa: S311  a benchmark needs the same bytes, not secrecy
    earlier: list[str] = []
    path = folder / "data.jsonl"
    with path.open("w", encoding="utf-8") as out:
        for number in range(records):
            if number % 10 == 9 and earlier:
                text = draw.choice(earlier)
                cut = draw.randrange(len(text))
                text = text[:cut] + draw.choice(WORDS) + text[cut + 3 :]
            elif number % 2:
                text = "".join(draw.choices(HANS, k=length // 3))
            else:
                text = " ".join(draw.choices(WORDS, cum_weights=ZIPF, k=length // 7))
            if number % 50 == 0:
                text += f" reach me at user{number}@example.org"
            if len(earlier) < 1000:
                earlier.append(text)
            out.write(json.dumps({"id": str(number), "text": text}, ensure_ascii=False) + "\n")
    manifest = {
        "dataset": "bench",
        "title": {"en": "generated records"},
        "purpose": "pretrain",
        "files": ["data.jsonl"],
        "record": {"text": ["text"], "id": "id"},
        "sources": [{"id": "generated", "type": "synthetic", "licence": {"id": "CC0-1.0"}}],
        "personal_information": {"present": "unknown"},
    }
    (folder / "dataset.yaml").write_text(json.dumps(manifest), encoding="utf-8")
    return path.stat().st_size


def audit(folder: Path, size: int, workers: int) -> str:
    """One audit in a process of its own; its line of figures."""
    command = [sys.executable, "-m", "pipelines.cli", "audit", str(folder / "dataset.yaml")]
    command += ["--json", "--workers", str(workers)]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.monotonic()
    done = subprocess.run(
        command,
        env={**os.environ, "TDA_HOME": str(folder / "home")},
        capture_output=True,
        text=True,
        check=False,
    )
    wall = time.monotonic() - began
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if not done.stdout:
        sys.exit(done.stderr)
    outcome = json.loads(done.stdout)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    peak = after.ru_maxrss / 1024  # KiB on Linux; the largest single process of the run
    return (
        f"{wall:7.1f} s wall  {cpu:7.1f} s CPU  {size / 1e6 / wall:6.1f} MB/s  "
        f"{peak:6.0f} MB peak of a process  gate {outcome['gate']}  "
        f"{outcome['records']:,} records  {outcome['exact_duplicates']:,} exact  "
        f"{outcome['near_duplicates']:,} near  reused {len(outcome['reused_stages'])} stages"
    )


if __name__ == "__main__":
    main()
