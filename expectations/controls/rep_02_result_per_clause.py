"""REP-02."""

from collections.abc import Iterator, Sequence

from expectations.clause import MEASURES, clauses
from expectations.control import Example, control
from expectations.findings import cannot_tell, failed, passed
from expectations.verdicts import propose
from pipelines.model.audit import ControlResult
from pipelines.model.finding import Finding
from pipelines.model.message import msg
from pipelines.model.outcome import Outcome, Severity, Verdict


def _all(outcome: Outcome, *, besides: str = "") -> tuple[ControlResult, ...]:
    """One result for a control of each clause of the Measures."""
    served = ("CNT-01", "BIAS-01", "SRC-06", "SRC-07", "PI-02", "QLT-01", "SEC-01", "ANN-01")
    return tuple(
        ControlResult(
            control=control,
            severity=Severity.HIGH,
            lowered=False,
            findings=(Finding(subject="dataset", outcome=outcome, message=msg("an example")),),
        )
        for control in (*served, "SRC-13", "REP-06", "REP-01")
        if control != besides
    )


@control(
    examples=(
        Example(
            en="a result for every clause",
            zh="每一条都有结论",
            given={"results": _all(Outcome.PASSED)},
            expect=(Outcome.PASSED,),
        ),
        Example(
            en="a clause for which no control was judged",
            zh="有一条没有任何控制项判定",
            given={"results": _all(Outcome.PASSED, besides="ANN-01")},
            expect=(Outcome.FAILED,),
        ),
        Example(
            en="nothing could be told",
            zh="全部无法判定",
            given={"results": _all(Outcome.CANT_TELL)},
            expect=(Outcome.CANT_TELL,) * 11,
        ),
        Example(
            en="no results at all",
            zh="没有任何结果",
            given={"results": ()},
            expect=(Outcome.CANT_TELL,),
        ),
    ),
)
def rep_02(results: Sequence[ControlResult]) -> Iterator[Finding]:
    """One result per clause.

    Why: an assessment report states a result for each clause; one without a result does not count
    as met.
    Remedy: supply evidence or an attestation for the named clauses, and a reason for those that do
    not apply.
    """
    if not results:
        yield cannot_tell("dataset", msg("no control was judged"))
        return
    proposals = propose(results)
    settled = 0
    for proposal in proposals:
        subject, count = f"clause:{proposal.clause}", len(proposal.controls)
        if not proposal.controls and clauses()[proposal.clause].by_hand is None:
            text = msg("no control was judged for {clause}", clause=proposal.clause)
            yield failed(subject, text)
        elif proposal.proposed is Verdict.NOT_ESTABLISHED:
            text = msg(
                "{clause} has no result yet: among its {count} controls some cannot be told or "
                "were not tested",
                clause=proposal.clause,
                count=count,
            )
            yield cannot_tell(subject, text, count=count)
        else:
            settled += 1
    if settled == len(proposals):
        text = msg("each of the {count} clauses of {law} has a result", count=settled, law=MEASURES)
        yield passed("dataset", text, count=settled, base=settled)
