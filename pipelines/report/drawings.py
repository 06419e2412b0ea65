"""The charts of a report, drawn for one language."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from markupsafe import Markup

from pipelines.model.message import msg
from pipelines.report.article_7 import TOP
from pipelines.report.charts import bars, multiples
from pipelines.report.charts.agreement import agreement
from pipelines.report.charts.consent import consent
from pipelines.report.charts.curve import operating_curve
from pipelines.report.charts.roll_up import roll_up
from pipelines.report.charts.svg import Say
from pipelines.report.model import Report
from pipelines.report.model_articles import Article7, SourceRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Multiple:
    """One row of the small multiples."""

    number: str
    name: str
    records: int
    language: Markup
    lengths: Markup
    quality: Markup


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawings:
    """Every chart the record has evidence for; an empty one is left out."""

    roll_up: Markup
    consent: Markup
    duplicates: Markup
    personal: Markup
    multiples: tuple[Multiple, ...]
    curves: Mapping[str, Markup]
    agreement: Markup


def drawings(report: Report, say: Say) -> Drawings:
    """The charts, with the same figures as the tables beside them."""
    seventh, eighth = report.article_7, report.article_8
    part = seventh.consent
    return Drawings(
        roll_up=roll_up(seventh.flows, say),
        consent=consent(part, say) if part and part.base else Markup(""),
        duplicates=bars.duplicates(seventh, say) if seventh.records else Markup(""),
        personal=bars.personal_information(seventh.hits, say) if seventh.hits else Markup(""),
        multiples=_multiples(seventh, say),
        curves={lot.lot: operating_curve(lot, say) for lot in eighth.lots if lot.curve},
        agreement=agreement(eighth.agreement, say) if eighth.agreement else Markup(""),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    number: str
    name: str
    records: int
    languages: Mapping[str, int]
    lengths: tuple[int, ...]
    quality: tuple[int, int, int]


def _multiples(article: Article7, say: Say) -> tuple[Multiple, ...]:
    with_records = [row for row in article.sources if row.records]
    rows = [
        _Row(
            number=row.number,
            name=row.id or say(msg("source cannot be told")),
            records=row.records,
            languages=row.languages,
            lengths=row.lengths,
            quality=(row.short, row.garbled, row.empty),
        )
        for row in with_records[:TOP]
    ]
    rest = with_records[TOP:]
    if rest:
        rows.append(_others(rest, say))
    lengths = [row.lengths for row in rows]
    bins, highest = multiples.span(lengths), multiples.peak(lengths)
    worst = max((max(row.quality) / row.records for row in rows), default=0.0)
    return tuple(
        Multiple(
            number=row.number,
            name=row.name,
            records=row.records,
            language=multiples.language(row.name, row.languages, row.records, say),
            lengths=multiples.lengths(row.name, row.lengths, bins, highest, say),
            quality=multiples.quality(row.name, row.quality, row.records, worst, say),
        )
        for row in rows
    )


def _others(rest: list[SourceRow], say: Say) -> _Row:
    languages: Counter[str] = Counter()
    for row in rest:
        languages.update(row.languages)
    return _Row(
        number="",
        name=say(msg("other sources: {count}", count=len(rest))),
        records=sum(row.records for row in rest),
        languages=languages,
        lengths=_sums(row.lengths for row in rest),
        quality=(
            sum(row.short for row in rest),
            sum(row.garbled for row in rest),
            sum(row.empty for row in rest),
        ),
    )


def _sums(rows: Iterable[tuple[int, ...]]) -> tuple[int, ...]:
    kept = list(rows)
    width = max((len(row) for row in kept), default=0)
    return tuple(sum(row[i] for row in kept if i < len(row)) for i in range(width))
