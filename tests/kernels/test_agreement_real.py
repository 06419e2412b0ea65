"""Agreement coefficients of real annotations, whose figures were computed once and kept."""

import csv
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pipelines.kernels.agreement import MeasurementLevel
from pipelines.kernels.agreement_ratings import Repeats

sys.path.insert(0, str(Path(__file__).parent))

from agreement_rows import INTERVAL, NOMINAL, ORDINAL, measured, value


def crowd(name: str) -> Callable[[Path], Iterator[tuple[str, str, str]]]:
    def rows(root: Path) -> Iterator[tuple[str, str, str]]:
        with (root / f"B-truth-inference/{name}-label.csv").open(encoding="utf-8") as stream:
            for row in csv.DictReader(stream):
                yield row["item"], row["worker"], row["label"]

    return rows


def ocnli(root: Path) -> Iterator[tuple[str, str, str]]:
    for number, line in enumerate((root / "B-ocnli/dev.json").read_text("utf-8").splitlines()):
        record = json.loads(line)
        for rater in range(5):
            if label := record.get(f"label{rater}"):
                yield str(number), str(rater), label


def hatecheck(root: Path) -> Iterator[tuple[str, str, str]]:
    with (root / "B-hatecheck-en/all_annotations.csv").open(encoding="utf-8") as stream:
        for row in csv.DictReader(stream):
            for rater in range(1, 11):
                if row[f"label_{rater}"]:
                    yield row["case_id"], str(rater), row[f"label_{rater}"]


def mandarin(root: Path) -> Iterator[tuple[str, str, str]]:
    path = root / "B-mhc-mandarin/hatecheck_annotations_mandarin.csv"
    with path.open(encoding="utf-8-sig") as stream:
        for number, row in enumerate(csv.DictReader(stream)):
            # no rater ids: every judgement is somebody's
            yield row["_unit_id"], str(number), row["does_the_text_contain_hate_speech"]


def convabuse(root: Path) -> Iterator[tuple[str, str, str]]:
    with (root / "B-convabuse/ConvAbuseEMNLPfull.csv").open(encoding="utf-8") as stream:
        for row in csv.DictReader(stream):
            item = [row[n] for n in ("conv_id", "prev_agent", "prev_user", "agent", "user")]
            marks = ("1", "0", "-1", "-2", "-3")
            label = next((m for m in marks if row[f"is_abuse.{m}"] in ("1", "1.0")), None)
            if label is not None:
                yield json.dumps(item), row["annotator_id"], label


def cos960(root: Path) -> Iterator[tuple[str, str, str]]:
    for line in (root / "B-cos960-zh/COS960_all.txt").read_text("utf-8").splitlines():
        parts = line.split()
        scores = [p for p in parts[2:] if p.replace(".", "", 1).isdigit()]
        for rater, score in enumerate(scores[-15:]):
            yield line, str(rater), score


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("rows", "level", "expected"),
    [
        (crowd("rte"), NOMINAL, 0.241479),
        (crowd("bluebird"), NOMINAL, 0.125501),
        (crowd("SP"), NOMINAL, 0.427629),
        (ocnli, NOMINAL, 0.682947),
        (hatecheck, NOMINAL, 0.928516),
        (mandarin, NOMINAL, 0.505918),
        (convabuse, NOMINAL, 0.445516),
        (cos960, NOMINAL, 0.467231),
        (cos960, ORDINAL, 0.821972),
        (cos960, INTERVAL, 0.828234),
    ],
)
def test_alpha_of_real_annotations(
    real_data: Path,
    rows: Callable[[Path], Iterator[tuple[str, str, str]]],
    level: MeasurementLevel,
    expected: float,
) -> None:
    assert value(measured(list(rows(real_data)), level, draws=1)) == expected


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("repeats", "expected"), [(Repeats.FIRST, 0.437374), (Repeats.LAST, 0.437632)]
)
def test_repeats_of_real_annotations(real_data: Path, repeats: Repeats, expected: float) -> None:
    found = measured(list(convabuse(real_data)), draws=1, repeats=repeats)
    assert (value(found), found.repeated) == (expected, 357)


@pytest.mark.real_data
def test_ties_of_real_annotations(real_data: Path) -> None:
    found = measured(list(crowd("rte")(real_data)), draws=1)
    assert (found.items, found.annotators, found.ratings, found.ties) == (800, 164, 8000, 65)
