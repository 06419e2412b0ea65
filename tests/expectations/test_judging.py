from datetime import date

import pytest

from expectations import examples as ex
from expectations.catalogue import catalogue
from expectations.judging import crashed, judge, judge_all, judge_entry
from expectations.policy import load_policy
from expectations.policy_parts import Attestation, Confirmation
from pipelines.model.ids import digest_of
from pipelines.model.outcome import Level, Outcome, Severity
from pipelines.model.source import SourceType

POLICY = load_policy()
EVIDENCE = {
    "at": ex.AT,
    "dataset": ex.dataset(),
    "sources": (ex.source(),),
    "profile": ex.profile(),
    "consents": ex.consents(None),
    "answer_sheet": {},
    "validation": ex.validated("met"),
    "files": ex.files({}),
    "draws": (),
}
DIGESTS = {name: digest_of(name.encode()) for name in EVIDENCE}


def attested(control, outcome="passed", at=date(2026, 11, 1), evidence=("form.pdf",)):
    return Attestation(
        control=control,
        outcome=outcome,
        by="L-01",
        role="legal owner",
        at=at,
        reason="checked",
        evidence=evidence,
    )


def under(**parts):
    return POLICY.model_copy(update=parts)


def test_judging_everything_gives_a_result_for_each_of_the_eighty_in_their_order():
    results = judge_all(EVIDENCE, DIGESTS, POLICY)
    assert [result.control for result in results] == list(catalogue())
    assert all(result.findings for result in results)


def test_a_control_without_a_test_is_untested_and_says_so():
    result = judge_entry(catalogue()["SRC-02"], EVIDENCE, POLICY, DIGESTS)
    assert [finding.outcome for finding in result.findings] == [Outcome.UNTESTED]
    assert "attest" in str(result.findings[0].message)


def test_a_control_without_a_test_does_not_apply_where_the_manifest_declares_nothing_of_the_kind():
    def outcome(control, *sources, **more):
        evidence = {**EVIDENCE, "dataset": ex.dataset(*sources, **more)}
        return judge_entry(catalogue()[control], evidence, POLICY, DIGESTS).outcome

    assert outcome("ANN-14") is Outcome.INAPPLICABLE
    assert outcome("ANN-14", annotation=ex.annotation()) is Outcome.UNTESTED
    assert outcome("SRC-12") is Outcome.INAPPLICABLE
    assert outcome("SRC-12", ex.source(type=SourceType.COMMERCIAL)) is Outcome.UNTESTED
    assert outcome("SRC-12", ex.source(type=None)) is Outcome.UNTESTED
    assert outcome("SRC-12", sources=()) is Outcome.UNTESTED


def test_a_result_names_the_evidence_and_the_thresholds_it_was_judged_with():
    result = judge(catalogue()["QLT-01"].control, EVIDENCE, POLICY, DIGESTS)
    assert result.evidence == {"profile": DIGESTS["profile"]}
    assert result.thresholds == {"maximum_share": "0.05", "minimum_records": 100}


def test_an_attestation_stands_in_for_a_missing_test_and_is_marked_as_one():
    policy = under(attestations=(attested("SRC-18"),))
    (finding,) = judge_entry(catalogue()["SRC-18"], EVIDENCE, policy, DIGESTS).findings
    assert (finding.outcome, finding.level) == (Outcome.PASSED, Level.ATTESTED)
    assert finding.places == ("form.pdf",)


def test_an_attestation_of_tomorrow_does_not_count_today():
    policy = under(attestations=(attested("SRC-18", at=date(2026, 11, 21)),))
    result = judge_entry(catalogue()["SRC-18"], EVIDENCE, policy, DIGESTS)
    assert result.outcome is Outcome.UNTESTED


def test_an_attestation_never_outweighs_what_a_test_found():
    evidence = {**EVIDENCE, "sources": (ex.source(licence=ex.licence("CC-BY-NC-4.0")),)}
    policy = under(attestations=(attested("SRC-07"), attested("SRC-06")))
    assert judge_entry(catalogue()["SRC-07"], evidence, policy, {}).outcome is Outcome.FAILED


def test_an_attestation_settles_what_a_review_by_people_left_open_and_nothing_computed():
    policy = under(attestations=(attested("SRC-07"), attested("SRC-16")))
    unknown = {**EVIDENCE, "sources": (ex.source(licence=ex.licence("LicenseRef-own")),)}
    assert judge_entry(catalogue()["SRC-07"], unknown, policy, {}).outcome is Outcome.PASSED
    untold = {**EVIDENCE, "sources": (ex.source(type=None),)}
    assert judge_entry(catalogue()["SRC-16"], untold, policy, {}).outcome is Outcome.CANT_TELL


def test_a_blocker_on_an_unread_clause_counts_as_high_until_somebody_confirms_the_clause():
    entry = catalogue()["META-01"]
    before = judge_entry(entry, EVIDENCE, POLICY, {})
    assert (before.severity, before.lowered) == (Severity.HIGH, True)
    read = Confirmation(
        clause=entry.rests_on, by="C-02", at=date(2026, 11, 2), digest=digest_of(b"copy")
    )
    after = judge_entry(entry, EVIDENCE, under(confirmations=(read,)), {})
    assert (after.severity, after.lowered) == (Severity.BLOCKER, False)


def test_a_blocker_on_a_clause_that_was_read_is_not_lowered():
    result = judge_entry(catalogue()["PI-02"], EVIDENCE, POLICY, {})
    assert (result.severity, result.lowered) == (Severity.BLOCKER, False)


def test_a_test_that_breaks_is_untested_and_its_words_are_not_kept():
    def attempt(entry, judgement):
        try:
            return judgement()
        except AttributeError as error:
            return crashed(entry, POLICY, error)

    results = judge_all({**EVIDENCE, "profile": "nonsense"}, DIGESTS, POLICY, attempt=attempt)
    broken = {result.control: result for result in results}["QLT-01"]
    assert broken.outcome is Outcome.UNTESTED
    assert broken.findings[0].figures == {"error": "AttributeError"}
    assert "nonsense" not in str(broken.findings[0].message)


def test_the_clauses_are_judged_over_the_results_of_all_other_controls():
    results = {result.control: result for result in judge_all(EVIDENCE, DIGESTS, POLICY)}
    subjects = {finding.subject for finding in results["REP-02"].findings}
    assert "clause:IM2023 4(2)" in subjects


@pytest.mark.parametrize("gone", sorted(EVIDENCE))
def test_a_piece_of_evidence_that_was_not_gathered_breaks_nothing(gone):
    evidence = {name: value for name, value in EVIDENCE.items() if name != gone}
    assert len(judge_all(evidence, DIGESTS, POLICY)) == 80
