import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.globs import Part, Pattern
from connectors.paths import Reach
from pipelines.model.errors import ConfigError

NAMES = st.sampled_from(["a", "b", "ab", "a.json", "b.json", ".a", "[a]"])
PATTERNS = st.lists(
    st.sampled_from(["*", "**", "a", "?", "*.json", "[ab]", ".*", "[a]"]), min_size=1, max_size=4
).map("/".join)


@pytest.mark.parametrize(
    ("pattern", "name", "fits"),
    [
        ("*.json", "a.json", True),
        ("*.json", "b/a.json", False),
        ("./data/*.json", "data/a.json", True),
        ("**/*.json", "a.json", True),
        ("**/*.json", "b/c/a.json", True),
        ("**/*.json", ".git/a.json", False),
        ("data/**", "data/b/c", True),
        ("data/**", "data", False),
        ("*", ".hidden", False),
        (".*", ".hidden", True),
        ("A*", "a", False),
        ("part[1].csv", "part[1].csv", True),
        ("part[1].csv", "part1.csv", True),
        ("/x/*", "/x/a", True),
        ("/x/*", "x/a", False),
    ],
)
def test_a_pattern_fits_whole_names(pattern, name, fits):
    assert Pattern.of(pattern).matches(name) is fits


@settings(max_examples=60, deadline=None)
@given(files=st.sets(st.lists(NAMES, min_size=1, max_size=3).map("/".join)), pattern=PATTERNS)
def test_walking_the_folder_finds_what_matching_the_names_finds(tmp_path_factory, files, pattern):
    folder = tmp_path_factory.mktemp("walk")
    for name in sorted(files, key=len, reverse=True):
        path = folder / name
        if not path.exists() and all(not up.is_file() for up in path.parents):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("")
    present = sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())
    expected = [name for name in present if Pattern.of(pattern).matches(name)]
    if expected:
        assert Reach.of(folder).glob(pattern) == expected
    else:
        with pytest.raises(ConfigError):
            Reach.of(folder).glob(pattern)


def test_a_pattern_made_to_be_slow_ends():
    # tried one way after the other, neither would end before the sun does
    assert not Pattern.of("*a" * 200 + "b").matches("a" * 250)
    assert not Pattern.of("**/a/" * 50 + "b").matches("/".join(["a"] * 400))


def test_no_part_of_a_pattern_is_asked_twice_of_one_part_of_a_name(monkeypatch):
    ask, asked = Part.matches, []

    def counted(part, name):
        asked.append(part)
        return ask(part, name)

    monkeypatch.setattr(Part, "matches", counted)
    pattern, parts = Pattern.of("**/a/" * 50 + "b"), 400
    assert not pattern.matches("/".join(["a"] * parts))
    assert parts < len(asked) <= parts * len(pattern.parts)
