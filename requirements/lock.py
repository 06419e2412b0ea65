"""Write the hashed locks from setup.cfg: `python requirements/lock.py` (needs uv).

audit.txt  what `tda` and its Airflow DAGs need
server.txt audit.txt plus the PostgreSQL drivers and Celery, for a service: without what builds the
           wheel
build.txt  what builds the wheel, and nothing else
spark.txt  the same plus PySpark, for who has a Spark cluster
test.txt   all of these plus the tools of `make test`

All hold the same versions: those of test.txt, which constrains the others.

uv takes the Pythons to resolve for only from a [project] and a [tool.uv] table, so both are written
to a temporary folder from setup.cfg: the metadata keeps its single home.
"""

import configparser
import json
import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ENVIRONMENTS = [
    "python_version < '3.14' and platform_python_implementation == 'CPython'"
    f" and implementation_name == 'cpython' and sys_platform == '{platform}'"
    for platform in ("linux", "darwin")
]
BOUND = ("--constraint", str(ROOT / "requirements" / "test.txt"))


def project_table(*extras: str, build: bool = True) -> str:
    """A pyproject.toml with the requirements of setup.cfg and of `extras`, and to `build` it."""
    setup = configparser.ConfigParser()
    setup.read(ROOT / "setup.cfg", encoding="utf-8")
    text = setup["options"]["install_requires"]
    text += "".join("\n" + setup["options.extras_require"][extra] for extra in extras)
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    # the project is installed without build isolation
    return table_of([*lines, *(build_tools() if build else ())])


def build_tools() -> list[str]:
    """What builds the wheel."""
    with (ROOT / "pyproject.toml").open("rb") as file:
        tools: list[str] = tomllib.load(file)["build-system"]["requires"]
    return tools


def table_of(requirements: list[str]) -> str:
    """A pyproject.toml with these requirements."""
    setup = configparser.ConfigParser()
    setup.read(ROOT / "setup.cfg", encoding="utf-8")
    return (
        "[project]\nname = 'lock'\nversion = '0'\n"
        f"requires-python = '{setup['options']['python_requires']}'\n"
        f"dependencies = {json.dumps(requirements)}\n"
        f"[tool.uv]\nenvironments = {json.dumps(ENVIRONMENTS)}\n"
    )


def compile_lock(name: str, project: str, *options: str) -> None:
    """Resolve `project` for every supported Python into requirements/`name`."""
    uv = shutil.which("uv")
    if uv is None:
        sys.exit("uv is needed to write the locks: pip install uv")
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder, "pyproject.toml")
        source.write_text(project, encoding="utf-8")
        command = [uv, "pip", "compile", str(source), "--universal", "--generate-hashes"]
        command += ["--no-header", "--no-annotate", "--quiet", *options]
        command += ["--output-file", str(ROOT / "requirements" / name)]
        subprocess.run(command, check=True, cwd=folder)  # noqa: S603


if __name__ == "__main__":
    # the largest first: what it settles on binds the others
    compile_lock("test.txt", project_table("airflow", "server", "celery", "spark", "dev"))
    with_spark = project_table("airflow", "server", "celery", "spark", build=False)
    compile_lock("spark.txt", with_spark, *BOUND)
    compile_lock("server.txt", project_table("airflow", "server", "celery", build=False), *BOUND)
    compile_lock("audit.txt", project_table("airflow"), *BOUND)
    compile_lock("build.txt", table_of(build_tools()), *BOUND)
