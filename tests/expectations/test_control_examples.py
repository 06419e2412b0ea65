from dataclasses import replace
from datetime import UTC, datetime

import pytest

from expectations import example_sets as sets
from expectations import examples as ex
from expectations.catalogue import catalogue
from expectations.control import EVIDENCE, OPTIONAL, Example, control
from expectations.judging import findings_of
from expectations.policy import load_policy
from pipelines.model.evidence import FILES, LABELS, REVIEWS
from pipelines.model.outcome import Outcome

POLICY = load_policy()
TESTED = [entry for entry in catalogue().values() if entry.control is not None]
CASES = [
    pytest.param(entry, example, id=f"{entry.id}: {example.en}")
    for entry in TESTED
    for example in entry.control.examples
]

EMPTY = {
    "dataset": ex.dataset(),
    "sources": (),
    "profile": ex.profile(ex.source_profile(records=0)),
    "consents": ex.consents(None),
    "annotators": (),
    "rules": None,
    "annotation": None,
    "labels": LABELS.empty_table(),
    "reviews": REVIEWS.empty_table(),
    "agreement": None,
    "draws": (),
    "validation": (),
    "answer_sheet": {},
    "keyword_library": None,
    "contamination": sets.contamination(),
    "files": FILES.empty_table(),
    "results": (),
    "at": datetime(2026, 11, 20, tzinfo=UTC),
}


def with_thresholds(entry, example):
    held = {**POLICY.thresholds.get(entry.id, {}), **example.thresholds}
    return POLICY.model_copy(update={"thresholds": {**POLICY.thresholds, entry.id: held}})


@pytest.mark.parametrize(("entry", "example"), CASES)
def test_a_control_says_of_its_examples_what_they_expect(entry, example):
    found = findings_of(entry.control, example.given, with_thresholds(entry, example))
    assert tuple(finding.outcome for finding in found) == example.expect


@pytest.mark.parametrize(("entry", "example"), CASES)
def test_what_a_control_says_of_an_example_can_be_printed(entry, example):
    for finding in findings_of(entry.control, example.given, with_thresholds(entry, example)):
        assert "{" not in str(finding.message)
        assert len(finding.places) <= 20
        assert all(isinstance(value, str | int) for value in finding.figures.values())


@pytest.mark.parametrize("entry", TESTED, ids=lambda entry: entry.id)
def test_a_control_can_pass_can_fail_and_can_not_tell(entry):
    shown = {outcome for example in entry.control.examples for outcome in example.expect}
    assert {Outcome.PASSED, Outcome.FAILED, Outcome.CANT_TELL} <= shown


def test_sixteen_controls_or_more_are_tested_across_six_topics():
    assert len(TESTED) >= 16
    assert {entry.id.partition("-")[0] for entry in TESTED} >= {
        "SRC", "META", "PI", "QLT", "ANN", "REP",
    }  # fmt: skip


@pytest.mark.parametrize("entry", TESTED, ids=lambda entry: entry.id)
def test_absent_evidence_never_passes(entry):
    for nothing in ({}, dict.fromkeys(EVIDENCE)):
        outcomes = {finding.outcome for finding in findings_of(entry.control, nothing, POLICY)}
        assert Outcome.PASSED not in outcomes


@pytest.mark.parametrize("labelled", [False, True], ids=["nothing labelled", "labelled"])
@pytest.mark.parametrize("entry", TESTED, ids=lambda entry: entry.id)
def test_empty_evidence_never_passes(entry, labelled):
    project = replace(ex.annotation(), rules=None) if labelled else None
    dataset = replace(EMPTY["dataset"], sources=(), annotation=project)
    evidence = {**EMPTY, "dataset": dataset, "annotation": project}
    outcomes = {finding.outcome for finding in findings_of(entry.control, evidence, POLICY)}
    assert Outcome.PASSED not in outcomes


@pytest.mark.parametrize(("entry", "example"), CASES)
def test_taking_one_piece_of_evidence_away_never_turns_a_control_to_passed(entry, example):
    policy = with_thresholds(entry, example)
    before = {f.outcome for f in findings_of(entry.control, example.given, policy)}
    for gone in entry.control.evidence:
        less = {**example.given, gone: None}
        after = {f.outcome for f in findings_of(entry.control, less, policy)}
        if before != {Outcome.PASSED}:
            assert after != {Outcome.PASSED}, gone


@pytest.mark.parametrize("entry", TESTED, ids=lambda entry: entry.id)
def test_annotation_controls_do_not_apply_where_the_manifest_declares_no_annotation(entry):
    if not entry.id.startswith("ANN-"):
        return
    found = findings_of(entry.control, {**EMPTY, "dataset": ex.dataset()}, POLICY)
    assert [finding.outcome for finding in found] == [Outcome.INAPPLICABLE]
    assert str(found[0].message)


def test_unlicensed_source_is_named_with_its_record_count():
    entry = catalogue()["SRC-06"]
    evidence = {
        "sources": (ex.source("forum", licence=ex.licence()),),
        "profile": ex.profile(ex.source_profile("forum", 18402)),
        "at": ex.AT,
    }
    (finding,) = findings_of(entry.control, evidence, POLICY)
    assert finding.outcome is Outcome.FAILED
    assert (finding.subject, finding.count) == ("source:forum", 18402)
    assert "forum" in str(finding.message)
    assert "18402" in str(finding.message)


def test_an_item_id_from_outside_is_cut_and_made_printable():
    entry = catalogue()["ANN-07"]
    hostile = "\x1b[31m" + "x" * 500
    evidence = {
        "dataset": ex.LABELLED,
        "labels": ex.labels({"item": hostile}),
        "reviews": ex.reviews({"item": hostile, "reviewer": "A-01"}),
    }
    (finding,) = findings_of(entry.control, evidence, POLICY)
    assert len(finding.places[0]) <= 80
    assert finding.places[0].isprintable()


def test_a_control_may_not_ask_for_evidence_nobody_gathers():
    def zzz_01(weather):
        """Title.

        Why: because.
        Remedy: do it.
        """
        yield from ()

    with pytest.raises(TypeError, match="weather"):
        control(examples=())(zzz_01)


def test_a_control_may_not_hold_a_number_of_its_own():
    def zzz_01(profile, *, limit=3):
        """Title.

        Why: because.
        Remedy: do it.
        """
        yield from ()

    with pytest.raises(TypeError, match="policy"):
        control(examples=())(zzz_01)


def test_a_control_says_why_and_what_to_do():
    def zzz_01(profile):
        """Title."""
        yield from ()

    with pytest.raises(TypeError, match="Remedy"):
        control(examples=(Example(en="", zh="", given={}, expect=()),))(zzz_01)


def test_optional_evidence_is_evidence():
    assert set(EVIDENCE) > OPTIONAL
