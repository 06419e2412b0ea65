"""The first page: identity, gate, key figures."""

from collections import Counter
from typing import assert_never

from pipelines.model.audit import AuditRecord, GateReason
from pipelines.model.dataset import Dataset
from pipelines.model.message import Message, msg
from pipelines.model.outcome import Gate, Outcome
from pipelines.report.catalogue_view import Bilingual, CatalogueView
from pipelines.report.clauses import clause_label
from pipelines.report.figures import Share
from pipelines.report.model import GatePart, Identity, KeyFigure, Reason, Rung
from pipelines.report.model_articles import Article8


def title_of(dataset: Dataset) -> Bilingual:
    """The title in both languages; where one is missing, the other stands in."""
    some = next(iter(dataset.title.values()), "")
    return Bilingual(zh=dataset.title.get("zh", some), en=dataset.title.get("en", some))


def identity(record: AuditRecord) -> Identity:
    """What was audited."""
    run = record.run
    return Identity(
        dataset=run.dataset,
        title=title_of(record.dataset),
        version=run.version,
        manifest=record.dataset.manifest_digest,
        run=run.id,
        at=run.at,
        purpose=record.dataset.purpose,
        policy_version=record.policy_version,
        policy_digest=run.policy_digest,
        code=run.code_version,
        records=record.profile.records,
        sources=len(record.dataset.sources),
        files=record.profile.files,
    )


def gate_part(record: AuditRecord, catalogue: CatalogueView) -> GatePart:
    """The gate as it was decided; nothing is judged again here."""
    decision = record.gate
    reasons = _reasons(record, catalogue)
    return GatePart(
        gate=decision.gate,
        lead=_lead(decision.gate, record.policy_version, len(reasons)),
        reasons=reasons,
        bare=sum(1 for reason in reasons if reason.bare),
        ladder=_ladder(record),
        applied=decision.applied,
        catalogue=decision.catalogue,
        after_repair=decision.after_repair,
        after=_after(decision.gate, decision.after_repair, decision.reasons),
        waivers=decision.waivers_used,
    )


def _lead(gate: Gate, policy: str, count: int) -> Message:
    match gate:
        case Gate.FAIL:
            return msg(
                "Under policy {policy}. Blocking controls not met, with no waiver in force:"
                " {count}.",
                policy=policy,
                count=count,
            )
        case Gate.INCOMPLETE:
            return msg(
                "Under policy {policy}. Blocking or high controls that cannot be told or were not"
                " tested: {count}.",
                policy=policy,
                count=count,
            )
        case Gate.CONDITIONAL:
            return msg(
                "Under policy {policy}. No blocking control stands against it; points left open:"
                " {count}.",
                policy=policy,
                count=count,
            )
        case Gate.PASS:
            return msg("Under policy {policy}. No control is left open.", policy=policy)
        case _:
            assert_never(gate)


def _reasons(record: AuditRecord, catalogue: CatalogueView) -> tuple[Reason, ...]:
    outcomes = {result.control: result.outcome for result in record.results}
    reasons = []
    for reason in record.gate.reasons:
        if reason.rung is not record.gate.gate:
            continue
        view = catalogue.control(reason.control)
        untested = outcomes.get(reason.control) is Outcome.UNTESTED
        reasons.append(
            Reason(
                control=reason.control,
                message=reason.message,
                bare=untested and not view.tested,
                clause=clause_label(view.clauses[0]) if view.clauses else None,
            )
        )
    return tuple(sorted(reasons, key=lambda reason: reason.bare))


def _ladder(record: AuditRecord) -> tuple[Rung, ...]:
    reasons = record.gate.reasons
    rungs = Counter(reason.rung for reason in reasons)
    conditional = [reason for reason in reasons if reason.rung is Gate.CONDITIONAL]
    others = sum(
        1 for r in conditional if r.control != "quarantine" and not r.control.startswith("waiver:")
    )
    lines: tuple[tuple[Gate, Message, tuple[int, ...]], ...] = (
        (Gate.FAIL, msg("a blocker not met, no waiver"), (rungs[Gate.FAIL],)),
        (
            Gate.INCOMPLETE,
            msg("a blocker or high control cannot be told or was not tested"),
            (rungs[Gate.INCOMPLETE],),
        ),
        (
            Gate.CONDITIONAL,
            msg("anything else not met or not established · waivers used · quarantined"),
            (others, len(record.gate.waivers_used), record.profile.quarantined),
        ),
        (Gate.PASS, msg("none of the above"), ()),
    )
    return tuple(
        Rung(gate=gate, condition=condition, counts=counts, decides=gate is record.gate.gate)
        for gate, condition, counts in lines
    )


def _after(gate: Gate, repaired: Gate, reasons: tuple[GateReason, ...]) -> Message | None:
    if gate is Gate.PASS:
        return None
    left = sum(1 for reason in reasons if reason.rung is repaired)
    if left:
        return msg("Reasons then left on that rung: {count}.", count=left)
    return msg("Nothing would then be left open.")


def key_figures(record: AuditRecord, article_8: Article8) -> tuple[KeyFigure, ...]:
    """Eight figures a reader asks for first; what has no evidence says so."""
    return (*_content(record), _consent(record), *_annotation(article_8), _not_established(record))


def _content(record: AuditRecord) -> tuple[KeyFigure, ...]:
    profile = record.profile
    hits = sum(hit.hits for hit in profile.hits if hit.tier == "valid")
    exact = Share(count=profile.exact_duplicates, base=profile.records)
    near = Share(count=profile.near_duplicates, base=profile.records)
    return (
        KeyFigure(
            label=msg("Records"),
            figure="records",
            values=(profile.records,),
            note=msg(
                "zh {zh} · en {en} · other {other}",
                zh=profile.languages.get("zh", 0),
                en=profile.languages.get("en", 0),
                other=profile.records
                - profile.languages.get("zh", 0)
                - profile.languages.get("en", 0),
            ),
        ),
        KeyFigure(
            label=msg("Quarantined"),
            figure="quarantine",
            values=(profile.quarantined,),
            note=msg(
                "counted, not dropped; of unknown extent: {count}",
                count=profile.quarantined_unknown,
            ),
        ),
        KeyFigure(
            label=msg("Exact · near duplicates"),
            figure="duplicates",
            values=(exact, near) if profile.records else (),
            note=msg(
                "{exact} · {near} of {base}",
                exact=profile.exact_duplicates,
                near=profile.near_duplicates,
                base=profile.records,
            ),
            lacking=not profile.records,
        ),
        KeyFigure(
            label=msg("Personal information (valid)"),
            figure="personal",
            values=(hits,),
            note=msg("in {records} records", records=profile.pi_records),
        ),
    )


def _consent(record: AuditRecord) -> KeyFigure:
    label = msg("Consent valid")
    consents = record.consents
    if consents is None or not consents.count():
        text = (
            msg("no consents file is on record")
            if consents is None
            else msg("no record needs consent")
        )
        return KeyFigure(
            label=label,
            figure="personal" if consents is None else "consent",
            values=(),
            note=text,
            lacking=True,
        )
    valid, base = consents.count("valid"), consents.count()
    return KeyFigure(
        label=label,
        figure="consent",
        values=(Share(count=valid, base=base),),
        note=msg(
            "{valid} of {base}; not linkable {unlinked}",
            valid=valid,
            base=base,
            unlinked=consents.count("not_linkable"),
        ),
        lacking=valid < consents.count("not_linkable"),
    )


def _annotation(article_8: Article8) -> tuple[KeyFigure, ...]:
    return (_alpha(article_8), _sampled(article_8))


def _alpha(article_8: Article8) -> KeyFigure:
    label = msg("Agreement α")
    agreement = article_8.agreement
    row = next((r for r in agreement.rows if r.coefficient == "alpha"), None) if agreement else None
    if row is None:
        return KeyFigure(
            label=label,
            figure="controls",
            values=(),
            note=msg("no labels on record"),
            lacking=True,
        )
    if row.value is None:
        return KeyFigure(
            label=label,
            figure="agreement",
            values=(),
            note=msg("undefined: {why}", why=Message(row.why) if row.why else ""),
            lacking=True,
        )
    note = (
        msg("95% [{low}, {high}]", low=row.low, high=row.high)
        if row.low is not None and row.high is not None
        else msg("no interval")
    )
    return KeyFigure(label=label, figure="agreement", values=(row.value,), note=note)


def _sampled(article_8: Article8) -> KeyFigure:
    label = msg("Sampled items wrong")
    lots = [lot for lot in article_8.lots if lot.reviewed]
    if not lots:
        note = msg("drawn, not reviewed yet") if article_8.lots else msg("no sample drawn")
        figure = "lots" if article_8.lots else "controls"
        return KeyFigure(label=label, figure=figure, values=(), note=note, lacking=True)
    worst = max(lots, key=lambda lot: (lot.wrong.count * 1_000_000 // lot.wrong.base, lot.lot))
    return KeyFigure(
        label=label,
        figure="lots",
        values=(worst.wrong,),
        note=msg(
            "{wrong} / {reviewed} · lot {lot}",
            wrong=worst.wrong.count,
            reviewed=worst.wrong.base,
            lot=worst.lot,
        ),
    )


def _not_established(record: AuditRecord) -> KeyFigure:
    outcomes = Counter(result.outcome for result in record.results)
    unknown, untested = outcomes[Outcome.CANT_TELL], outcomes[Outcome.UNTESTED]
    return KeyFigure(
        label=msg("Controls not established"),
        figure="controls",
        values=(unknown + untested,),
        note=msg(
            "cannot tell {unknown} · not tested {untested}", unknown=unknown, untested=untested
        ),
        lacking=unknown + untested > 0,
    )
