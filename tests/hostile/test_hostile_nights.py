"""The commands that look back and after a workspace, over hostile data and names."""

import json
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest
from quiet import STEERING, assert_quiet

pytestmark = pytest.mark.slow

LANGUAGES = ("zh", "en")
EVIL = "\x1b]0;owned\x07{0.__class__}\u202e\nof"


@dataclass(frozen=True)
class Nights:
    """A workspace after the audit of the corpus and the night in which it was another."""

    workspace: object
    manifest: Path
    registered: object
    night: object
    before: str
    after: str


@pytest.fixture(scope="module")
def nights(audited, hostile, tmp_path_factory) -> Nights:
    """The corpus audited again where its folder, too, has a hostile name; registered on the way."""
    folder = tmp_path_factory.mktemp("nights")
    corpus = hostile.Corpus(folder / hostile.FOLDER)
    shutil.copytree(audited.manifest.parent, corpus.folder)
    workspace = type(audited.workspace)(folder / "work")
    shutil.copytree(audited.workspace.home, workspace.home)
    corpus.change()
    registered = workspace.run("register", corpus.manifest)
    night = workspace.run("nightly")
    (listed,) = json.loads(workspace.run("registered", "--json").out)
    return Nights(workspace, corpus.manifest, registered, night, audited.report.name, listed["run"])


def test_a_night_over_hostile_names_is_quiet(nights, hostile) -> None:
    assert nights.registered.code == 0, nights.registered.err
    assert nights.night.code == 0, nights.night.err
    assert "hostile" in nights.night.out
    for ran in (nights.registered, nights.night):
        assert_quiet(ran, hostile)


@pytest.mark.browser
@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_page_of_the_night_stays_within_itself_and_within_the_screen(
    nights, browser, lang
) -> None:
    (written,) = (nights.workspace.home / "reports" / "nightly").glob(f"*.{lang}.html")
    for width in (1200, 390):
        with browser.page(written.as_uri(), width) as page:
            assert page.requests == [written.as_uri()]
            assert "owned" not in page.evaluate("document.title")
            elements = "script,iframe,object,embed,form,base,img,meta[http-equiv=refresh]"
            assert page.evaluate(f"document.querySelectorAll(`{elements}`).length") == 0
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            assert page.evaluate("document.documentElement.lang").startswith(lang)
            assert "hostile" in page.evaluate("document.body.textContent")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_looking_back_names_hostile_files_in_plain_characters(
    nights, hostile, tmp_path, lang
) -> None:
    page = tmp_path / "history.html"
    commands = [
        ("trend", "hostile"),
        ("trend", "hostile", "--json", "--html", page),
        ("diff", nights.before, nights.after),
        ("diff", nights.after, nights.before, "--places", "0"),
        ("diff", nights.before, nights.after, "--json"),
    ]
    ended = nights.workspace.run_all(commands, lang)
    for ran in ended:
        assert ran.code == 0, ran
        assert_quiet(ran, hostile)
    known = [run["run"] for run in json.loads(ended[1].out)["runs"]]
    assert (known[0], known[-1]) == (nights.before, nights.after)
    assert not STEERING.search(page.read_text("utf-8"))
    assert "moved⟨U+000A⟩away.jsonl" in ended[2].out
    files = {change["field"] for change in json.loads(ended[4].out)["files"]}
    assert files == {
        f"data/{name}" for name in (*hostile.FILE_NAMES[:2], hostile.FILE_NAMES[4], hostile.MOVED)
    }


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_registry_is_listed_in_plain_characters(nights, hostile, lang) -> None:
    commands = [
        ("register", nights.manifest),
        ("register", nights.manifest, "--json"),
        ("registered",),
        ("registered", "--json"),
    ]
    for ran in nights.workspace.run_all(commands, lang):
        assert ran.code == 0, ran
        assert_quiet(ran, hostile)
        if ran.arguments == ("registered",):
            assert "of⟨U+000A⟩folder" in ran.out


@pytest.mark.parametrize("lang", LANGUAGES)
def test_looking_after_the_workspace_is_quiet(nights, hostile, lang) -> None:
    commands = [
        ("doctor",),
        ("doctor", "--deep"),
        ("doctor", "--json"),
        ("retention", "plan"),
        ("retention", "plan", "--json", "--at", "2099-01-01T00:00:00Z"),
        ("retention", "hold", EVIL + lang, "all", "--by", EVIL, "--reason", EVIL),
        ("retention", "hold", f"letter-{lang}", "hostile", "--by", EVIL, "--reason", EVIL),
        ("retention", "holds"),
        ("retention", "holds", "--json"),
        ("retention", "apply", "--yes"),
        ("retention", "release", f"letter-{lang}", "--by", EVIL, "--reason", EVIL),
        ("retention", "release", EVIL, "--by", EVIL, "--reason", EVIL),
    ]
    for ran in nights.workspace.run_all(commands, lang):
        assert ran.code in (0, 2), ran
        assert_quiet(ran, hostile)


def test_misuse_of_these_with_hostile_words_is_answered_in_plain_characters(
    nights, hostile
) -> None:
    commands = [
        ("trend", EVIL),
        ("trend", "hostile", "--runs", EVIL),
        ("trend", "hostile", "--html", f"{EVIL}/{EVIL}"),
        ("diff", nights.before, EVIL),
        ("diff", EVIL, nights.before),
        ("diff", nights.before, nights.after, "--parquet", f"/proc/{EVIL}/a"),
        ("register", EVIL),
        ("register", nights.manifest, "--policy", EVIL),
        ("register", "--retire", EVIL),
        ("nightly", "--at", EVIL),
        ("nightly", "--workers", EVIL),
        ("retention", "hold", "a", EVIL, "--by", "x", "--reason", "y"),
        ("retention", "plan", "--at", EVIL),
        ("doctor", EVIL),
    ]
    for ran in nights.workspace.run_all(commands):
        assert ran.code in (1, 2, 3), ran
        assert_quiet(ran, hostile)


def test_damage_is_named_in_plain_characters(nights, hostile) -> None:
    """Last, as nothing of the workspace is whole afterwards."""
    for path in (nights.workspace.home / "evidence").rglob("*"):
        if path.is_file():
            path.chmod(0o600)
            path.write_bytes(EVIL.encode())
    (nights.manifest.parent / "sources.jsonl").unlink()
    for lang in LANGUAGES:
        commands = [("doctor", "--deep"), ("doctor", "--deep", "--json"), ("nightly",)]
        ended = nights.workspace.run_all(commands, lang)
        assert [ran.code for ran in ended] == [1, 1, 3], ended
        for ran in ended:
            assert_quiet(ran, hostile)
