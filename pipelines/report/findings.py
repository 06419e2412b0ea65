"""Results per clause, and findings per control."""

from collections import Counter
from collections.abc import Iterable

from pipelines.model.audit import AuditRecord, ClauseVerdict, ControlResult
from pipelines.model.finding import Finding
from pipelines.model.outcome import Confidence, Outcome, Severity
from pipelines.report.catalogue_view import CatalogueView, ControlView
from pipelines.report.clauses import clause_label, clause_order
from pipelines.report.figures import Share
from pipelines.report.model import ClauseRow, ControlRow, Fact, FactGroup, FindingGroup

GROUP, ALONE = 2, 4
"""Facts printed of one wording: beside other wordings, and alone."""

_UNCONFIRMED = (Confidence.DRAFT, Confidence.MEMORY)


def clause_rows(record: AuditRecord, catalogue: CatalogueView) -> tuple[ClauseRow, ...]:
    """One row a clause, the Measures first."""
    outcomes = {result.control: result.outcome for result in record.results}
    rows = sorted(record.clauses, key=lambda verdict: clause_order(verdict.clause))
    return tuple(_clause_row(verdict, outcomes, catalogue) for verdict in rows)


def _clause_row(
    verdict: ClauseVerdict, outcomes: dict[str, Outcome], catalogue: CatalogueView
) -> ClauseRow:
    view = catalogue.clause(verdict.clause)
    # a control the record says nothing about must not vanish from its clause
    told = Counter(outcomes.get(control, Outcome.UNTESTED) for control in verdict.controls)
    unconfirmed = sum(
        1 for control in verdict.controls if catalogue.control(control).confidence in _UNCONFIRMED
    )
    return ClauseRow(
        clause=verdict.clause,
        label=clause_label(verdict.clause),
        title=view.title if view else None,
        paraphrase=view.paraphrase if view else None,
        confidence=verdict.confidence,
        controls=verdict.controls,
        applied=sum(
            _applied(outcomes.get(control, Outcome.UNTESTED), catalogue.control(control))
            for control in verdict.controls
        ),
        counts={outcome: told[outcome] for outcome in Outcome if told[outcome]},
        unconfirmed=unconfirmed,
        proposed=verdict.proposed,
        decided=verdict.decided,
        decided_by=verdict.decided_by,
        decided_at=verdict.decided_at,
        reason=verdict.reason,
    )


def _applied(outcome: Outcome, view: ControlView) -> bool:
    """Neither inapplicable nor without a test in this version, as the gate counts it."""
    if outcome is Outcome.INAPPLICABLE:
        return False
    return view.tested or outcome is not Outcome.UNTESTED


def finding_groups(record: AuditRecord, catalogue: CatalogueView) -> tuple[FindingGroup, ...]:
    """Every control once: by outcome, worst first; severity inside, then the catalogue's order."""
    severities = list(Severity)
    rows = [_control_row(result, catalogue) for result in record.results]
    rows.sort(key=lambda row: severities.index(row.severity))
    groups = (
        FindingGroup(outcome=outcome, controls=tuple(row for row in rows if row.outcome is outcome))
        for outcome in Outcome
    )
    return tuple(group for group in groups if group.controls)


def _control_row(result: ControlResult, catalogue: CatalogueView) -> ControlRow:
    view = catalogue.control(result.control)
    facts = tuple(_fact(finding) for finding in heaviest_first(result.findings))
    return ControlRow(
        control=result.control,
        title=view.title,
        severity=result.severity,
        lowered=result.lowered,
        outcome=result.outcome,
        clauses=view.clauses,
        clause=clause_label(view.clauses[0]) if view.clauses else None,
        confidence=view.confidence,
        remedy=view.remedy,
        tested=view.tested,
        facts=facts,
        shown=_shown(facts),
        thresholds=result.thresholds,
        evidence=result.evidence,
    )


def heaviest_first(findings: Iterable[Finding]) -> list[Finding]:
    """By outcome, worst first; then what concerns most records; then by subject."""
    return sorted(findings, key=lambda f: (f.outcome.rank, -(f.count or 0), f.subject))


def _shown(facts: tuple[Fact, ...]) -> tuple[FactGroup, ...]:
    """The first facts of each outcome and wording, so that one wording cannot hide another."""
    groups: dict[tuple[Outcome, str], list[Fact]] = {}
    for fact in facts:
        if fact.outcome not in (Outcome.PASSED, Outcome.INAPPLICABLE):
            groups.setdefault((fact.outcome, fact.message.text), []).append(fact)
    room = GROUP if len(groups) > 1 else ALONE
    return tuple(
        FactGroup(facts=tuple(held[:room]), more=max(len(held) - room, 0))
        for held in groups.values()
    )


def _fact(finding: Finding) -> Fact:
    whole = finding.count is not None and finding.base
    return Fact(
        subject=finding.subject,
        outcome=finding.outcome,
        message=finding.message,
        level=finding.level,
        share=Share(count=finding.count or 0, base=finding.base or 0) if whole else None,
        count=finding.count,
        figures=finding.figures,
        places=finding.places,
    )
