from dataclasses import replace
from datetime import UTC, date, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from expectations.catalogue import catalogue_ids
from expectations.gate import LADDER, decide
from expectations.policy import load_policy
from expectations.policy_parts import Waiver
from expectations.verdicts import propose, verdict_of
from pipelines.model.audit import ControlResult
from pipelines.model.finding import Finding
from pipelines.model.message import msg
from pipelines.model.outcome import Gate, Outcome, Severity, Verdict

POLICY = load_policy()
AT = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
WORST_FIRST = [*LADDER, Gate.PASS]
VERDICTS = [Verdict.DOES_NOT_CONFORM, Verdict.NOT_ESTABLISHED, Verdict.CONFORMS]


def finding(outcome):
    return Finding(subject="dataset", outcome=outcome, message=msg("an example"))


def result(control, severity, *outcomes):
    return ControlResult(
        control=control,
        severity=severity,
        lowered=False,
        findings=tuple(finding(outcome) for outcome in outcomes),
    )


def waiver(control="PI-02", start=date(2026, 11, 1), end=date(2026, 12, 31)):
    return Waiver(
        id="WV-1",
        control=control,
        reason="rework",
        requested_by="Q-01",
        approved_by="C-02",
        start=start,
        end=end,
    )


def gate(*results, policy=POLICY, quarantined=0, at=AT):
    return decide(results, policy=policy, quarantined=quarantined, at=at)


def waived(**parts):
    return POLICY.model_copy(update={"waivers": (waiver(**parts),)})


ALL_MET = result("PI-02", Severity.BLOCKER, Outcome.PASSED)
BLOCKED = result("PI-02", Severity.BLOCKER, Outcome.FAILED)


def test_nothing_against_and_nothing_lacking_passes():
    decision = gate(ALL_MET, result("ANN-01", Severity.BLOCKER, Outcome.INAPPLICABLE))
    assert (decision.gate, decision.reasons, decision.after_repair) == (Gate.PASS, (), Gate.PASS)
    assert (decision.applied, decision.catalogue) == (1, 80)


def test_a_blocker_that_is_not_met_fails_and_the_gate_after_its_repair_is_told():
    unsure = result("SRC-16", Severity.HIGH, Outcome.CANT_TELL)
    decision = gate(BLOCKED, unsure, result("QLT-01", Severity.MEDIUM, Outcome.FAILED))
    assert decision.gate is Gate.FAIL
    assert decision.after_repair is Gate.INCOMPLETE
    assert [reason.control for reason in decision.reasons] == ["PI-02", "SRC-16", "QLT-01"]


def test_a_blocker_or_high_control_that_cannot_be_told_or_was_not_tested_is_incomplete():
    for severity in (Severity.BLOCKER, Severity.HIGH):
        for outcome in (Outcome.CANT_TELL, Outcome.UNTESTED):
            assert gate(result("SRC-02", severity, outcome)).gate is Gate.INCOMPLETE


def test_lesser_things_make_the_gate_conditional():
    for severity, outcome in (
        (Severity.HIGH, Outcome.FAILED),
        (Severity.MEDIUM, Outcome.FAILED),
        (Severity.MEDIUM, Outcome.CANT_TELL),
        (Severity.LOW, Outcome.UNTESTED),
    ):
        assert gate(result("QLT-01", severity, outcome)).gate is Gate.CONDITIONAL
    assert gate(ALL_MET, quarantined=3).gate is Gate.CONDITIONAL


def test_a_waiver_in_force_lets_a_blocker_through_and_shows():
    decision = gate(BLOCKED, policy=waived())
    assert decision.gate is Gate.CONDITIONAL
    assert decision.waivers_used == ("WV-1",)
    assert decision.reasons[0].control == "waiver:WV-1"


def test_a_waiver_outside_its_days_or_for_another_control_changes_nothing():
    for policy in (
        waived(end=date(2026, 11, 19)),
        waived(start=date(2026, 11, 21)),
        waived(control="ANN-07"),
    ):
        decision = gate(BLOCKED, policy=policy)
        assert (decision.gate, decision.waivers_used) == (Gate.FAIL, ())


def test_a_waiver_holds_on_its_last_day_where_the_measures_apply():
    policy = waived(end=date(2026, 11, 20))
    assert gate(BLOCKED, policy=policy, at=AT.replace(hour=15, minute=59)).gate is Gate.CONDITIONAL
    assert gate(BLOCKED, policy=policy, at=AT.replace(hour=16)).gate is Gate.FAIL


def test_a_waiver_does_not_cover_what_cannot_be_told():
    both = result("PI-02", Severity.BLOCKER, Outcome.FAILED, Outcome.CANT_TELL)
    assert gate(both, policy=waived()).gate is Gate.INCOMPLETE


def test_controls_without_a_test_do_not_count_as_applied():
    untested = result("SRC-02", Severity.BLOCKER, Outcome.UNTESTED)
    attested = result("SRC-03", Severity.BLOCKER, Outcome.PASSED)
    broken = result("QLT-01", Severity.MEDIUM, Outcome.UNTESTED)
    assert gate(untested, attested, broken).applied == 2


results = st.lists(
    st.builds(
        lambda control, severity, outcomes: result(control, severity, *outcomes),
        st.sampled_from(catalogue_ids()),
        st.sampled_from(list(Severity)),
        st.lists(st.sampled_from(list(Outcome)), min_size=1, max_size=3),
    ),
    max_size=8,
    unique_by=lambda r: r.control,
)


@settings(max_examples=80, deadline=None)
@given(results, st.integers(0, 2), st.randoms(use_true_random=False))
def test_the_order_of_results_and_findings_leaves_the_decision_alone(found, quarantined, random):
    shuffled = [
        replace(r, findings=tuple(random.sample(r.findings, len(r.findings)))) for r in found
    ]
    random.shuffle(shuffled)
    assert gate(*shuffled, quarantined=quarantined) == gate(*found, quarantined=quarantined)


@settings(max_examples=80, deadline=None)
@given(results.filter(bool), st.integers(0, 7), st.booleans())
def test_one_more_finding_against_never_makes_gate_or_verdict_better(found, index, with_waiver):
    policy = waived(control=found[0].control) if with_waiver else POLICY
    worse = list(found)
    at = index % len(found)
    worse[at] = replace(found[at], findings=(*found[at].findings, finding(Outcome.FAILED)))
    before, after = gate(*found, policy=policy).gate, gate(*worse, policy=policy).gate
    assert WORST_FIRST.index(after) <= WORST_FIRST.index(before)
    assert worse[at].outcome.rank <= found[at].outcome.rank


@settings(max_examples=80, deadline=None)
@given(results, st.integers(0, 2))
def test_repairing_the_deciding_rung_always_lifts_the_gate(found, quarantined):
    decision = gate(*found, quarantined=quarantined)
    if decision.gate is not Gate.PASS:
        order = WORST_FIRST.index
        assert order(decision.after_repair) > order(decision.gate)


@given(st.lists(st.sampled_from(list(Outcome)), max_size=5))
def test_nothing_but_evidence_makes_a_clause_conform(outcomes):
    verdict = verdict_of(outcomes)
    if verdict is Verdict.CONFORMS:
        assert set(outcomes) <= {Outcome.PASSED, Outcome.INAPPLICABLE}
        assert Outcome.PASSED in outcomes
    if verdict is Verdict.NOT_APPLICABLE:
        assert set(outcomes) == {Outcome.INAPPLICABLE}
    assert verdict_of([*outcomes, Outcome.FAILED]) is Verdict.DOES_NOT_CONFORM


def test_each_control_is_counted_once_under_a_clause_of_the_measures():
    everything = [result(control, Severity.HIGH, Outcome.PASSED) for control in catalogue_ids()]
    proposals = propose(everything)
    counted = [control for proposal in proposals for control in proposal.controls]
    assert sorted(counted) == sorted(catalogue_ids())
    assert {proposal.proposed for proposal in proposals} == {Verdict.CONFORMS}
    assert [p.clause for p in proposals][:3] == ["IM2023 4(1)", "IM2023 4(2)", "IM2023 7(1)"]


def test_a_clause_without_any_result_is_not_established():
    assert {proposal.proposed for proposal in propose(())} == {Verdict.NOT_ESTABLISHED}
    assert verdict_of([]) is Verdict.NOT_ESTABLISHED
    assert VERDICTS[0] is verdict_of([Outcome.FAILED])
