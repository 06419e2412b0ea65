"""Help in both languages: everything is said, nothing is cut or too wide, examples can be typed."""

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from itertools import takewhile
from unicodedata import combining, east_asian_width

import pytest
import typer
from typer.core import TyperCommand, TyperGroup

from pipelines.cli import COMMANDS, build, main
from pipelines.language.catalogue import gettext
from pipelines.language.prose import EXAMPLE, paragraphs

HAN = re.compile(r"[\u4e00-\u9fff]")
WORD = re.compile(r"[A-Za-z]{3,}")
NAMES = set(
    WORD.findall(
        """
        Formats, standards, coefficients: CSV TSV JSON Lines Parquet ISO UTC UTF NFKC AQL III
        Jaccard Krippendorff Cohen Fleiss. Placeholders: DATASET DIGEST FILE MANIFEST NAME PATH RUN.
        What is read and written: TDA_HOME TDA_ENGINE reports report.zh.html report.json
        file row column start end type tier evaluation_file evaluation_row docs/controls
        jsonl json parquet csv tsv text char word line paragraph local spark all first last drop
        exact near valid lookalike pretrain fine_tune alignment evaluation nominal ordinal interval
        normal tightened inside tda help.
        """
    )
)
"""Words that are the same in both languages."""


def tree() -> dict[str, TyperCommand | TyperGroup]:
    """Every command by what is typed for it."""
    root = typer.main.get_command(build())
    assert isinstance(root, TyperGroup)
    return dict(_below("tda", root))


def _below(path: str, command: TyperCommand | TyperGroup) -> Iterator[tuple[str, TyperCommand]]:
    yield path, command
    for name, one in getattr(command, "commands", {}).items():
        yield from _below(f"{path} {name}", one)


TREE = tree()
PATHS = sorted(TREE)


def page(capsys: pytest.CaptureFixture[str], path: str, lang: str) -> list[str]:
    """The lines of `path --help`."""
    with pytest.raises(SystemExit) as left:
        main([*path.split()[1:], "--help", "--lang", lang])
    out, err = capsys.readouterr()
    assert (left.value.code, err) == (0, "")
    return out.splitlines()


def columns(line: str) -> int:
    """What a terminal shows: ambiguous characters are counted as wide, as some are set so."""
    return sum(0 if combining(char) else 1 + (east_asian_width(char) in "WF") for char in line)


def examples(command: TyperCommand | TyperGroup) -> list[str]:
    told = paragraphs(command.help or "")
    return [one.removeprefix(EXAMPLE) for one in told if one.startswith(EXAMPLE)]


def test_every_command_is_here() -> None:
    assert {path.split()[1] for path in PATHS if " " in path} == set(COMMANDS)
    assert {"tda gate check", "tda ledger prove", "tda retention hold"} <= set(PATHS)


@pytest.mark.parametrize("path", PATHS)
def test_every_command_option_and_argument_says_what_it_is_in_both_languages(path) -> None:
    command = TREE[path]
    told = [one for one in paragraphs(command.help or "") if not one.startswith(EXAMPLE)]
    assert told, "a command says what it does"
    told += [parameter.help or "" for parameter in command.params]
    for text in told:
        assert WORD.search(text), f"{path}: an option or argument says nothing"
        assert HAN.search(gettext(text, "zh")), text


@pytest.mark.parametrize("path", PATHS)
def test_a_chinese_page_has_no_english_but_names(capsys, path) -> None:
    lines = page(capsys, path, "zh")
    commands = {name for one in TREE.values() for name in getattr(one, "commands", ())}
    options = {word for one in TREE.values() for p in one.params for word in p.opts}
    known = NAMES | commands | {part for word in options for part in WORD.findall(word)}

    # an example goes on where its line ends with a backslash
    said, inside = [], False
    for line in lines:
        inside = inside or "示例：" in line
        if not inside:
            said.append(line)
        inside = inside and line.endswith("\\")
    said[0] = said[0].replace(path, "")
    assert said[0].startswith("用法：")
    assert {"选项："} <= set(said)
    assert set(WORD.findall(" ".join(said))) <= known


@pytest.mark.parametrize("wide", ["80", "60", "200"])
@pytest.mark.parametrize("path", PATHS)
def test_no_line_is_wider_than_the_terminal(capsys, monkeypatch, path, wide) -> None:
    monkeypatch.setenv("COLUMNS", wide)
    for lang in ("zh", "en"):
        for line in page(capsys, path, lang):
            assert columns(line) <= min(int(wide), 80), line
            assert line == line.rstrip()


@pytest.mark.parametrize("path", PATHS)
def test_nothing_is_left_out_of_a_page(capsys, path) -> None:
    command = TREE[path]
    for lang in ("zh", "en"):
        shown = re.sub(r"\\?\s", "", "".join(page(capsys, path, lang)))
        for text in [*paragraphs(command.help or ""), *(p.help or "" for p in command.params)]:
            said = text.removeprefix(EXAMPLE) if text.startswith(EXAMPLE) else gettext(text, lang)
            assert re.sub(r"\s", "", said) in shown
        for parameter in command.params:
            assert all(name in shown for name in parameter.opts if name.startswith("-"))


def test_the_same_options_stand_in_both_languages(capsys) -> None:
    for path in PATHS:
        shown = []
        for lang, title in (("zh", "选项："), ("en", "Options:")):
            options = "\n".join(page(capsys, path, lang)).partition(f"{title}\n")[2]
            shown.append(re.findall(r"^  (?:-\w, )?--[a-z-]+", options, re.MULTILINE))
        assert shown[0] == shown[1]
        assert shown[0][-1] == "  -h, --help"


@pytest.mark.parametrize("path", [path for path in PATHS if not hasattr(TREE[path], "commands")])
def test_examples_are_commands_that_can_be_followed(path) -> None:
    given = examples(TREE[path])
    assert given, "every command has an example"
    for example in given:
        words = [word for word in shlex.split(example) if not re.match(r"[A-Z_]+=", word)]
        typed = list(takewhile(lambda word: word != ">", words))
        named = path.split()
        assert typed[: len(named)] == named
        parsed = TREE[path].make_context(path, typed[len(named) :])
        assert parsed.params


def test_what_a_page_shows_of_an_example_can_be_typed(capsys, monkeypatch) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    for path in PATHS:
        shown = "\n".join(page(capsys, path, "en"))
        for example in examples(TREE[path]):
            found = re.findall(r"Example: ((?:.*\\\n)*.*)", shown)
            assert shlex.split(example) in [shlex.split(one.replace("\\\n", "")) for one in found]


def test_the_language_may_stand_before_the_command(capsys) -> None:
    def said(*words: str) -> str:
        with pytest.raises(SystemExit) as left:
            main(list(words))
        assert left.value.code == 0
        return capsys.readouterr().out

    plan = ("plan", "--lot-size", "500", "--aql", "1.0")
    chinese, english = said(*plan, "--lang", "zh"), said(*plan, "--lang", "en")
    assert chinese != english
    assert said("--lang", "zh", *plan) == chinese
    assert said("--lang=zh", *plan) == chinese
    assert said("--lang", "zh", *plan, "--lang", "en") == english
    listed = said("controls", "list", "--lang", "zh")
    assert said("controls", "--lang", "zh", "list") == listed
    assert said("--lang", "zh", "controls", "list") == listed
    assert said("--lang", "en", "controls", "--lang", "zh", "list") == listed


def test_the_surroundings_say_the_language(capsys, monkeypatch) -> None:
    for lang, first in (("zh", "用法：tda plan"), ("en", "Usage: tda plan")):
        monkeypatch.setenv("TDA_LANG", lang)
        with pytest.raises(SystemExit):
            main(["plan", "-h"])
        assert capsys.readouterr().out.startswith(first)


@pytest.mark.parametrize("words", [["--help"], ["plan", "--help"]])
def test_a_language_that_is_not_spoken_gets_a_sentence(capsys, words) -> None:
    with pytest.raises(SystemExit) as left:
        main([*words, "--lang", "fr"])
    out, err = capsys.readouterr()
    assert (left.value.code, out) == (2, "")
    assert err.splitlines()[1].strip() == "use --lang zh or --lang en"


def test_a_group_without_a_command_shows_its_help_in_chinese(capsys, monkeypatch) -> None:
    monkeypatch.setenv("TDA_LANG", "zh")
    with pytest.raises(SystemExit) as left:
        main(["retention"])
    out, err = capsys.readouterr()
    assert (left.value.code, out) == (2, "")
    assert err.startswith("用法：tda retention [选项] 命令 …")


@pytest.mark.parametrize("more", [{}, {"NO_COLOR": "1"}, {"FORCE_COLOR": "1", "TERM": "xterm"}])
def test_a_file_gets_the_page_as_it_is(tmp_path, more) -> None:
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("TDA_", "LC_", "LANG"))}
    path = tmp_path / "help.txt"
    with path.open("wb") as out:
        subprocess.run(
            [sys.executable, "-m", "pipelines.cli", "dups", "--help"],
            env={**kept, "LC_ALL": "zh_CN.UTF-8", **more},
            stdout=out,
            check=True,
        )
    text = path.read_text(encoding="utf-8")
    assert text.startswith("用法：tda dups [选项] PATH…\n")
    assert "\x1b" not in text
    assert text.endswith("显示本页。\n")
