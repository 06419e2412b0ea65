"""Environments of the peers: made from their hashed locks, kept in a cache folder."""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

LOCKS = Path(__file__).resolve().parent / "peers" / "locks"


def python_of(name: str, cache: Path) -> Path:
    """The interpreter of the environment `name`, which is made where the cache has none.

    It is made anew when the lock or this Python is another one.

    Raises:
        subprocess.CalledProcessError: A package could not be installed.
    """
    lock = LOCKS / f"{name}.txt"
    digest = hashlib.sha256(sys.version.encode() + lock.read_bytes()).hexdigest()[:12]
    home = (cache / f"{name}-{digest}").absolute()
    python, stamp = home / "bin" / "python", home / "installed"
    if stamp.exists():
        return python
    print(f"making the environment {name} (once) …", file=sys.stderr, flush=True)
    shutil.rmtree(home, ignore_errors=True)
    uv = shutil.which("uv")
    if uv is None:
        _call(sys.executable, "-m", "venv", str(home))
        install = [str(python), "-m", "pip", "install", "--disable-pip-version-check"]
    else:
        _call(uv, "venv", "--quiet", "--python", sys.executable, str(home))
        install = [uv, "pip", "install", "--python", str(python)]
    _call(*install, "--quiet", "--require-hashes", "-r", str(lock))
    stamp.touch()
    return python


def _call(*command: str) -> None:
    subprocess.run(command, check=True, env={**os.environ, "VIRTUAL_ENV": ""}, stdout=sys.stderr)
