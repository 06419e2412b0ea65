"""What is proposed for each clause; a named person decides."""

from collections.abc import Sequence

from expectations.catalogue import catalogue
from expectations.clause import MEASURES, clauses
from pipelines.model.audit import ClauseVerdict, ControlResult
from pipelines.model.outcome import Outcome, Verdict


def propose(results: Sequence[ControlResult]) -> tuple[ClauseVerdict, ...]:
    """A proposal for every clause of the Measures that the catalogue knows, in their order.

    Each control counts once, under its main clause of the Measures. A clause no control serves is
    not established.
    """
    entries = catalogue()
    proposals = []
    for clause in clauses().values():
        if clause.framework != MEASURES:
            continue
        counted = [
            r for r in results if r.control in entries and entries[r.control].counted == clause.id
        ]
        proposals.append(
            ClauseVerdict(
                clause=clause.id,
                confidence=clause.confidence,
                controls=tuple(sorted(r.control for r in counted)),
                proposed=verdict_of([f.outcome for r in counted for f in r.findings]),
            )
        )
    return tuple(proposals)


def verdict_of(outcomes: Sequence[Outcome]) -> Verdict:
    """What follows from `outcomes`; from none of them, nothing is established."""
    if Outcome.FAILED in outcomes:
        return Verdict.DOES_NOT_CONFORM
    if not outcomes or Outcome.CANT_TELL in outcomes or Outcome.UNTESTED in outcomes:
        return Verdict.NOT_ESTABLISHED
    if all(outcome is Outcome.INAPPLICABLE for outcome in outcomes):
        return Verdict.NOT_APPLICABLE
    return Verdict.CONFORMS
