"""`tda` as a process of its own that imports nothing anew: see forking.py.

What is tested of it is what it prints, leaves and ends with. Tests about what a process finds
around it (closed pipes, locales, what is imported, the most memory it takes) start a cold one.
"""

import atexit
import functools
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 600
"""Seconds after which a command that hangs is ended."""
WITHOUT_THREADS = {"OPENBLAS_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)}


class ForkingProcess:
    """The process that forks, from the first command to the end of the tests."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="tda-forked-")
        self._process = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("forking.py"))],
            env={**os.environ, **WITHOUT_THREADS},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )
        assert self._answer() == {"threads": []}

    def carry_out(self, job: dict[str, object]) -> tuple[int, str, str]:
        """Exit code (negative: the signal), standard output and standard error of `job`."""
        assert self._process.stdin is not None
        out, err = (Path(self._folder.name, name) for name in ("out", "err"))
        job = {**job, "stdout": str(out), "stderr": str(err)}
        self._process.stdin.write(json.dumps(job) + "\n")
        self._process.stdin.flush()
        code = self._answer()["code"]
        told = [path.read_bytes().decode("utf-8") for path in (out, err)]
        for path in (out, err):
            path.unlink()
        return code, told[0], told[1]

    def close(self) -> None:
        """End it, as there is nothing more to fork."""
        with self._process as process:
            assert process.stdin is not None
            process.stdin.close()
            process.wait(timeout=60)
        self._folder.cleanup()

    def _answer(self) -> dict:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, "the forking process has ended"
        return json.loads(line)


@functools.cache
def forking() -> ForkingProcess:
    """The one of this process of pytest."""
    started = ForkingProcess()
    atexit.register(started.close)
    return started


def tda(
    home: Path,
    *words: object,
    folder: Path | None = None,
    kill: tuple[str, str] | None = None,
    terminal: bool = False,
    **environment: str,
) -> subprocess.CompletedProcess[str]:
    """`tda WORDS` in the workspace `home`, in English unless `environment` says otherwise.

    It runs in `folder`, else where this process is; it is killed at `kill` (see killed_at.py); and
    it writes to its outputs what it would to a terminal, where `terminal` says so.
    """
    job = {
        "arguments": [str(word) for word in words],
        "environment": {**os.environ, "TDA_HOME": str(home), "TDA_LANG": "en", **environment},
        "folder": str(folder or Path.cwd()),
        "kill": kill,
        "terminal": terminal,
        "patience": PATIENCE,
    }
    code, out, err = forking().carry_out(job)
    return subprocess.CompletedProcess(["tda", *map(str, words)], code, out, err)
