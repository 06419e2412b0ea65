"""Absence of evidence never reads as a pass."""

import re
from dataclasses import replace

import pytest

from pipelines.model.outcome import Gate, Outcome
from pipelines.report.assemble import assemble
from pipelines.report.html import render_html


@pytest.fixture(scope="module")
def bare(sample):
    record = sample.sample_record()
    profile = replace(
        record.profile,
        files=1,
        records=0,
        chars=0,
        text_bytes=0,
        quarantined=1,
        quarantined_unknown=1,
        quarantine_reasons={"truncated": 1},
        empty=0,
        exact_duplicates=0,
        near_duplicates=0,
        clusters=0,
        pi_records=0,
        subjects=0,
        hits=(),
        languages={},
        keywords=None,
        sources=(),
    )
    dataset = replace(record.dataset, sources=(), annotation=None)
    return replace(
        record,
        dataset=dataset,
        profile=profile,
        consents=None,
        agreement=None,
        annotators=(),
        label_counts={},
        draws=(),
        contamination=None,
        head=None,
    )


@pytest.mark.parametrize(("lang", "words"), [("zh", "无结果"), ("en", "No result")])
def test_what_has_no_evidence_says_no_result_in_its_place(sample, page, bare, lang, words) -> None:
    html = render_html(assemble(bare, sample.catalogue()), lang)
    elements = page.read(html)
    lacking = [e.text for e in elements if e.attributes.get("class") in {"nr", "u"}]

    assert sum(words in text for text in lacking) >= 8
    assert "100.00%" not in html
    assert not re.search(r"\bNone\b(?! of the detected)", " ".join(page.lines(html)))


def test_the_key_figures_without_evidence_stand_on_the_ground_of_missing_evidence(
    sample, bare
) -> None:
    figures = {str(f.label): f for f in assemble(bare, sample.catalogue()).key_figures}

    for name in ("Consent valid", "Agreement α", "Sampled items wrong", "Exact · near duplicates"):
        assert figures[name].values == ()
        assert figures[name].lacking


def test_every_control_is_printed_once_whatever_its_outcome(sample, report, page, english) -> None:
    printed = [row.control for group in report.findings for row in group.controls]
    ids = [e.attributes.get("id") for e in page.read(english)]

    assert sorted(printed) == sorted(control[0] for control in sample.CONTROLS)
    assert all(ids.count(control) == 1 for control in printed)


def test_a_control_that_failed_in_one_place_is_not_met_whatever_it_met_elsewhere(report) -> None:
    not_met = next(group for group in report.findings if group.outcome is Outcome.FAILED)
    licence = next(row for row in not_met.controls if row.control == "SRC-06")

    assert [fact.outcome for fact in licence.facts] == [Outcome.FAILED, Outcome.PASSED]


def test_a_control_the_record_is_silent_about_counts_as_not_tested(sample) -> None:
    record = sample.sample_record()
    silent = tuple(result for result in record.results if result.control != "SRC-01")
    rows = assemble(replace(record, results=silent), sample.catalogue()).clauses
    first = next(row for row in rows if row.clause == "IM2023 7(1)")

    assert first.counts[Outcome.UNTESTED] == 1


def test_records_without_a_source_stay_in_the_sum(sample) -> None:
    record = sample.sample_record()
    parts = record.profile.sources
    lost = replace(parts[0], source=None)
    stray = replace(parts[1], source="not-in-the-manifest")
    profile = replace(record.profile, sources=(lost, stray, *parts[2:]), unsourced=lost.records)
    article = assemble(replace(record, profile=profile), sample.catalogue()).article_7

    assert sum(row.records for row in article.sources) == record.profile.records
    assert article.sources[-1].id is None
    assert sum(flow.records for flow in article.flows) == record.profile.records
    assert {row.records for row in article.sources if row.id == "helpdesk-zh"} == {0}


def test_a_lot_nobody_has_reviewed_has_no_share_wrong(sample, page) -> None:
    record = sample.sample_record()
    draws = (replace(record.draws[0], reviewed=0, wrong=0, proposed="not_established"),)
    html = render_html(assemble(replace(record, draws=draws), sample.catalogue()), "en")
    text = " ".join(page.lines(html))

    assert "not reviewed yet: 315" in text
    assert not re.search(r"wrong 0 / 0", text)
    assert "drawn, not reviewed yet" in text


def test_a_gate_that_lacks_evidence_names_what_was_looked_at_before_what_was_not(
    sample, page
) -> None:
    record = sample.sample_record()
    gate = replace(record.gate, gate=Gate.INCOMPLETE, after_repair=Gate.CONDITIONAL)
    report = assemble(replace(record, gate=gate), sample.catalogue())
    text = " ".join(page.lines(render_html(report, "en")))

    assert [reason.control for reason in report.gate.reasons if reason.bare] == ["CNT-03", "SEC-01"]
    assert report.gate.reasons[-1].control == "SEC-01"
    assert "Controls on this rung without a test in this version: 2" in text
    assert "the answer sheet has no answer on mechanism REP-01" in text


def test_clauses_and_gate_count_the_same_controls_as_applied(report) -> None:
    assert sum(row.applied for row in report.clauses) == report.gate.applied
    assert sum(len(row.controls) for row in report.clauses) == report.gate.catalogue
