"""Memory does not grow with the file: a gigabyte is audited in less than one."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

MANIFEST = """\
dataset: large
title: {en: Large}
purpose: pretrain
files: ["data.jsonl"]
record: {text: [text]}
sources: [{id: own, type: self_produced, licence: {id: CC0-1.0}}]
personal_information: {present: false}
"""
# the child tells its own peak and that of its workers, in KiB as Linux counts them
CHILD = """
import json, resource, sys
from pipelines.cli import main
try:
    main(sys.argv[2:])
except SystemExit as end:
    who = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    peaks = [resource.getrusage(w).ru_maxrss for w in who]
    open(sys.argv[1], "w").write(json.dumps({"exit": end.code, "peaks": peaks}))
"""


def write_records(path: Path, size: int) -> int:
    """JSON Lines of about 2 KB of text each, all different, until the file has `size` bytes."""
    letters = str.maketrans("0123456789", "ghijklmnop")  # digits would read as numbers of persons
    count = 0
    state = 20260101
    with path.open("w", encoding="ascii") as file:
        while file.tell() < size:
            block = []
            for _ in range(500):
                chosen = []
                for _ in range(120):
                    state = (state * 6364136223846793005 + 1442695040888963407) % 2**64
                    chosen.append(f"{state:016x}".translate(letters))
                block.append(json.dumps({"text": " ".join(chosen)}))
            file.write("\n".join(block) + "\n")
            count += len(block)
    return count


def test_a_gigabyte_is_audited_in_less_than_a_gigabyte(tmp_path: Path):
    records = write_records(tmp_path / "data.jsonl", 1_000_000_000)
    (tmp_path / "dataset.yaml").write_text(MANIFEST, encoding="utf-8")
    command = [sys.executable, "-c", CHILD, str(tmp_path / "peaks.json")]
    done = subprocess.run(
        [*command, "audit", str(tmp_path / "dataset.yaml"), "--json"],
        env={**os.environ, "TDA_HOME": str(tmp_path / "home")},
        capture_output=True,
        text=True,
        check=False,
    )
    told = json.loads((tmp_path / "peaks.json").read_text(encoding="utf-8"))
    assert told["exit"] == 3, done.stderr
    assert json.loads(done.stdout)["records"] == records
    assert max(told["peaks"]) < 1_000_000, told
