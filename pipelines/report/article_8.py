"""Article 8: labelling rules, people and their qualification, sampled verification, agreement."""

from collections.abc import Iterable
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal

from expectations.findings import day
from pipelines.model.annotation import Annotator, RuleSet
from pipelines.model.audit import AuditRecord
from pipelines.model.finding import Finding
from pipelines.model.message import Message, msg
from pipelines.model.outcome import Outcome
from pipelines.model.profile import Agreement, SampleDraw
from pipelines.report.figures import Share
from pipelines.report.lots import curve, exact_interval, often_accepted, plan_of
from pipelines.report.model_articles import (
    AgreementPart,
    AgreementRow,
    Article8,
    LotPart,
    PersonRow,
    RulesPart,
)

SOON = 30
"""Days before its end from which a qualification is noted as running out."""


def article_8(record: AuditRecord) -> Article8:
    """The part of the report that follows Article 8."""
    project = record.dataset.annotation
    rules = _rules(project.rules) if project and project.rules else None
    labels = sorted(record.label_counts.items(), key=lambda pair: (-pair[1], pair[0]))
    reviewers = [person for person in record.annotators if "review" in " ".join(person.roles)]
    return Article8(
        declared=project is not None,
        rules=rules,
        people=_people(record),
        annotators=len(record.annotators) - len(reviewers),
        reviewers=len(reviewers),
        lots=tuple(_lot(draw) for draw in record.draws),
        agreement=_agreement(record.agreement, rules) if record.agreement else None,
        labels=tuple(labels),
    )


def _rules(rules: RuleSet) -> RulesPart:
    return RulesPart(
        version=rules.version,
        kind=rules.kind,
        effective_from=rules.effective_from,
        approved_by=rules.approved_by,
        labels=len(rules.labels),
        without_edge=sum(1 for label in rules.labels if not label.edge),
        risks=len({risk for label in rules.labels for risk in label.risks}),
        stages=tuple(sorted(rules.stages)),
        truth=rules.truth,
        coefficient=rules.coefficient,
        minimum=None if rules.minimum_agreement is None else str(rules.minimum_agreement),
        digest=rules.file.digest,
    )


def _people(record: AuditRecord) -> tuple[PersonRow, ...]:
    at = day(record.run.at)
    held: dict[str, list[tuple[str, Finding]]] = {}
    for result in record.results:
        for finding in result.findings:
            kind, _, name = finding.subject.partition(":")
            if kind == "annotator" and finding.outcome is not Outcome.PASSED:
                held.setdefault(name, []).append((result.control, finding))
    rows = [_person(person, held.get(person.id, []), at) for person in record.annotators]
    return tuple(sorted(rows, key=lambda row: (_worst(row), row.id)))


def _worst(row: PersonRow) -> int:
    return min((outcome.rank for outcome, _ in row.notes), default=len(Outcome))


def _person(person: Annotator, held: Iterable[tuple[str, Finding]], at: date) -> PersonRow:
    notes = [*_qualification(person, at)]
    for control, finding in held:
        if finding.outcome is not Outcome.INAPPLICABLE:
            notes.append((finding.outcome, msg("see {control}", control=control)))
    unique = {(outcome, str(note)): (outcome, note) for outcome, note in notes}
    return PersonRow(
        id=person.id,
        roles=person.roles,
        topics=len(person.topics),
        qualified_to=person.qualified_to,
        notes=tuple(sorted(unique.values(), key=lambda note: (note[0].rank, str(note[1])))),
    )


def _qualification(person: Annotator, at: date) -> list[tuple[Outcome, Message]]:
    notes: list[tuple[Outcome, Message]] = []
    if person.suspended_from is not None and person.suspended_from <= at:
        when = person.suspended_from.isoformat()
        notes.append((Outcome.FAILED, msg("suspended from {date}", date=when)))
    until = person.qualified_to
    if until is None and person.qualified_from is None:
        notes.append((Outcome.CANT_TELL, msg("no qualification on record")))
    elif until is not None and until < at:
        notes.append((Outcome.FAILED, msg("qualification has lapsed")))
    elif until is not None and (until - at).days <= SOON:
        days = (until - at).days
        notes.append((Outcome.PASSED, msg("qualification ends in {days} days", days=days)))
    return notes


def _lot(draw: SampleDraw) -> LotPart:
    plan = plan_of(draw)
    low, high = exact_interval(draw.wrong, draw.reviewed) if draw.reviewed else (None, None)
    return LotPart(
        lot=draw.lot,
        size=draw.lot_size,
        plan=draw.plan,
        algorithm=draw.algorithm,
        seed=draw.seed,
        frame_digest=draw.frame_digest,
        drawn=len(draw.items),
        reviewed=draw.reviewed,
        wrong=Share(count=draw.wrong, base=draw.reviewed),
        low=low,
        high=high,
        proposed=draw.proposed,
        curve=curve(plan) if plan else (),
        often_accepted=often_accepted(plan) if plan else None,
        items=draw.items,
    )


def _agreement(agreement: Agreement, rules: RulesPart | None) -> AgreementPart:
    return AgreementPart(
        level=agreement.level,
        items=agreement.items,
        pairable=agreement.pairable_items,
        annotators=agreement.annotators,
        ratings=agreement.ratings,
        repeated=agreement.repeated,
        rows=tuple(
            AgreementRow(
                coefficient=figure.coefficient,
                value=_three(figure.value),
                low=_three(figure.low),
                high=_three(figure.high),
                interval=figure.interval,
                why=figure.why,
            )
            for figure in agreement.figures
        ),
        draws=agreement.draws,
        seed=agreement.seed,
        minimum=rules.minimum if rules else None,
    )


def _three(value: str | None) -> str | None:
    """A coefficient as it is printed, with three decimals; the true minus sign comes with it."""
    if value is None:
        return None
    return f"{Decimal(value).quantize(Decimal('0.001'), ROUND_HALF_EVEN)}".replace("-", "−")
