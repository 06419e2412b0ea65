"""Make `.venv` ready: `python3 requirements/environment.py audit|test`. Standard library only.

Installs the hashed lock, then the project itself without build isolation (its build tools are in
the lock). A stamp of what was installed makes the second call return at once.
"""

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
OLDEST, NEWEST = (3, 11), (3, 13)


def main(purpose: str) -> None:
    """Bring `.venv` to the state `purpose` needs: `audit`, or `test`, which includes it."""
    if not OLDEST <= sys.version_info[:2] <= NEWEST:
        sys.exit(
            f"tda needs Python {OLDEST[0]}.{OLDEST[1]} to {NEWEST[0]}.{NEWEST[1]}; this is "
            f"{sys.version_info[0]}.{sys.version_info[1]}. Name another: make PYTHON=python3.12 …"
        )
    stamp = VENV / f".tda-{purpose}-{fingerprint(purpose)}"
    above = VENV / f".tda-test-{fingerprint('test')}"
    if stamp.exists() or above.exists():
        return
    if importlib.util.find_spec("venv") is None or importlib.util.find_spec("ensurepip") is None:
        minor = f"{sys.version_info[0]}.{sys.version_info[1]}"
        sys.exit(f"Python's venv module is missing; install it: apt install python{minor}-venv")
    if not PYTHON.exists():
        run(sys.executable, "-m", "venv", str(VENV))
    uv, lock = shutil.which("uv"), f"requirements/{purpose}.txt"
    if uv is not None:
        # compiled once, as pip does, not by each process where none may write its bytecode
        install = [uv, "pip", "install", "--python", str(PYTHON), "--compile-bytecode"]
        locked = ["-r", lock]
    else:
        install = [str(PYTHON), "-m", "pip", "install", "--disable-pip-version-check"]
        # the pip of Python 3.11 (23.2) forgets version and hash of a package that another asks for
        # with an extra, such as celery[redis]; what is a constraint as well it remembers
        locked = ["-r", lock, "--constraint", lock]
    print(f"installing what `make {purpose}` needs into .venv (once) …", flush=True)
    run(*install, "--quiet", "--require-hashes", *locked)
    run(*install, "--quiet", "--no-deps", "--no-build-isolation", "--editable", ".")
    stamp.touch()


def fingerprint(purpose: str) -> str:
    """Digest of what decides the content of the environment."""
    sha = hashlib.sha256(sys.version.encode())
    for name in (f"requirements/{purpose}.txt", "setup.cfg", "pyproject.toml"):
        sha.update((ROOT / name).read_bytes())
    return sha.hexdigest()[:16]


def run(*command: str) -> None:
    """Run `command` in the checkout; end with its exit code where it fails."""
    done = subprocess.run(command, cwd=ROOT, env=os.environ, check=False)  # noqa: S603
    if done.returncode != 0:
        sys.exit(done.returncode)


if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1] not in {"audit", "test"}:
        sys.exit("usage: python3 requirements/environment.py audit|test")
    main(sys.argv[1])
