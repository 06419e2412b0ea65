"""`tda agreement` prints the public keys, null with a reason, and sentences for misuse."""

import csv
import json
from pathlib import Path

import pytest

from pipelines.cli import main

KEYS = [
    "items", "annotators", "ratings", "alpha", "alpha_interval", "interval_kind", "ac1", "fleiss",
    "cohen", "raw_agreement", "repeated", "ties",
]  # fmt: skip
COLUMNS = ["--item", "item", "--annotator", "who", "--label", "label"]
EXAMPLE = Path(__file__).parents[2] / "examples" / "support-dialogues" / "people" / "labels.csv"


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as left:
        main(["agreement", *arguments])
    out, err = capsys.readouterr()
    return int(left.value.code or 0), out, err


def written(folder: Path, rows: list[tuple[str, str, str]], name: str = "labels.csv") -> str:
    with (folder / name).open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, delimiter="\t" if name.endswith(".tsv") else ",")
        writer.writerows([("item", "who", "label"), *rows])
    return str(folder / name)


PAIR = [("1", "a", "x"), ("1", "b", "x"), ("2", "a", "y"), ("2", "b", "y"), ("3", "a", "x"),
        ("3", "b", "y")]  # fmt: skip


def test_the_example_prints_every_key_once_in_order(capsys: pytest.CaptureFixture[str]) -> None:
    columns = ["--item", "item", "--annotator", "annotator", "--label", "label"]
    code, out, err = run(capsys, str(EXAMPLE), *columns, "--json", "--draws", "200")
    document = json.loads(out)
    assert (code, err) == (0, "")
    assert list(document) == [*KEYS, "why"]
    assert (document["items"], document["annotators"], document["ratings"]) == (150, 6, 450)
    low, high = document["alpha_interval"]
    assert low < document["alpha"] < high
    assert document["interval_kind"] == "bootstrap over items, percentile, 95%"
    assert list(document["why"]) == ["cohen"]


def test_two_annotators_have_a_kappa_and_no_reasons(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [(f"{item}-{n}", who, label) for n in range(4) for item, who, label in PAIR]
    _, out, _ = run(capsys, written(tmp_path, rows), *COLUMNS, "--json", "--seed", "3")
    document = json.loads(out)
    assert list(document) == KEYS
    # 12 items, 4 apart: observed 8 / 24, expected 2 * 12 * 12 / (24 * 23)
    assert document["alpha"] == pytest.approx(1 - (8 / 24) / (288 / 552), abs=1e-6)
    assert document["cohen"] is not None
    assert document["ties"] == 4


def test_formats_agree(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    as_csv, as_tsv = written(tmp_path, PAIR), written(tmp_path, PAIR, "labels.tsv")
    as_jsonl = tmp_path / "labels.jsonl"
    rows = (dict(zip(("item", "who", "label"), row, strict=True)) for row in PAIR)
    as_jsonl.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    outputs = {run(capsys, path, *COLUMNS, "--json")[1] for path in (as_csv, as_tsv, str(as_jsonl))}
    assert len(outputs) == 1


def test_what_is_undefined_is_null_and_says_why_in_the_language_asked_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = written(tmp_path, [("1", "a", "x"), ("2", "b", "y")])
    code, out, _ = run(capsys, path, *COLUMNS, "--json", "--lang", "en")
    document = json.loads(out)
    assert code == 0
    assert document["alpha"] is document["alpha_interval"] is document["raw_agreement"] is None
    assert document["why"]["alpha"] == "No item carries two ratings."
    assert set(document["why"]) == {"alpha", "ac1", "fleiss", "cohen", "raw_agreement"}


def test_an_estimate_without_an_interval_says_why(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = written(tmp_path, [("1", "a", "x"), ("1", "b", "y")])
    document = json.loads(run(capsys, path, *COLUMNS, "--json", "--lang", "en")[1])
    assert (document["alpha"], document["alpha_interval"]) == (0.0, None)
    assert "Too few items" in document["why"]["alpha_interval"]


def test_repeats_are_counted_and_can_be_dropped(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = written(tmp_path, [*PAIR, ("1", "a", "y")])
    everything = json.loads(run(capsys, path, *COLUMNS, "--json")[1])
    first = json.loads(run(capsys, path, *COLUMNS, "--json", "--repeats", "first")[1])
    assert (everything["ratings"], first["ratings"]) == (7, 6)
    assert everything["repeated"] == first["repeated"] == 1


def test_empty_cells_are_no_ratings_and_are_told_on_stderr(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = written(tmp_path, [*PAIR, ("4", "a", "")])
    _, out, err = run(capsys, path, *COLUMNS, "--json", "--lang", "en")
    assert json.loads(out)["ratings"] == 6
    assert "1 have an empty cell" in err


def test_the_table_for_people_holds_the_same_figures(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = written(tmp_path, PAIR)
    document = json.loads(run(capsys, path, *COLUMNS, "--json")[1])
    code, out, _ = run(capsys, path, *COLUMNS, "--lang", "en")
    assert code == 0
    assert f"{document['alpha']:.6f}" in out
    assert out.startswith("3 items, 2 annotators, 6 ratings")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--item", "no", "--annotator", "who", "--label", "label"], "has the columns no"),
        ([*COLUMNS, "--level", "ratio"], "--level cannot be ratio"),
        ([*COLUMNS, "--repeats", "some"], "--repeats cannot be some"),
    ],
)
def test_misuse_ends_with_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    code, out, err = run(capsys, written(tmp_path, PAIR), *arguments, "--lang", "en")
    assert (code, out) == (2, "")
    assert said in err


def test_labels_that_name_nobody_have_an_alpha_and_no_annotators(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = written(tmp_path, PAIR)
    named = json.loads(run(capsys, table, *COLUMNS, "--json")[1])
    columns = ["--item", "item", "--label", "label"]
    nobody = json.loads(run(capsys, table, *columns, "--json")[1])
    assert nobody["annotators"] is None
    assert (nobody["alpha"], nobody["ratings"]) == (named["alpha"], named["ratings"])
    assert nobody["cohen"] is None
    assert "do not say who" in nobody["why"]["cohen"]
    assert "–" in run(capsys, table, *columns)[1]


def test_the_help_has_an_example(capsys: pytest.CaptureFixture[str]) -> None:
    assert "Example: tda agreement labels.csv" in run(capsys, "--help")[1]


def test_a_file_that_is_not_there_is_misuse(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for path, said in (
        (tmp_path / "none.csv", "There is no file"),
        (tmp_path, "is a folder, not a data file"),
    ):
        code, out, err = run(capsys, str(path), *COLUMNS, "--lang", "en")
        assert (code, out) == (2, "")
        assert said in err
