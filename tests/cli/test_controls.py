import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from expectations.catalogue import catalogue
from expectations.documentation import pages
from expectations.policy import load_policy
from pipelines.cli import main

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs" / "controls"


def tda(capsys, *arguments):
    with pytest.raises(SystemExit) as ended:
        main(["controls", *arguments])
    said = capsys.readouterr()
    return ended.value.code, said.out, said.err


def test_the_pages_in_the_repository_are_those_the_catalogue_writes():
    written = pages(load_policy())
    assert {path.name for path in DOCS.iterdir()} == set(written)
    stale = [name for name, text in written.items() if (DOCS / name).read_text("utf-8") != text]
    assert stale == [], "run: tda controls docs"


def test_a_page_says_honestly_whether_a_test_exists():
    written = pages(load_policy())
    for entry in catalogue().values():
        page = written[f"{entry.id}.md"]
        assert entry.title["zh"] in page
        assert entry.title["en"] in page
        assert ("no test" in page) is (entry.control is None)
        if entry.control is not None:
            assert all(example.zh in page for example in entry.control.examples)


def test_list_prints_every_control_in_either_language(capsys):
    for language in ("zh", "en"):
        code, out, _ = tda(capsys, "list", "--lang", language)
        assert code == 0
        assert [line.split()[0] for line in out.splitlines()] == list(catalogue())
        assert all(entry.title[language] in out for entry in catalogue().values())


def test_list_as_json_is_one_document_with_what_is_tested(capsys):
    _, out, _ = tda(capsys, "list", "--json")
    listed = json.loads(out)
    assert len(listed) == 80
    assert sum(entry["tested"] for entry in listed) >= 16
    assert {"zh", "en"} == set(listed[0]["title"])


def test_show_prints_one_control_whatever_the_case_of_its_id(capsys):
    code, out, _ = tda(capsys, "show", "src-06")
    assert code == 0
    assert out == pages(load_policy())["SRC-06.md"]
    _, out, _ = tda(capsys, "show", "SRC-06", "--json")
    assert json.loads(out)["clauses"][0] == "TC260-003 5.1 c) 1)"


def test_an_id_that_does_not_exist_is_misuse_with_a_remedy(capsys):
    code, out, err = tda(capsys, "show", "SRC-99", "--lang", "en")
    assert (code, out) == (2, "")
    assert "SRC-99" in err
    assert "tda controls list" in err


def test_docs_writes_what_changed_and_nothing_twice(capsys, tmp_path):
    _, out, _ = tda(capsys, "docs", "--out", str(tmp_path / "new"), "--json")
    assert len(json.loads(out)["written"]) == 81
    (tmp_path / "new" / "SRC-01.md").write_text("stale", encoding="utf-8")
    _, out, _ = tda(capsys, "docs", "--out", str(tmp_path / "new"), "--json")
    assert json.loads(out)["written"] == ["SRC-01.md"]


def test_a_folder_that_cannot_be_written_is_misuse(capsys, tmp_path):
    (tmp_path / "taken").write_text("a file", encoding="utf-8")
    code, _, err = tda(capsys, "docs", "--out", str(tmp_path / "taken"))
    assert code == 2
    assert "--out" in err


def test_the_catalogue_is_listed_without_importing_great_expectations():
    code = (
        "import sys\nfrom pipelines.cli import main\n"
        "try:\n    main(['controls', 'list'])\nexcept SystemExit:\n    pass\n"
        "sys.exit('great_expectations' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env=dict(os.environ),
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0
