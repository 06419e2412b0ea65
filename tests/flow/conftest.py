"""Processes that run `tda`, are killed where a test says, and start fast: see forking.py."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
IMPORTED_WITHOUT_THREADS = {
    "OPENBLAS_NUM_THREADS": "1",
    "PYTHONPATH": str(ROOT),
    "TDA_LANG": "en",
}


@dataclass(frozen=True)
class Ended:
    """A process that has ended: its exit code (negative: the signal), what it printed."""

    code: int
    stdout: str
    stderr: str

    @property
    def json(self) -> dict:
        return json.loads(self.stdout)


class Processes:
    """Starts one process after the other in the workspace it is given."""

    def __init__(self, parent: subprocess.Popen, folder: Path) -> None:
        self._parent = parent
        self._folder = folder
        self._jobs = 0

    def tda(self, home: Path, *arguments: str, kill: tuple[str, str] | None = None) -> Ended:
        """`tda ARGUMENTS` in the workspace `home`, killed at `kill` (see killed_at.py)."""
        self._jobs += 1
        out, err = (self._folder / f"{self._jobs}.{name}" for name in ("out", "err"))
        job = {
            "arguments": arguments,
            "environment": {"TDA_HOME": str(home)},
            "kill": kill,
            "stdout": str(out),
            "stderr": str(err),
        }
        self._parent.stdin.write(json.dumps(job) + "\n")
        self._parent.stdin.flush()
        answer = self._parent.stdout.readline()
        assert answer, "the forking process has ended"
        return Ended(json.loads(answer)["code"], out.read_text(), err.read_text())


@pytest.fixture(scope="session")
def processes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Processes]:
    parent = subprocess.Popen(
        [sys.executable, str(Path(__file__).with_name("forking.py"))],
        env={**os.environ, **IMPORTED_WITHOUT_THREADS},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )
    with parent:
        try:
            assert json.loads(parent.stdout.readline()) == {"threads": []}
            yield Processes(parent, tmp_path_factory.mktemp("processes"))
        finally:
            parent.stdin.close()
            parent.wait(timeout=60)
