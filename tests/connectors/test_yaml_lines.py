from pathlib import Path

import pytest
import yaml

from connectors.yaml_lines import DEEPEST, MOST_BYTES, read_bounded, read_yaml, written
from pipelines.model.errors import ConfigError

FILE = Path("dataset.yaml")


def read(text):
    return read_yaml(FILE, text if isinstance(text, bytes) else text.encode())


def test_a_scalar_is_the_text_that_is_written_there():
    value = read("a: NO\nb: 1.10\nc: 2023-03\nd: null\ne: 'null'\nf:\ng: true\n").value
    assert value == {
        "a": "NO", "b": "1.10", "c": "2023-03", "d": None, "e": "null", "f": None, "g": "true",
    }  # fmt: skip


def test_every_value_knows_its_line():
    located = read("# comment\na: 1\nb:\n  - x: 1\n    y:\n      z: 2\n  - [p,\n     q]\n")
    assert located.line(("a",)) == 2
    assert located.line(("b", 0, "x")) == 4
    assert located.line(("b", 0, "y", "z")) == 6
    assert located.line(("b", 1, 1)) == 8


def test_what_is_not_written_has_the_line_of_what_is_around_it():
    assert read("a: 1\nb:\n  c: 1\n").line(("b", "missing", 3)) == 2
    assert read("").line(("a",)) == 1


def test_the_same_field_twice_names_both_lines():
    with pytest.raises(ConfigError, match=r"line 3: the field a .* first in line 1"):
        read("a: 1\nb: 2\na: 3\n")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a: &x 1\nb: *x\n", 2),
        ("a: 1\n---\nb: 2\n", 2),
        ("a: !!python/object/apply:os.system [x]\n", 1),
        ("? [a]\n: b\n", 1),
        ("a: [1, 2\nb: 3\n", 2),
        ("a: b: c\n", 1),
        ("a: x\nb: y\x07\n", 2),
        (b"a: x\nb: \xff\n", 2),
    ],
)
def test_what_is_refused_is_refused_with_its_line(text, line):
    with pytest.raises(ConfigError, match=f"^dataset.yaml, line {line}: "):
        read(text)


def test_an_unquoted_star_gets_the_advice_to_quote_it():
    with pytest.raises(ConfigError) as caught:
        read("files: *.json\n")
    assert '"*.json"' in str(caught.value.advice)


def test_a_tab_gets_the_advice_to_use_spaces():
    with pytest.raises(ConfigError) as caught:
        read("a:\n\t- b\n")
    assert "spaces" in str(caught.value.advice)


def test_an_alias_bomb_is_refused_before_it_grows():
    bomb = "a0: &a0 [x, x]\n" + "".join(
        f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 40)
    )
    with pytest.raises(ConfigError, match="line 2: aliases are not read"):
        read(bomb)


DEEP = {
    "brackets": "[" * 10_000,
    "braces": "a: " + "{b: " * 10_000,
    "dashes": "- " * 10_000,
    "indents": "\n".join(" " * n + "a:" for n in range(10_000)),
}


@pytest.mark.parametrize("text", DEEP.values(), ids=DEEP.keys())
def test_ten_thousand_levels_are_refused_where_they_become_too_deep(text, monkeypatch):
    parse, taken = yaml.parse, []

    def counted(*given, **named):
        for event in parse(*given, **named):
            taken.append(event)
            yield event

    monkeypatch.setattr(yaml, "parse", counted)
    with pytest.raises(ConfigError, match=f"deeper than {DEEPEST} levels"):
        read(text)
    # a level is a key and a mapping; then there are the beginnings of stream and document
    assert DEEPEST < len(taken) <= 2 * DEEPEST + 4


def test_a_file_that_is_too_large_is_not_read(tmp_path):
    path = tmp_path / "dataset.yaml"
    with path.open("wb") as file:
        file.truncate(MOST_BYTES + 1)
    with pytest.raises(ConfigError, match="larger than"):
        read_bounded(path)


@pytest.mark.parametrize(
    ("name", "said"), [("absent.yaml", "no such file"), (".", "this is a folder")]
)
def test_an_absent_file_or_a_folder_is_said_so(tmp_path, name, said):
    with pytest.raises(ConfigError, match=said):
        read_yaml(tmp_path / name)


def test_a_location_is_written_as_a_person_writes_it():
    assert written(("sources", 0, "licence", "id")) == "sources[0].licence.id"
    assert written(()) == ""
