from datetime import date
from decimal import Decimal

import pytest

from connectors.rules import read_rules
from pipelines.model.annotation import RuleKind, Truth
from pipelines.model.errors import ConfigError

FULL = """version: 1.10
kind: safety
approved_by: [P-01, P-02]
effective_from: 2026-01-01
goal: what it is for
data_format: one item a row
method: three people, majority
quality_indicators: [alpha, accuracy]
truth: gold
agreement: {coefficient: ac1, minimum: 0.80}
defects: {critical: wrong class, minor: typing}
labels:
  - id: "1"
    definition: offensive
    positive: [x, y]
    negative: z
    risks: [A.1.a]
  - {id: "0"}
stages: {annotate: label all, review: look at a sample}
constraints: {time: one minute}
"""


@pytest.fixture
def read(tmp_path):
    def reading(text):
        path = tmp_path / "rules.yaml"
        path.write_text(text, encoding="utf-8")
        return read_rules(path)

    return reading


def test_every_section_arrives(read):
    rules = read(FULL)
    assert (rules.version, rules.kind, rules.truth) == ("1.10", RuleKind.SAFETY, Truth.GOLD)
    assert rules.approved_by == ("P-01", "P-02")
    assert rules.effective_from == date(2026, 1, 1)
    assert rules.quality_indicators == "alpha\naccuracy"
    assert (rules.coefficient, rules.minimum_agreement) == ("ac1", Decimal("0.80"))
    assert rules.defects == {"critical": "wrong class", "minor": "typing"}
    assert rules.stages == {"annotate": "label all", "review": "look at a sample"}
    assert rules.constraints == {"time": "one minute"}
    first, second = rules.labels
    assert (first.positive, first.negative, first.risks) == (("x", "y"), ("z",), ("A.1.a",))
    assert (second.id, second.definition) == ("0", "")
    assert rules.file.kind == "rules"


def test_missing_sections_are_empty_and_no_error(read):
    rules = read("kind: functional\n")
    assert (rules.version, rules.goal, rules.labels) == ("", "", ())
    assert (rules.defects, rules.minimum_agreement) == ({}, None)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("version: 1\n", "line 1: kind: the field is missing"),
        ("", "line 1: fields are expected here"),
        (FULL.replace("safety", "safe"), "line 2: kind: safe is not known here"),
        (FULL.replace("goal: what it is for", "goal: {a: b}"), "line 5: goal: text is expected"),
        (FULL.replace("0.80", "high"), "line 10: agreement.minimum: a number is expected"),
        (FULL.replace("0.80", "8"), "line 10: agreement.minimum: this is out of range"),
        (FULL.replace("0.80", "NaN"), "line 10: agreement.minimum: "),
        (FULL.replace("ac1", "kappa"), "line 10: agreement.coefficient: kappa is not known here"),
        (FULL.replace("critical:", "critcal:"), "line 11: defects.critcal: there is no such field"),
        (FULL.replace('id: "0"', 'id: "1"'), "line 18: labels[1].id: there are two labels 1"),
        (FULL.replace("[A.1.a]", "{a: b}"), "line 17: labels[0].risks: a list is expected"),
    ],
)
def test_a_wrong_type_is_an_error_with_line_and_field(read, text, expected):
    with pytest.raises(ConfigError) as caught:
        read(text)
    assert f"rules.yaml, {expected}" in str(caught.value)


def test_the_digest_is_that_of_the_file(read, tmp_path):
    first = read(FULL).file
    assert first.bytes == len(FULL.encode())
    assert read(FULL + "# later\n").file.digest != first.digest
