"""Article 7 on the content of texts: keywords, and questions of evaluation sets."""

from collections import Counter
from decimal import Decimal

from pipelines.model.audit import AuditRecord
from pipelines.model.profile import Profile
from pipelines.report.figures import Share
from pipelines.report.model_content import (
    EvaluationPart,
    EvaluationRow,
    KeywordPart,
    KeywordRow,
)


def evaluation_part(record: AuditRecord) -> EvaluationPart | None:
    """The evaluation sets and what the data has in common with each; None where none is known."""
    found = record.contamination
    if found is None or not found.sets:
        return None
    return EvaluationPart(
        threshold=_two_places(found.threshold),
        passage=found.inside_threshold and _two_places(found.inside_threshold),
        rows=tuple(
            EvaluationRow(
                dataset=one.dataset,
                state=one.state,
                version=one.version,
                questions=one.questions,
                exact=one.questions_exact,
                near=one.questions_near,
                inside=one.questions_inside,
                not_inside=one.questions_short + one.questions_unsearched,
                share=Share(count=one.overlapping, base=one.questions),
                records=one.records,
            )
            for one in found.sets
        ),
    )


def _two_places(number: str) -> str:
    return str(Decimal(number).quantize(Decimal("0.01")))


def keyword_part(profile: Profile) -> KeywordPart | None:
    """Keywords by risk; None where no library was searched for."""
    found = profile.keywords
    if found is None:
        return None
    records, hits = Counter[str](), Counter[str]()
    for count in found.counts:  # a record has one source
        records[count.risk] += count.records
        hits[count.risk] += count.hits
    return KeywordPart(
        library=found.library,
        records=found.records,
        share=Share(count=found.records, base=profile.records),
        rows=tuple(
            KeywordRow(
                risk=risk,
                records=records[risk],
                share=Share(count=records[risk], base=profile.records),
                hits=hits[risk],
            )
            for risk in sorted(records)
        ),
    )
