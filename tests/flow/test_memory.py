"""Memory grows neither with the file nor with what one record of it holds.

A gigabyte is audited in less than one, and so is a record just under the limit, whatever it holds.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from pipelines.model.dataset import MAX_RECORD_BYTES

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
PEAK_OF = Path(__file__).parents[1] / "services" / "peak_of.py"


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
    assert audited(tmp_path) == records


MOST_KIB = 1_000_000


def audited(tmp_path: Path) -> int:
    """The records of `data.jsonl`, audited in a process that stays below the cap."""
    (tmp_path / "dataset.yaml").write_text(MANIFEST, encoding="utf-8")
    command = [sys.executable, "-S", str(PEAK_OF), str(tmp_path / "peak.json")]
    command += [sys.executable, "-m", "pipelines.cli"]
    done = subprocess.run(
        [*command, "audit", str(tmp_path / "dataset.yaml"), "--json"],
        env={**os.environ, "TDA_HOME": str(tmp_path / "home")},
        capture_output=True,
        text=True,
        check=False,
    )
    told = json.loads((tmp_path / "peak.json").read_text(encoding="ascii"))
    assert told["exit"] == 3, done.stderr
    assert told["peak"] < MOST_KIB, told
    return json.loads(done.stdout)["records"]


HOSTILE = {
    "ASCII": "the quick brown fox jumps over it. ",
    "four bytes a character": "𠀀𠀁𠀂𠀃",
    "eighteen characters from one": "\ufdfa",
    "marks in the wrong order": "\u0301\u0323",
    "one character": "a",
    "white space": " ",
}


@pytest.mark.parametrize("repeated", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_record_just_under_the_limit_takes_no_more_than_any_file(tmp_path: Path, repeated: str):
    write_record(tmp_path / "data.jsonl", repeated)
    assert audited(tmp_path) == 1


def test_one_wide_character_does_not_widen_the_others_beyond_the_cap(tmp_path: Path):
    # Python keeps a string with one such character at four bytes each
    write_record(tmp_path / "data.jsonl", "a", first="😀")
    assert audited(tmp_path) == 1


def test_two_such_records_that_are_nearly_equal_are_audited_within_the_cap(tmp_path: Path):
    write_record(tmp_path / "data.jsonl", "the quick brown fox jumps over it. ")
    write_record(tmp_path / "data.jsonl", "the quick brown fox jumps over it. ", first="Ah, ")
    assert audited(tmp_path) == 2


def write_record(path: Path, repeated: str, first: str = "") -> None:
    """One more JSON Lines record, `repeated` until it is just under the limit."""
    unit = repeated.encode()
    room = MAX_RECORD_BYTES - len('{"text": ""}') - len(first.encode())
    with path.open("ab") as file:
        file.write(b'{"text": "' + first.encode())
        file.write(unit * (room // len(unit)))
        file.write(b'"}\n')
