"""Where no kernels are installed they are compiled, once and with a word, or a sentence says why.

The commands run from a copy of the packages that holds no library, each in a cold process.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("pipelines", "connectors", "expectations")
SAID = {
    "en": "tda: compiling the kernels for this machine (once) …",
    "zh": "tda: 正在为本机编译内核（仅此一次）…",
}
HIDDEN = "import sys\nsys.modules['ziglang'] = None\n"
WITHOUT = {
    "en": [
        "tda: the compiled kernels are not installed and cannot be made here",
        "     install a compiler (pip install ziglang), then run "
        "python -m pipelines.kernels.native.build",
    ],
    "zh": [
        "tda: 未安装编译好的内核，此处也无法编译",
        "     请安装编译器（pip install ziglang），然后运行 "
        "python -m pipelines.kernels.native.build",
    ],
}
DUPS = ("dups", "one.jsonl", "two.jsonl", "--workers", "2", "--json")
Tda = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    """A folder with a copy of the packages as they are before anything was compiled."""
    folder = tmp_path / "bare"
    for name in PACKAGES:
        left = shutil.ignore_patterns("lib", "__pycache__")
        shutil.copytree(ROOT / name, folder / name, ignore=left)
    for name in ("one", "two"):
        (folder / f"{name}.jsonl").write_text('{"text": "a"}\n{"text": "A"}\n')
    hiding = tmp_path / "hiding"
    hiding.mkdir()
    (hiding / "sitecustomize.py").write_text(HIDDEN)
    return folder


@pytest.fixture
def tda(bare: Path, tmp_path: Path) -> Tda:
    def run(
        *words: str, lang: str = "en", compiler: bool = True, path: Path | None = None
    ) -> subprocess.CompletedProcess[str]:
        """`tda WORDS`; without a `compiler` ziglang cannot be imported, there and by workers."""
        where = [str(bare)] if compiler else [str(tmp_path / "hiding"), str(bare)]
        kept = {k: v for k, v in os.environ.items() if not k.startswith("TDA_")}
        given = {
            "PATH": str(path or tmp_path / "nothing here"),
            "PYTHONPATH": os.pathsep.join(where),
            "TDA_HOME": str(tmp_path / "home"),
            "TDA_LANG": lang,
            "XDG_CACHE_HOME": str(tmp_path / "cache"),
            # what the compiler keeps of its own runtime is none of ours
            "ZIG_GLOBAL_CACHE_DIR": str(Path.home() / ".cache" / "zig"),
        }
        return subprocess.run(
            [sys.executable, "-m", "pipelines.cli", *words],
            cwd=bare,
            env=kept | given,
            capture_output=True,
            text=True,
            check=False,
        )

    return run


def libraries(folder: Path) -> dict[str, int]:
    """Each file of `folder` that was compiled, with the moment it was."""
    return {path.name: path.stat().st_mtime_ns for path in folder.glob("*.so")}


def duplicates(done: subprocess.CompletedProcess[str]) -> int:
    assert done.returncode == 0, done.stderr
    return int(json.loads(done.stdout)["exact_duplicates"])


def test_the_first_process_says_that_it_compiles_and_the_next_one_does_neither(bare, tda):
    folder = bare / "pipelines" / "kernels" / "native" / "lib"
    assert not folder.exists()
    first = tda(*DUPS)
    assert duplicates(first) == 3
    # two workers needed them, and neither began to compile for itself
    assert first.stderr.splitlines() == [SAID["en"]]
    made = libraries(folder)
    assert len(made) == 1
    # with nothing to compile with, lest it be done without a word
    second = tda(*DUPS, compiler=False)
    assert (duplicates(second), second.stderr) == (3, "")
    assert libraries(folder) == made


def test_of_processes_that_start_at_the_same_time_one_compiles(tmp_path, monkeypatch):
    """The compiler writes down that it was called, and takes its time."""
    called = tmp_path / "called"
    compiler = tmp_path / "bin" / "clang"
    compiler.parent.mkdir()
    compiler.write_text(
        f'#!/bin/sh\necho >> "{called}"\nsleep 1\n'
        'while [ "$1" != -o ]; do shift; done\ntouch "$2"\n'
    )
    compiler.chmod(0o755)
    folder = tmp_path / "lib"
    program = (
        f"{HIDDEN}from pathlib import Path\nfrom pipelines.kernels.native.build import build\n"
        f"print(build('baseline', Path({str(folder)!r})).exists())"
    )
    monkeypatch.setenv("PATH", f"{compiler.parent}{os.pathsep}{os.environ['PATH']}")
    started = [
        subprocess.Popen([sys.executable, "-c", program], cwd=ROOT, stdout=subprocess.PIPE)
        for _ in range(3)
    ]
    assert [process.communicate()[0] for process in started] == [b"True\n"] * 3
    assert called.read_text() == "\n"
    assert len(libraries(folder)) == 1


@pytest.mark.slow
def test_where_the_package_cannot_be_written_they_are_kept_for_the_user(bare, tda, tmp_path):
    taken = bare / "pipelines" / "kernels" / "native" / "lib"
    taken.write_text("no folder can be here")
    first = tda(*DUPS, lang="zh")
    assert (duplicates(first), first.stderr.splitlines()) == (3, [SAID["zh"]])
    made = libraries(tmp_path / "cache" / "training-data-audit")
    assert len(made) == 1
    second = tda(*DUPS, lang="zh", compiler=False)
    assert (duplicates(second), second.stderr) == (3, "")
    assert libraries(tmp_path / "cache" / "training-data-audit") == made


@pytest.mark.parametrize(
    "words",
    [
        DUPS,
        ("dups", "one.jsonl", "--against", "two.jsonl"),
        ("pii", "one.jsonl", "--text", "text"),
        ("audit", str(ROOT / "examples" / "support-dialogues" / "dataset.yaml")),
    ],
    ids=["dups", "against", "pii", "audit"],
)
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_without_a_compiler_a_sentence_says_what_to_install(bare, tda, words, lang):
    done = tda(*words, lang=lang, compiler=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.splitlines() == [SAID[lang], *WITHOUT[lang]]
    assert not libraries(bare / "pipelines" / "kernels" / "native" / "lib")


def test_a_compiler_that_does_not_work_is_none(tda, tmp_path):
    broken = tmp_path / "bin" / "clang"
    broken.parent.mkdir()
    broken.write_text("#!/bin/sh\nexit 1\n")
    broken.chmod(0o755)
    done = tda(*DUPS, compiler=False, path=broken.parent)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.splitlines() == [SAID["en"], *WITHOUT["en"]]
