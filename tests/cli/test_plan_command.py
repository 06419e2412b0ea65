"""`tda plan` prints the plan of the standard and what it lets through."""

import json

import pytest

from pipelines.cli import main


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as left:
        main(["plan", *arguments])
    out, err = capsys.readouterr()
    return int(left.value.code or 0), out, err


def test_the_json_has_the_public_keys(capsys: pytest.CaptureFixture[str]) -> None:
    options = ("--lot-size", "1500", "--aql", "1.0", "--level", "II", "--severity", "normal")
    code, out, err = run(capsys, *options, "--json")
    document = json.loads(out)
    assert (code, err) == (0, "")
    assert list(document) == [
        "code_letter", "effective_letter", "sample_size", "accept", "reject", "operating_curve",
        "quality_accepted_10pct",
    ]  # fmt: skip
    assert [document[name] for name in list(document)[:5]] == ["K", "K", 125, 3, 4]
    assert document["operating_curve"][0] == {"p": 0.0, "accept": 1.0}
    assert document["quality_accepted_10pct"] == pytest.approx(0.0527, abs=5e-5)


def test_an_arrow_shows_in_both_letters(capsys: pytest.CaptureFixture[str]) -> None:
    document = json.loads(run(capsys, "--lot-size", "150", "--aql", "1", "--json")[1])
    assert (document["code_letter"], document["effective_letter"]) == ("F", "E")


def test_the_table_for_people_holds_plan_and_curve(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "--lot-size", "1500", "--aql", "1.0", "--lang", "en")
    first, second, _, *curve = out.splitlines()
    assert code == 0
    assert first.startswith("Look at 125 of 1,500 items (letter K, plan of K)")
    assert "5.27 per cent" in second
    assert len(curve) == 21


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--lot-size", "0", "--aql", "1"], "at least one item"),
        (["--lot-size", "9", "--aql", "3"], "no AQL of 3"),
        (["--lot-size", "9", "--aql", "few"], "few is not a number"),
        (["--lot-size", "9", "--aql", "1", "--level", "IV"], "no inspection level IV"),
        (["--lot-size", "9", "--aql", "1", "--severity", "reduced"], "reduced inspection"),
        (["--lot-size", "9", "--aql", "1", "--severity", "mild"], "no severity mild"),
    ],
)
def test_misuse_ends_with_a_sentence(
    capsys: pytest.CaptureFixture[str], options: list[str], said: str
) -> None:
    code, out, err = run(capsys, *options, "--lang", "en")
    assert (code, out) == (2, "")
    assert said in err


def test_the_help_has_an_example(capsys: pytest.CaptureFixture[str]) -> None:
    assert "Example: tda plan --lot-size 1500" in run(capsys, "--help")[1]
