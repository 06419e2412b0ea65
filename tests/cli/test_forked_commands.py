"""A command that tests fork is what a cold one is: see tests/services/tda_process.py."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from tda_process import tda

COMMANDS = {
    "no command": [],
    "figures": ["plan", "--lot-size", "1200", "--aql", "1.0", "--json"],
    "a mistake": ["controls", "show", "XXX-99"],
    "a file from the folder it is started in": ["pii", "texts.jsonl", "--text", "text"],
    "a workspace in which nothing was done": ["ledger", "head"],
    "a setting from the environment": ["dups", "texts.jsonl", "--text", "text"],
}


@pytest.mark.parametrize("words", COMMANDS.values(), ids=COMMANDS)
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_forked_command_ends_and_says_what_a_cold_one_does(tmp_path: Path, words, lang):
    (tmp_path / "texts.jsonl").write_text('{"text": "write to li@example.com"}\n')
    more = {"TDA_LANG": lang, "TDA_WORKERS": "none" if words[:1] == ["dups"] else "1"}
    cold = subprocess.run(
        [sys.executable, "-m", "pipelines.cli", *words],
        env={**os.environ, "TDA_HOME": str(tmp_path / "home"), **more},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    forked = tda(tmp_path / "home", *words, folder=tmp_path, **more)
    assert forked.stdout + forked.stderr
    for what in ("returncode", "stdout", "stderr"):
        assert getattr(forked, what) == getattr(cold, what), what


def test_nothing_of_one_forked_command_is_left_to_the_next(tmp_path: Path):
    first = tda(tmp_path / "home", "controls", "show", "XXX-99", LANG="C", TDA_LANG="zh")
    again = tda(tmp_path / "home", "controls", "show", "XXX-99")
    assert first.stderr != again.stderr
    assert again.stderr.isascii()
