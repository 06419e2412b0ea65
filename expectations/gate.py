"""The gate: whether a training job may use the version, and why not better."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from expectations.catalogue import catalogue
from expectations.findings import day
from expectations.policy import Policy, Waiver
from pipelines.model.audit import ControlResult, GateDecision, GateReason
from pipelines.model.message import Message, msg
from pipelines.model.outcome import Gate, Outcome, Severity

LADDER = (Gate.FAIL, Gate.INCOMPLETE, Gate.CONDITIONAL)
"""Read from the top; the first rung with a reason decides. Without any reason: pass."""

_OPEN = frozenset({Outcome.CANT_TELL, Outcome.UNTESTED})
_HEAVY = frozenset({Severity.BLOCKER, Severity.HIGH})


def decide(
    results: Sequence[ControlResult], *, policy: Policy, quarantined: int, at: datetime
) -> GateDecision:
    """The gate that follows from the results at the clock of the run.

    Every outcome among a control's findings counts, not only its worst: one more finding against
    can never make the gate better.
    """
    in_force = {
        w.control: w
        for w in sorted(policy.waivers, key=lambda w: w.id, reverse=True)
        if w.in_force(day(at))
    }
    reasons = [
        r
        for result in sorted(results, key=lambda r: r.control)
        for r in _reasons(result, in_force.get(result.control))
    ]
    if quarantined:
        text = msg("{count} items are quarantined: not read, and not judged", count=quarantined)
        reasons.append(GateReason(control="quarantine", rung=Gate.CONDITIONAL, message=text))
    reasons.sort(key=lambda reason: LADDER.index(reason.rung))
    gate = _highest(reasons)
    return GateDecision(
        gate=gate,
        reasons=tuple(reasons),
        after_repair=_highest([reason for reason in reasons if reason.rung is not gate]),
        applied=sum(_applied(result) for result in results),
        catalogue=len(catalogue()),
        waivers_used=tuple(
            r.control.removeprefix("waiver:") for r in reasons if r.control.startswith("waiver:")
        ),
    )


def _highest(reasons: Sequence[GateReason]) -> Gate:
    rungs = {reason.rung for reason in reasons}
    return next((rung for rung in LADDER if rung in rungs), Gate.PASS)


def _reasons(result: ControlResult, waiver: Waiver | None) -> Iterator[GateReason]:
    outcomes = [finding.outcome for finding in result.findings]
    against = outcomes.count(Outcome.FAILED)
    lacking = sum(outcome in _OPEN for outcome in outcomes)
    if against and result.severity is Severity.BLOCKER and waiver is not None:
        yield GateReason(
            control=f"waiver:{waiver.id}",
            rung=Gate.CONDITIONAL,
            message=msg(
                "{control} is not met and is waived until {until}, approved by {who}",
                control=result.control,
                until=waiver.end.isoformat(),
                who=waiver.approved_by,
            ),
        )
    elif against:
        yield GateReason(
            control=result.control,
            rung=Gate.FAIL if result.severity is Severity.BLOCKER else Gate.CONDITIONAL,
            message=msg(
                "{control} is not met in {count} of {all} findings",
                control=result.control,
                count=against,
                all=len(outcomes),
            ),
        )
    if lacking:
        yield GateReason(
            control=result.control,
            rung=Gate.INCOMPLETE if result.severity in _HEAVY else Gate.CONDITIONAL,
            message=_lacking(result, lacking),
        )


def _lacking(result: ControlResult, lacking: int) -> Message:
    if all(finding.outcome is Outcome.UNTESTED for finding in result.findings):
        return msg("{control} was not tested", control=result.control)
    return msg(
        "{control} cannot be told in {count} of {all} findings",
        control=result.control,
        count=lacking,
        all=len(result.findings),
    )


def _applied(result: ControlResult) -> bool:
    """Neither inapplicable nor without a test in this version (and without an attestation)."""
    if result.outcome is Outcome.INAPPLICABLE:
        return False
    known = catalogue().get(result.control)
    tested = known is not None and known.control is not None
    return tested or result.outcome is not Outcome.UNTESTED
