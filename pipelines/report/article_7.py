"""Article 7: sources and their licences, consent, personal information, duplicates, quality."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from expectations.findings import day
from pipelines.model.audit import AuditRecord
from pipelines.model.contamination import SetOverlap
from pipelines.model.message import Message, msg
from pipelines.model.profile import HitCount, SourceProfile
from pipelines.model.source import Source, SourceType
from pipelines.report.content import evaluation_part, keyword_part
from pipelines.report.figures import Share
from pipelines.report.model_articles import (
    Article7,
    ConsentPart,
    Flow,
    HitRow,
    SourceRow,
)
from pipelines.report.words import CONSENT_STATES

TOP = 12
"""Sources drawn one by one in a chart; the rest is one row called others."""
TOP_LICENCES = 7
ROWS = 30
"""Sources in the table of the page; all of them are in the JSON."""

STANDINGS = ("reviewed", "unreviewed", "lapsed", "unstated")
"""Where a licence stands, best first; the weakest branch decides for the whole dataset."""


def article_7(record: AuditRecord) -> Article7:
    """The part of the report that follows Article 7."""
    profile, declared = record.profile, record.dataset.personal_information
    sources = source_rows(record)
    return Article7(
        sources=sources,
        flows=flows(sources),
        consent=_consent(record),
        declared_present=declared.present,
        declared_basis=declared.basis,
        hits=_hits(profile.hits),
        hit_total=sum(hit.hits for hit in profile.hits if hit.tier == "valid"),
        hit_records=profile.pi_records,
        records=profile.records,
        exact=profile.exact_duplicates,
        near=profile.near_duplicates,
        clusters=profile.clusters,
        across=tuple((one.dataset, one.records) for one in _compared(record)),
        evaluation=evaluation_part(record),
        languages=tuple(sorted(profile.languages.items(), key=lambda pair: (-pair[1], pair[0]))),
        threshold=_threshold(record),
        keep=_keep(record),
        keywords=keyword_part(record.profile),
    )


def _compared(record: AuditRecord) -> tuple[SetOverlap, ...]:
    return record.contamination.compared if record.contamination else ()


def _threshold(record: AuditRecord) -> str:
    """The Jaccard similarity from which a record counted as a near duplicate in this run."""
    stated = (stage.summary.get("threshold") for stage in record.stages if stage.stage == "relate")
    value = next((value for value in stated if value is not None), "0.8")
    return str(Decimal(str(value)).quantize(Decimal("0.01")))


def _keep(record: AuditRecord) -> tuple[str, ...]:
    """By what the kept record of several was chosen in this run."""
    stated = [stage.summary.get("keep") for stage in record.stages if stage.stage == "relate"]
    criteria = next((value for value in stated if isinstance(value, list)), [])
    return (*(str(name) for name in criteria if name != "first"), "first")


def source_rows(record: AuditRecord) -> tuple[SourceRow, ...]:
    """Every source, most records first; the records without a source come last."""
    measured = {source.source: source for source in record.profile.sources}
    declared = sorted(
        record.dataset.sources,
        key=lambda source: (-_records(measured.get(source.id)), source.id),
    )
    known = {source.id for source in declared}
    rows = [
        _row(f"S{place}", source, measured.get(source.id), record)
        for place, source in enumerate(declared, start=1)
    ]
    # a source that records name and the manifest does not must not vanish from the sum
    strays = sorted(name for name in measured if name is not None and name not in known)
    rows += [_row("", name, measured[name], record) for name in strays]
    if None in measured and measured[None].records:
        rows.append(_row("", None, measured[None], record))
    return _with_room(rows)


def _with_room(sources: Sequence[SourceRow]) -> tuple[SourceRow, ...]:
    """The sources, of which those without a licence in force, then the largest, are printed."""
    weak = [row for row in sources if row.standing in ("lapsed", "unstated")]
    rest = [row for row in sources if row.standing not in ("lapsed", "unstated")]
    kept = {id(row) for row in [*weak, *rest][:ROWS]}
    return tuple(replace(row, printed=id(row) in kept) for row in sources)


def _records(measured: SourceProfile | None) -> int:
    return measured.records if measured else 0


def _row(
    number: str, source: Source | str | None, measured: SourceProfile | None, record: AuditRecord
) -> SourceRow:
    declared = source if isinstance(source, Source) else None
    name = source if isinstance(source, str) else None
    licence = declared.licence if declared else None
    found = measured or _nothing(name)
    missing = _missing(declared) if declared else (msg("entry in the source ledger"),)
    return SourceRow(
        number=number,
        id=declared.id if declared else name,
        type=declared.type.value if declared and declared.type else None,
        territory=declared.territory if declared else None,
        publisher=declared.publisher if declared else None,
        url=declared.url if declared else None,
        licence=(licence.spdx or licence.id) if licence else None,
        standing=_standing(declared, day(record.run.at)),
        documents=_documents(declared),
        records=found.records,
        share=Share(count=found.records, base=record.profile.records),
        missing=missing,
        chars=found.chars,
        bytes=found.bytes,
        empty=found.empty,
        short=found.short,
        garbled=found.garbled,
        exact_duplicates=found.exact_duplicates,
        near_duplicates=found.near_duplicates,
        pi_records=found.pi_records,
        pi_hits=found.pi_hits,
        languages=found.languages,
        lengths=found.lengths,
    )


def _nothing(name: str | None) -> SourceProfile:
    return SourceProfile(
        source=name,
        records=0,
        bytes=0,
        chars=0,
        empty=0,
        exact_duplicates=0,
        near_duplicates=0,
        pi_records=0,
        pi_hits=0,
        short=0,
        garbled=0,
    )


def _documents(source: Source | None) -> int:
    if source is None:
        return 0
    return len(source.evidence) + (1 if source.licence.text else 0)


def _standing(source: Source | None, at: date) -> str:
    if source is None or source.licence.id is None:
        return "unstated"
    if source.licence.valid_to is not None and source.licence.valid_to < at:
        return "lapsed"
    return "reviewed" if source.licence.verified_by else "unreviewed"


def _missing(source: Source) -> tuple[Message, ...]:
    licence = source.licence
    synthetic = source.type is SourceType.SYNTHETIC
    asked: tuple[tuple[bool, Message], ...] = (
        (source.type is None, msg("type")),
        (licence.id is None, msg("licence id")),
        (licence.id is not None and licence.spdx is None, msg("SPDX expression")),
        (licence.text is None, msg("licence text")),
        (licence.verified_by is None, msg("reviewer of the licence")),
        (source.territory is None, msg("territory")),
        (source.collected_from is None and not synthetic, msg("time of collection")),
        (synthetic and source.generator_model is None, msg("generating model")),
        (synthetic and source.generated_at is None, msg("time of generation")),
        (source.type is SourceType.COMMERCIAL and not source.evidence, msg("contract")),
    )
    return tuple(text for lacks, text in asked if lacks)


def flows(sources: tuple[SourceRow, ...]) -> tuple[Flow, ...]:
    """Records from source through licence to its standing; the small ones are gathered."""
    with_records = [row for row in sources if row.records]
    top = {id(row) for row in with_records[:TOP]}
    by_licence: Counter[str] = Counter()
    for row in with_records:
        by_licence[row.licence or ""] += row.records
    ranked = sorted(by_licence, key=lambda name: (-by_licence[name], name))
    named = {name for name in ranked[:TOP_LICENCES] if name}
    sums: dict[tuple[str, str, str], int] = defaultdict(int)
    for row in with_records:
        source = (row.number or "?") if id(row) in top else ""
        licence = row.licence if row.licence in named else ""
        sums[source, licence or "", row.standing] += row.records
    order = {row.number: place for place, row in enumerate(sources)}
    # bands cross least when sources follow the order of their licences
    place = {name: at for at, name in enumerate(ranked)}
    keys = sorted(
        sums,
        key=lambda k: (
            STANDINGS.index(k[2]),
            place.get(k[1], len(place)) if k[1] else len(place),
            order.get(k[0], len(order)),
            k,
        ),
    )
    return tuple(
        Flow(source=source, licence=licence, standing=standing, records=sums[key])
        for key in keys
        for source, licence, standing in (key,)
    )


def _consent(record: AuditRecord) -> ConsentPart | None:
    coverage = record.consents
    if coverage is None:
        return None
    known = list(CONSENT_STATES)
    found = sorted(
        {state.state for state in coverage.states},
        key=lambda state: (known.index(state) if state in known else len(known), state),
    )
    return ConsentPart(
        basis=coverage.declared_basis,
        base=coverage.count(),
        states=tuple((state, coverage.count(state)) for state in found if coverage.count(state)),
    )


def _hits(hits: tuple[HitCount, ...]) -> tuple[HitRow, ...]:
    rows = []
    for kind in sorted({hit.type for hit in hits}):
        of_kind = [hit for hit in hits if hit.type == kind]
        valid = [hit for hit in of_kind if hit.tier == "valid"]
        rows.append(
            HitRow(
                type=kind,
                sensitive=any(hit.sensitive for hit in of_kind),
                valid=sum(hit.hits for hit in valid),
                lookalike=sum(hit.hits for hit in of_kind if hit.tier != "valid"),
                records=sum(hit.records for hit in valid),
            )
        )
    return tuple(sorted(rows, key=lambda row: (-row.valid, -row.lookalike, row.type)))
