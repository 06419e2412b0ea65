import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from pipelines.model.annotation import LabelLayout, RuleSet
from pipelines.model.audit import (
    ClauseVerdict,
    ControlResult,
    GateDecision,
    StageRecord,
)
from pipelines.model.dataset import Dataset
from pipelines.model.errors import EvidenceError
from pipelines.model.finding import Finding
from pipelines.model.message import msg
from pipelines.model.outcome import Outcome, Severity
from pipelines.model.profile import Agreement, ConsentCoverage, Profile, SampleDraw
from pipelines.model.source import Source
from pipelines.store.codec import from_json, to_json

# whole model values are built from their type hints, so a field added later is tested unasked
st.register_type_strategy(Decimal, st.decimals(allow_nan=False, allow_infinity=False))
st.register_type_strategy(datetime, st.datetimes(timezones=st.just(UTC)))
st.register_type_strategy(str, st.text(max_size=6))
st.register_type_strategy(object, st.none() | st.booleans() | st.integers() | st.text())
st.register_type_strategy(Path, st.text(min_size=1).map(lambda text: Path("/", text)))

KINDS = [
    Agreement,
    ClauseVerdict,
    ConsentCoverage,
    ControlResult,
    Dataset,
    Finding,
    GateDecision,
    Profile,
    RuleSet,
    SampleDraw,
    Source,
    StageRecord,
]


@pytest.mark.parametrize("kind", KINDS)
def test_every_value_of_the_model_comes_back_as_it_went(kind):
    @settings(max_examples=8, deadline=None, phases=[Phase.generate])
    @given(value=st.from_type(kind))
    def law(value):
        text = to_json(value)
        assert from_json(kind, text) == value
        assert to_json(from_json(kind, text)) == text

    law()


def test_the_text_is_sorted_compact_ascii():
    finding = Finding(
        subject="source:网页",
        outcome=Outcome.CANT_TELL,
        message=msg("{n} of {m}", n=1, m=2),
        figures={"b": 1, "a": "0.5"},
    )
    text = to_json(finding)
    assert text.isascii()
    assert '"figures":{"a":"0.5","b":1}' in text
    assert '"outcome":"cantTell"' in text
    assert text == json.dumps(json.loads(text), sort_keys=True, separators=(",", ":"))


def test_a_tuple_of_values_can_be_asked_for():
    findings = (Finding(subject="dataset", outcome=Outcome.PASSED, message=msg("fine")),)
    assert from_json(tuple[Finding, ...], to_json(findings)) == findings


def test_a_float_is_refused_on_both_ways():
    with pytest.raises(TypeError):
        to_json({"ratio": 0.5})
    with pytest.raises(EvidenceError):
        from_json(Mapping[str, object], '{"ratio": 0.5}')


@dataclass(frozen=True, kw_only=True)
class Grown:
    name: str
    since: date | None = None
    notes: Mapping[str, str | int] = field(default_factory=dict)


def test_a_field_added_later_takes_its_default_in_older_rows():
    assert from_json(Grown, '{"name":"a"}') == Grown(name="a")


@pytest.mark.parametrize(
    ("stored", "read"),
    [
        ('"timestamp_format":null', ()),
        ('"timestamp_format":"%Y"', ("%Y",)),
        ('"timestamp_formats":["%Y","%d"]', ("%Y", "%d")),
    ],
)
def test_a_field_is_read_under_the_name_it_had_as_well(stored, read):
    assert from_json(LabelLayout, f"{{{stored}}}") == LabelLayout(timestamp_formats=read)


def test_a_field_under_both_of_its_names_is_refused():
    both = '{"timestamp_format":"%Y","timestamp_formats":["%d"]}'
    with pytest.raises(EvidenceError, match="twice"):
        from_json(LabelLayout, both)


@pytest.mark.parametrize(
    "text",
    [
        "{}",
        "[]",
        "nonsense",
        '{"name":1}',
        '{"name":"a","newer":1}',
        '{"name":"a","since":"yesterday"}',
        '{"name":"a","notes":{"x":null}}',
        "[" * 100_000,
    ],
)
def test_text_that_is_not_such_a_value_is_an_evidence_error(text):
    with pytest.raises(EvidenceError):
        from_json(Grown, text)


def test_a_file_name_that_is_not_utf8_survives():
    path = Path("/data/\udcff.json")
    assert from_json(Path, to_json(path)) == path


def test_enumerations_come_back_as_members():
    result = ControlResult(
        control="SRC-06", severity=Severity.HIGH, lowered=True, findings=(), thresholds={"k": 3}
    )
    assert from_json(ControlResult, to_json(result)).severity is Severity.HIGH


def test_a_sentence_inside_a_sentence_comes_back():
    nested = msg("{file}: {problem}", file="a", problem=msg("{n} lines", n=3))
    assert from_json(type(nested), to_json(nested)) == nested


@dataclass(frozen=True, kw_only=True)
class Branching:
    name: str
    branches: "tuple[Branching, ...]" = ()


def test_a_type_that_holds_values_of_itself_is_read():
    tree = Branching(name="a", branches=(Branching(name="b"), Branching(name="c")))
    assert from_json(Branching, to_json(tree)) == tree


@dataclass(frozen=True, kw_only=True)
class Unreadable:
    name: str
    measured: float | None = None


def test_a_field_of_a_type_that_is_not_read_is_refused_only_where_it_has_a_value():
    assert from_json(Unreadable, '{"name":"a","measured":null}') == Unreadable(name="a")
    with pytest.raises(EvidenceError, match="float"):
        from_json(Unreadable, '{"name":"a","measured":1}')
