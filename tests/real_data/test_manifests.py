"""Real data as it comes: several shapes, crowd labels, anonymous labels. Counts are its README's.

The manifests beside this file are read from a folder in which the data is linked, never copied.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from pipelines.cli import main

pytestmark = pytest.mark.real_data
MANIFESTS = Path(__file__).parent / "manifests"
FAIL, INCOMPLETE = 1, 3


@pytest.fixture(scope="module")
def place(real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("manifests")
    for data in real_data.glob("[AB]-*"):
        (folder / data.name).symlink_to(data)
    for manifest in MANIFESTS.glob("*.yaml"):
        (folder / manifest.name).write_bytes(manifest.read_bytes())
    return folder


@pytest.fixture
def audited(place: Path, real_data: Path, monkeypatch, capsys):
    def audit(name: str) -> tuple[int, dict[str, Any], dict[str, Any]]:
        """Exit code, outcome and report."""
        monkeypatch.setenv("TDA_HOME", str(place / "home"))
        monkeypatch.setenv("TDA_ROOTS", str(real_data))
        with pytest.raises(SystemExit) as left:
            main(["audit", str(place / f"{name}.yaml"), "--json"])
        outcome = json.loads(capsys.readouterr().out)
        report = json.loads(Path(outcome["report"]["json"]).read_text(encoding="utf-8"))
        return int(left.value.code or 0), outcome, report

    return audit


def counts(outcome: dict[str, Any]) -> tuple[int, int]:
    return outcome["records"], outcome["quarantined"]


def test_instructions_of_which_most_lack_an_input(audited):
    code, outcome, _ = audited("zh-supplement")
    assert (code, outcome["gate"]) == (INCOMPLETE, "incomplete")
    assert counts(outcome) == (10_375, 0)
    assert outcome["exact_duplicates"] >= 1_158  # of the code file alone


def test_shapes_of_every_kind_in_one_manifest(audited):
    code, outcome, _ = audited("all-texts")
    assert (code, outcome["gate"]) == (FAIL, "fail")
    # nested: 300 + 600 preference pairs and 33 dialogues; one broken shard, one object for an array
    assert counts(outcome) == (76_122, 935)
    # untranslated rows, repeated code, and demo rows that are Alpaca's
    assert outcome["exact_duplicates"] >= 2_571 + 1_158 + 18


def test_anonymous_labels_with_times_in_two_forms(audited):
    code, outcome, report = audited("mhc-mandarin")
    assert (code, outcome["gate"]) == (FAIL, "fail")
    assert counts(outcome) == (3_379, 0)
    agreement = report["article_8"]["agreement"]
    assert (agreement["annotators"], agreement["ratings"]) == (None, 10_137)
    assert alpha(report) == "0.506"


@pytest.mark.parametrize(
    ("name", "records", "people", "expected"),
    [
        ("truth-rte", 800, 164, "0.241"),
        ("truth-bluebird", 108, 39, "0.126"),
        ("truth-sp", 4_999, 203, "0.428"),
    ],
)
def test_crowd_labels_have_the_agreement_that_is_known(audited, name, records, people, expected):
    code, outcome, report = audited(name)
    # nobody trained, no rules, no review is on file: labels alone never pass
    assert (code, counts(outcome)) == (FAIL, (records, 0))
    assert report["article_8"]["agreement"]["annotators"] == people
    assert alpha(report) == expected


def alpha(report: dict[str, Any]) -> str:
    (row,) = (r for r in report["article_8"]["agreement"]["rows"] if r["coefficient"] == "alpha")
    return str(row["value"])
