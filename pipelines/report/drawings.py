"""The charts of a report, drawn for one language."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from pipelines.model.history import PlaceChange
from pipelines.model.message import Message, msg
from pipelines.report.article_7 import TOP
from pipelines.report.charts import bars, multiples
from pipelines.report.charts import history as lines
from pipelines.report.charts.agreement import agreement
from pipelines.report.charts.changes import changes
from pipelines.report.charts.consent import consent
from pipelines.report.charts.curve import operating_curve
from pipelines.report.charts.roll_up import roll_up
from pipelines.report.charts.svg import Say
from pipelines.report.model import HistoryPart, Report
from pipelines.report.model_articles import Article7, SourceRow

PLACES = 16
"""Places of changes that are shown: two of each kind where all kinds have some."""


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
class Panel:
    """One line over the runs."""

    name: Message
    drawing: Markup


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryDrawings:
    """The strip of gates, a panel a figure, and what changed since the run before."""

    nights: Markup
    panels: tuple[Panel, ...]
    changes: Markup
    places: tuple[PlaceChange, ...] = ()
    """The first of each kind of change, and no kind is left out for want of room."""


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
    history: HistoryDrawings


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
        history=history(report.history, say),
    )


def history(part: HistoryPart, say: Say) -> HistoryDrawings:
    """The runs over time; nothing is drawn of a dataset without a sealed run."""
    points = part.points
    if not points:
        return HistoryDrawings(nights=Markup(""), panels=(), changes=Markup(""))
    counted = (
        (msg("Records"), [point.records for point in points]),
        (msg("Quarantined"), [point.quarantined for point in points]),
        (
            msg("Records that repeat another"),
            [point.exact_duplicates + point.near_duplicates for point in points],
        ),
        (
            msg("Identifiers of the valid tier"),
            [point.personal_information for point in points],
        ),
    )
    consent = msg("Valid consent, of records that need a ground")
    licence = msg("Licences as declared, by records")
    bases = [(point.consent_valid, point.consent_base) for point in points]
    since = part.changes
    return HistoryDrawings(
        nights=lines.nights(points, say),
        panels=(
            *(Panel(name=name, drawing=lines.counts(name, held, say)) for name, held in counted),
            Panel(name=consent, drawing=lines.shares(consent, bases, say)),
            Panel(name=licence, drawing=lines.licences(points, say)),
        ),
        changes=changes(since.counts, say) if since and since.counts else Markup(""),
        places=_first_of_each(since.places) if since else (),
    )


def _first_of_each(places: Sequence[PlaceChange]) -> tuple[PlaceChange, ...]:
    """At most PLACES of them, as they stand: the first of every kind, and so on."""
    seen = Counter[tuple[str, str]]()
    turns = []
    for at, place in enumerate(places):
        kind = (place.what, place.kind)
        turns.append((seen[kind], at))
        seen[kind] += 1
    return tuple(places[at] for at in sorted(at for _, at in sorted(turns)[:PLACES]))


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
