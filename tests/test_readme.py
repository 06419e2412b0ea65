"""Every command of the README is run; what it says of them holds."""

import os
import re
import shlex
import subprocess
from pathlib import Path

import pytest

from expectations.catalogue import catalogue

ROOT = Path(__file__).resolve().parent.parent
READMES = ("README.md", "README.zh-CN.md")
MAKE = {"make audit", "make test"}


def commands(name: str) -> list[str]:
    text = (ROOT / name).read_text(encoding="utf-8")
    fenced = [
        line for block in re.findall(r"```sh\n(.*?)```", text, re.S) for line in block.splitlines()
    ]
    indented = [
        line.strip() for line in text.splitlines() if re.match(r"    (make|tda|\.venv)", line)
    ]
    found = [line for line in fenced + indented if line.strip()]
    assert found
    return found


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("readme")


# in the order of the README: the ledger is verified after something was audited
TDA = list(dict.fromkeys(c for name in READMES for c in commands(name) if "make " not in c))


@pytest.mark.parametrize("command", TDA)
def test_a_command_of_the_readme_does_what_it_says(command: str, home: Path):
    words = shlex.split(command)
    assert words[0] == ".venv/bin/tda"
    program = ROOT / words[0]
    assert program.exists(), "run make test: it installs the project"
    done = subprocess.run(
        [str(program), *words[1:]],
        env={**os.environ, "TDA_HOME": str(home)},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    # the example fails its audit on purpose; everything else succeeds
    expected = 1 if words[1] == "audit" else 0
    assert done.returncode == expected, done.stderr
    assert done.stdout


def test_the_two_commands_are_the_first_of_the_readme():
    for name in READMES:
        indented = [c for c in commands(name) if c.startswith("make")]
        assert indented[:2] == ["make audit", "make test"]
        assert set(indented) == MAKE


def test_both_readmes_say_the_same():
    english, chinese = ((ROOT / name).read_text(encoding="utf-8") for name in READMES)

    def shape(text: str) -> list[str]:
        """Headings, items, rows, blocks and links, in their order and whatever the language."""
        lines = re.findall(r"^(#+|- \*\*|\||```\w*|    make \w+)|(\]\([^)]+\))", text, re.MULTILINE)
        found = [start or link for start, link in lines]
        return [part.replace("-zh.png", "-en.png").replace(".zh-CN", "") for part in found]

    plain = [[re.sub(r" --lang \w+", "", c) for c in commands(name)] for name in READMES]
    assert plain[0] == plain[1]
    assert shape(english) == shape(chinese)
    # what is written as code is the same: commands, DAGs, files, variables
    code = [
        set(re.findall(r"`([^`\n]+)`", re.sub(r"```.*?```", "", t, flags=re.S)))
        for t in (english, chinese)
    ]
    assert {one.replace("--lang zh", "--lang en") for one in code[0]} == code[1]


def test_the_readmes_count_the_controls_that_have_a_test():
    tested = sum(entry.control is not None for entry in catalogue().values())
    english, chinese = ((ROOT / name).read_text(encoding="utf-8") for name in READMES)
    assert f"{tested} of the {len(catalogue())} controls have" in " ".join(english.split())
    assert f"{len(catalogue())} 项控制中，本版本有检测的 {tested} 项" in chinese


@pytest.mark.airflow
def test_make_audit_reaches_a_gate_for_both_examples_and_exits_0(tmp_path: Path):
    done = subprocess.run(
        ["make", "audit"],
        env={**os.environ, "TDA_HOME": str(tmp_path / "home"), "TDA_LANG": "en"},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    for dataset in ("installed-packages", "support-dialogues"):
        assert re.search(rf"Fail +{dataset} ", done.stdout), done.stdout
    assert len(re.findall(r"report +\S+report\.en\.html", done.stdout)) == 2
    assert "[airflow" not in done.stdout  # Airflow's log is in its file
    assert (tmp_path / "home" / "airflow" / "make-audit.log").stat().st_size > 0


def test_every_file_a_document_links_to_exists():
    for path in [
        *ROOT.glob("README*.md"),
        *ROOT.glob("docs/*.md"),
        *ROOT.glob("docs/decisions/*.md"),
    ]:
        for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", path.read_text(encoding="utf-8")):
            if "://" not in target:
                assert (path.parent / target).exists(), f"{path.name} -> {target}"
