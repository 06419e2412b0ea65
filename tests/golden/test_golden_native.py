"""A C kernel that gives other results under the same VERSION is found out like one in Python.

The sources are copied, one constant of the copy is changed, and the check runs with what is
compiled of it; the same without the change tells that the check is about the change.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from pipelines.kernels.native import build

REGENERATE = Path(__file__).with_name("regenerate.py")
COMPILED = """
import runpy, sys
from pathlib import Path
from pipelines.kernels.native import build
sources, program = sys.argv[1:]
build.SOURCES, build.LIBRARIES = Path(sources), Path(sources, "lib")
sys.argv = [program, "--check"]
runpy.run_path(program, run_name="__main__")
"""
SAID = "tda: compiling the kernels for this machine (once) …"
SAME_VERSION = {
    "how shingles fall into a signature": (
        "sketch.c",
        "#define FMIX1 0x85EBCA6Bu",
        "#define FMIX1 0x85EBCA6Du",
        "records.bands",
    ),
    "which rows of the language model a word has": (
        "language.c",
        "#define FNV_BASIS 2166136261u",
        "#define FNV_BASIS 2166136263u",
        "records.language",
    ),
    "which digits can be a mobile number": (
        "shapes.c",
        '"1dd?dddd?dddd",  ',
        '"2dd?dddd?dddd",  ',
        "hits.type",
    ),
}
pytestmark = pytest.mark.slow


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    """A copy of the C sources, of which nothing is compiled yet."""
    folder = tmp_path / "native"
    folder.mkdir()
    for path in (*build.SOURCES.glob("*.c"), *build.SOURCES.glob("*.h")):
        shutil.copy(path, folder)
    return folder


def checked(sources: Path) -> subprocess.CompletedProcess[str]:
    """`regenerate.py --check` with the library that it compiles from `sources`."""
    return subprocess.run(
        [sys.executable, "-c", COMPILED, str(sources), str(REGENERATE)],
        cwd=REGENERATE.parents[2],
        env={
            **os.environ,
            "XDG_CACHE_HOME": str(sources.parent / "cache"),
            # what the compiler keeps of its own runtime is none of ours
            "ZIG_GLOBAL_CACHE_DIR": str(Path.home() / ".cache" / "zig"),
        },
        capture_output=True,
        text=True,
        check=False,
    )


def libraries(sources: Path) -> list[str]:
    return [path.name for path in (sources / "lib").glob("*.so")]


def test_the_copy_without_a_change_gives_what_was_agreed(sources):
    done = checked(sources)
    assert (done.returncode, done.stderr.splitlines()) == (0, [SAID])
    assert libraries(sources) == [build.library_path(build.levels()[0]).name]


@pytest.mark.parametrize("case", SAME_VERSION)
def test_one_changed_constant_of_a_kernel_fails_under_the_same_version(case, sources):
    name, before, after, column = SAME_VERSION[case]
    text = (sources / name).read_text(encoding="utf-8")
    assert text.count(before) == 1, "the constant has moved: name it as it is written now"
    (sources / name).write_text(text.replace(before, after), encoding="utf-8")
    done = checked(sources)
    assert done.returncode == 1, done.stderr
    said, complaint = done.stderr.splitlines()
    assert said == SAID
    assert "results changed under the same VERSION: raise it or mend the kernel" in complaint
    assert column in complaint
    # it was compiled, and under a name that no library of the old sources has
    (made,) = libraries(sources)
    assert made != build.library_path(build.levels()[0]).name
