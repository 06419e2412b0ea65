"""Article 19: the answer sheet on source, scale, type, labelling rules and mechanism."""

from collections import Counter, defaultdict
from collections.abc import Sequence

from pipelines.model.audit import AuditRecord
from pipelines.model.message import Message, msg
from pipelines.model.outcome import Outcome
from pipelines.report.figures import Share
from pipelines.report.model_articles import (
    Answer,
    Article7,
    Article8,
    Gap,
    Item,
    Listing,
)
from pipelines.report.words import LANGUAGES, PURPOSES, RULE_KINDS, SOURCE_TYPES, word_or_id


def answer_sheet(
    record: AuditRecord, article_7: Article7, article_8: Article8
) -> tuple[Answer, ...]:
    """The five answers; what is not on record is a gap, never a sentence of ours."""
    return (
        _source(record, article_7),
        _scale(record),
        _type(record, article_7),
        _labelling(article_8),
        Answer(
            topic=msg("Mechanism"),
            lines=(),
            figures=(),
            gaps=(
                Gap(
                    outcome=Outcome.CANT_TELL,
                    text=msg("to be written by the owner of the algorithm"),
                ),
            ),
        ),
    )


def _gap(holds: object, outcome: Outcome, text: Message) -> tuple[Gap, ...]:
    return (Gap(outcome=outcome, text=text),) if holds else ()


def _source(record: AuditRecord, article_7: Article7) -> Answer:
    known = [row for row in article_7.sources if row.id is not None]
    types: Counter[str] = Counter(row.type or "" for row in known)
    sizes: defaultdict[str, int] = defaultdict(int)
    for row in known:
        sizes[row.type or ""] += row.records
    total = record.profile.records
    by_type = tuple(
        Item(
            label=SOURCE_TYPES.get(kind, msg("type not stated")),  # type: ignore[call-overload]
            count=types[kind],
            share=Share(count=sizes[kind], base=total),
        )
        for kind in sorted(types, key=lambda kind: (-sizes[kind], kind))
    )
    stated = [row for row in known if row.territory is not None]
    territories: Counter[str] = Counter()
    for row in stated:
        territories[row.territory or ""] += row.records
    by_territory = tuple(
        Item(label=place, share=Share(count=territories[place], base=total))
        for place in sorted(territories, key=lambda place: (-territories[place], place))
    )
    lines: list[Message | Listing] = []
    if known:
        lines.append(Listing(lead=msg("Sources: {count}.", count=len(known)), items=by_type))
    if by_territory:
        lines.append(Listing(lead=msg("Territory as declared:"), items=by_territory))
    unstated = sum(1 for row in known if row.standing == "unstated")
    unreviewed = sum(1 for row in known if row.standing == "unreviewed")
    without_place = len(known) - len(stated)
    return Answer(
        topic=msg("Source"),
        lines=tuple(lines),
        figures=("sources", "declared"),
        gaps=(
            *_gap(not known, Outcome.CANT_TELL, msg("no source is registered")),
            *_gap(
                unstated,
                Outcome.FAILED,
                msg("sources without a licence id: {count}", count=unstated),
            ),
            *_gap(
                unreviewed,
                Outcome.CANT_TELL,
                msg("sources whose licence nobody has reviewed: {count}", count=unreviewed),
            ),
            *_gap(
                without_place,
                Outcome.CANT_TELL,
                msg("sources without a territory: {count}", count=without_place),
            ),
            *_gap(
                record.profile.unsourced,
                Outcome.CANT_TELL,
                msg("records without a source: {count}", count=record.profile.unsourced),
            ),
        ),
    )


def _scale(record: AuditRecord) -> Answer:
    profile = record.profile
    return Answer(
        topic=msg("Scale"),
        lines=(
            msg(
                "Records: {records}; characters: {chars}; bytes: {bytes} in {files} files.",
                records=profile.records,
                chars=profile.chars,
                bytes=profile.bytes,
                files=profile.files,
            ),
            msg("Quarantined besides: {count}.", count=profile.quarantined),
        ),
        figures=("records", "quarantine"),
        gaps=(
            *_gap(not profile.records, Outcome.CANT_TELL, msg("no record could be read")),
            *_gap(
                profile.quarantined_unknown,
                Outcome.CANT_TELL,
                msg(
                    "quarantined items of unknown extent: {count}",
                    count=profile.quarantined_unknown,
                ),
            ),
        ),
    )


_LANGUAGES = 12
"""Named one by one; a crawl has traces of a hundred."""


def _most_spoken(languages: Sequence[tuple[str, int]]) -> Sequence[tuple[str, int]]:
    """The first languages, and all others together; what is no language stays apart."""
    apart = [pair for pair in languages if pair[0] in {"mixed", "und"}]
    named = [pair for pair in languages if pair[0] not in {"mixed", "und", "other"}]
    others = sum(count for _, count in languages) - sum(
        count for _, count in (*named[:_LANGUAGES], *apart)
    )
    together = [("other", others)] if others else []
    return sorted((*named[:_LANGUAGES], *together, *apart), key=lambda pair: (-pair[1], pair[0]))


def _type(record: AuditRecord, article_7: Article7) -> Answer:
    items = tuple(
        Item(
            label=word_or_id(LANGUAGES, name),
            share=Share(count=count, base=article_7.records),
        )
        for name, count in _most_spoken(article_7.languages)
    )
    lines: tuple[Message | Listing, ...] = ()
    if items:
        purpose = Item(label=PURPOSES[record.dataset.purpose])
        lines = (
            Listing(
                lead=msg("Text. Language, as guessed from scripts, function words and a model:"),
                items=items,
            ),
            Listing(lead=msg("Purpose:"), items=(purpose,)),
        )
    return Answer(
        topic=msg("Type"),
        lines=lines,
        figures=("text",),
        gaps=_gap(not items, Outcome.CANT_TELL, msg("no record could be read")),
    )


def _labelling(article_8: Article8) -> Answer:
    rules = article_8.rules
    lines: list[Message | Listing] = []
    if rules is not None:
        lines.append(
            Listing(
                lead=msg("Rules {version}:", version=rules.version),
                items=(
                    Item(label=word_or_id(RULE_KINDS, rules.kind)),  # type: ignore[arg-type]
                    Item(label=msg("labels"), count=rules.labels),
                    Item(label=msg("annotators"), count=article_8.annotators),
                    Item(label=msg("reviewers"), count=article_8.reviewers),
                ),
            )
        )
    rework = [lot.lot for lot in article_8.lots if lot.proposed == "rework"]
    return Answer(
        topic=msg("Labelling rules"),
        lines=tuple(lines),
        figures=tuple(
            name
            for name, held in (("rules", rules is not None), ("people", bool(article_8.people)))
            if held
        ),
        gaps=(
            *_gap(
                not article_8.declared,
                Outcome.CANT_TELL,
                msg("the manifest has no annotation part"),
            ),
            *_gap(
                article_8.declared and rules is None,
                Outcome.CANT_TELL,
                msg("no labelling rules are on record"),
            ),
            *_gap(
                rework, Outcome.FAILED, msg("lots proposed for rework: {count}", count=len(rework))
            ),
        ),
    )
