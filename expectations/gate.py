"""The gate: whether a training job may use the version, and why not better."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from expectations.catalogue import catalogue, catalogue_ids
from expectations.findings import day
from expectations.policy import Policy
from expectations.policy_parts import Waiver
from pipelines.model.audit import ControlResult, GateDecision, GateReason
from pipelines.model.finding import Finding
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
    ordered = sorted(results, key=lambda result: (_weight(result), _place(result)))
    reasons = [r for result in ordered for r in _reasons(result, in_force.get(result.control))]
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


def _weight(result: ControlResult) -> tuple[bool, int]:
    """What was tested before what was not, the heavier control first."""
    untested = all(finding.outcome is Outcome.UNTESTED for finding in result.findings)
    return untested, list(Severity).index(result.severity)


def _place(result: ControlResult) -> tuple[int, str]:
    ids = catalogue_ids()
    known = ids.index(result.control) if result.control in ids else len(ids)
    return known, result.control


def _reasons(result: ControlResult, waiver: Waiver | None) -> Iterator[GateReason]:
    against = [f for f in result.findings if f.outcome is Outcome.FAILED]
    lacking = [f for f in result.findings if f.outcome in _OPEN]
    if against and result.severity is Severity.BLOCKER and waiver is not None:
        yield GateReason(
            control=f"waiver:{waiver.id}",
            rung=Gate.CONDITIONAL,
            message=msg(
                "{control} is not met and is waived until {until}, approved by {who}: {fact}",
                control=result.control,
                until=waiver.end.isoformat(),
                who=waiver.approved_by,
                fact=_fact(against),
            ),
        )
    elif against:
        rung = Gate.FAIL if result.severity is Severity.BLOCKER else Gate.CONDITIONAL
        yield GateReason(control=result.control, rung=rung, message=_fact(against))
    if lacking:
        rung = Gate.INCOMPLETE if result.severity in _HEAVY else Gate.CONDITIONAL
        yield GateReason(control=result.control, rung=rung, message=_fact(lacking))


def _fact(findings: Sequence[Finding]) -> Message:
    """What the weightiest of `findings` says, and how many there are beside it."""
    first = min(
        findings, key=lambda f: (f.outcome.rank, -(f.count or 0), f.subject, str(f.message))
    )
    if len(findings) == 1:
        return first.message
    return msg("{fact} (and {count} more findings)", fact=first.message, count=len(findings) - 1)


def _applied(result: ControlResult) -> bool:
    """Neither inapplicable nor without a test in this version (and without an attestation)."""
    if result.outcome is Outcome.INAPPLICABLE:
        return False
    known = catalogue().get(result.control)
    tested = known is not None and known.control is not None
    return tested or result.outcome is not Outcome.UNTESTED
