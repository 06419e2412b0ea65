"""A command line nobody can follow ends with a sentence and a remedy, in the language asked for."""

import re

import pytest

from pipelines.cli import main

LATIN = re.compile(r"[A-Za-z]{2,}")
WRONG = [
    # what was typed, what is said in English, what in Chinese, where help is
    (["audit"], "MANIFEST… is missing", "缺少 MANIFEST…", "audit"),
    (["plan"], "--lot-size is missing", "缺少 --lot-size", "plan"),
    (["audit", "--x"], "there is no option --x here", "此处没有选项 --x", "audit"),
    (["nosuch"], "there is no command nosuch here", "此处没有命令 nosuch", ""),
    (["gate", "it's"], "there is no command it's here", "此处没有命令 it's", "gate"),
    (["trend", "a", "b"], "more was given than is asked for: b", "参数过多：b", "trend"),
    (["plan", "--aql"], "--aql needs a value after it", "--aql 之后需要给出值", "plan"),
    (["nightly", "--json=3"], "--json takes no value", "--json 不带值", "nightly"),
    (["plan", "--lot-size", "x"], "--lot-size is to be a whole number", "应为整数", "plan"),
    (["trend", "a", "--runs", "0"], "--runs is to be 1 or more", "--runs 不得小于 1", "trend"),
    (["trend", "a", "--runs", "1001"], "--runs is to be 1,000 or less", "不得大于 1,000", "trend"),
]


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as left:
        main(list(arguments))
    out, err = capsys.readouterr()
    return int(left.value.code or 0), out, err


def test_without_a_word_the_commands_are_listed_and_the_exit_code_is_2(capsys):
    code, out, err = run(capsys)
    assert (code, out) == (2, "")
    assert "audit" in err


@pytest.mark.parametrize(("typed", "english", "chinese", "command"), WRONG)
def test_it_is_said_in_both_languages(capsys, monkeypatch, typed, english, chinese, command):
    help_of = f"tda {command}".strip() + " --help"
    for lang, said in (("en", english), ("zh", chinese)):
        monkeypatch.setenv("TDA_LANG", lang)
        code, out, err = run(capsys, *typed)
        assert (code, out) == (2, "")
        sentence, remedy = err.splitlines()
        assert sentence.startswith("tda: ")
        assert said in sentence
        assert help_of in remedy
    ours = {"tda", "help", *LATIN.findall(" ".join((*typed, command, chinese)))}
    assert set(LATIN.findall(err)) <= ours, "words of English in the Chinese"


def test_the_option_says_the_language_even_where_the_rest_is_wrong(capsys, monkeypatch):
    monkeypatch.setenv("TDA_LANG", "en")
    _, _, err = run(capsys, "plan", "--lot-size", "x", "--lang", "zh")
    assert "应为整数" in err


def test_a_group_with_an_option_and_no_command_says_what_is_missing(capsys):
    for lang, said in (("en", "a command is missing"), ("zh", "缺少命令")):
        code, out, err = run(capsys, "gate", "--lang", lang)
        assert (code, out) == (2, "")
        assert err.splitlines()[0] == f"tda: {said}"
        assert "tda gate --help" in err.splitlines()[1]


def test_names_that_resemble_what_was_typed_are_named(capsys, monkeypatch):
    monkeypatch.setenv("TDA_LANG", "en")
    assert "perhaps you mean trend;" in run(capsys, "trnd")[2]
    assert "perhaps you mean --lot-size;" in run(capsys, "plan", "--lto-size", "3")[2]


def test_what_was_typed_is_shown_as_data(capsys, monkeypatch):
    monkeypatch.setenv("TDA_LANG", "en")
    for typed in (["\x1b[31m\u202e"], ["plan", "--\x1b[31m\u202e"], ["doctor", "\x1b[31m\u202e"]):
        code, _, err = run(capsys, *typed)
        assert code == 2
        assert "\x1b" not in err
        assert "\u202e" not in err


def test_a_group_without_a_command_prints_its_help_as_it_is(capsys):
    code, out, err = run(capsys, "gate")
    assert (code, out) == (2, "")
    assert "Usage: tda gate" in err
    assert "\n  check " in err
    assert "⟨U+000A⟩" not in err


@pytest.mark.parametrize(
    ("typed", "english", "chinese"),
    [
        (["dups", ""], "an argument is empty", "有一个参数为空"),
        (["pii", " ", "--text", "text"], "an argument is empty", "有一个参数为空"),
        (["report", "--output", "", "run-1"], "--output has an empty value", "--output 的值为空"),
        (["audit", "x.yaml", "--policy="], "--policy has an empty value", "--policy 的值为空"),
    ],
)
def test_a_variable_of_the_shell_that_is_not_set_is_no_path(
    capsys, monkeypatch, tmp_path, typed, english, chinese
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "here.jsonl").write_text('{"text": "a@example.org"}\n')
    for lang, said in (("en", english), ("zh", chinese)):
        monkeypatch.setenv("TDA_LANG", lang)
        code, out, err = run(capsys, *typed)
        assert (code, out) == (2, "")
        assert said in err.splitlines()[0]
        assert f"tda {typed[0]} --help" in err.splitlines()[1]


def test_each_example_of_help_stands_on_lines_of_its_own(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    code, out, _ = run(capsys, "dups", "--help")
    assert code == 0
    examples = [line.strip() for line in out.splitlines() if "Example:" in line]
    assert len(examples) == 4
    assert all(line.startswith("Example: tda dups") for line in examples)
    assert all(line.count("Example:") == 1 for line in examples)
