"""Write the hashed locks of the peers: `python benchmarks/peers/lock.py [NAME…]` (needs uv).

One lock an environment of `locks/environments.toml`, apart from those of the project: nothing
here is a dependency of `tda`.
"""

import json
import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

LOCKS = Path(__file__).resolve().parent / "locks"
PYTHONS = ">=3.11,<3.14"
PLATFORM = "platform_python_implementation == 'CPython' and sys_platform == 'linux'"


def main(chosen: list[str]) -> None:
    """Lock the `chosen` environments, all where none is named."""
    uv = shutil.which("uv")
    if uv is None:
        sys.exit("uv is needed to write the locks: pip install uv")
    declared = tomllib.loads((LOCKS / "environments.toml").read_text(encoding="utf-8"))
    for name in chosen or declared:
        if name not in declared:
            sys.exit(f"no environment {name}: take one of {', '.join(declared)}")
        compile_lock(uv, name, declared[name]["requires"])


def compile_lock(uv: str, name: str, requirements: list[str]) -> None:
    """Resolve `requirements` for every supported Python on Linux into locks/`name`.txt."""
    project = (
        f"[project]\nname = 'lock'\nversion = '0'\nrequires-python = '{PYTHONS}'\n"
        f"dependencies = {json.dumps(requirements)}\n"
        f"[tool.uv]\nenvironments = {json.dumps([PLATFORM])}\n"
    )
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder, "pyproject.toml")
        source.write_text(project, encoding="utf-8")
        command = [uv, "pip", "compile", str(source), "--universal", "--generate-hashes"]
        command += ["--no-header", "--no-annotate", "--quiet"]
        command += ["--output-file", str(LOCKS / f"{name}.txt")]
        subprocess.run(command, check=True, cwd=folder)


if __name__ == "__main__":
    main(sys.argv[1:])
