"""Whole values for the examples of controls, of which an example states only what it is about."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pyarrow as pa

from pipelines.model.annotation import AnnotationProject, Annotator, LabelRule, RuleKind, RuleSet
from pipelines.model.dataset import Dataset, Purpose, RecordShape
from pipelines.model.evidence import FILES, LABELS, REVIEWS
from pipelines.model.ids import DatasetId, digest_of
from pipelines.model.keywords import RISKS, LibrarySize
from pipelines.model.profile import (
    Agreement,
    AgreementFigure,
    ConsentCoverage,
    ConsentState,
    HitCount,
    Profile,
    SampleDraw,
    SourceProfile,
)
from pipelines.model.source import EvidenceFile, Licence, PersonalInformation, Source, SourceType

AT = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
"""The clock of every example."""


def document(kind: str) -> EvidenceFile:
    """A document of `kind` on file."""
    name = f"evidence/{kind}.txt"
    return EvidenceFile(kind=kind, name=name, digest=digest_of(name.encode()), bytes=100)


def licence(spdx: str | None = None, *, text: bool = True, valid_to: date | None = None) -> Licence:
    """Terms under an SPDX id, with their text on file."""
    held = document("licence") if text and spdx else None
    return Licence(id=spdx, spdx=spdx, text=held, valid_to=valid_to)


def source(id: str = "wiki", **more: object) -> Source:
    """An open-source source whose ledger row is complete."""
    whole = Source(
        id=id,
        type=SourceType.OPEN_SOURCE,
        licence=licence("CC-BY-4.0"),
        publisher=f"publisher of {id}",
        url=f"https://{id}.example",
        territory="CN",
        collected_from=date(2026, 1, 1),
        collected_to=date(2026, 2, 1),
        evidence=(document("terms"),),
    )
    return replace(whole, **more)  # type: ignore[arg-type]


def source_profile(id: str | None = "wiki", records: int = 1000, **more: object) -> SourceProfile:
    """The figures of a clean source, all in Chinese."""
    whole = SourceProfile(
        source=id,
        records=records,
        bytes=300 * records,
        chars=100 * records,
        empty=0,
        exact_duplicates=0,
        near_duplicates=0,
        pi_records=0,
        pi_hits=0,
        short=0,
        garbled=0,
        languages={"zh": records} if records else {},
    )
    return replace(whole, **more)  # type: ignore[arg-type]


def profile(*sources: SourceProfile, **more: object) -> Profile:
    """The figures that follow from `sources` (one clean source of 1,000 records when none)."""
    parts = sources or (source_profile(),)
    languages: dict[str, int] = {}
    for part in parts:
        for language, count in part.languages.items():
            languages[language] = languages.get(language, 0) + count
    whole = Profile(
        files=1,
        bytes=400_000,
        records=sum(p.records for p in parts),
        text_bytes=sum(p.bytes for p in parts),
        chars=sum(p.chars for p in parts),
        quarantined=0,
        quarantined_unknown=0,
        quarantine_reasons={},
        empty=sum(p.empty for p in parts),
        exact_duplicates=sum(p.exact_duplicates for p in parts),
        near_duplicates=sum(p.near_duplicates for p in parts),
        clusters=0,
        pi_records=sum(p.pi_records for p in parts),
        subjects=0,
        unsourced=sum(p.records for p in parts if p.source is None),
        hits=(),
        languages=languages,
        sources=parts,
    )
    return replace(whole, **more)  # type: ignore[arg-type]


def hit(type: str, records: int, *, sensitive: bool = False) -> HitCount:
    """Valid-tier hits of one type, one a record."""
    return HitCount(type=type, tier="valid", sensitive=sensitive, hits=records, records=records)


def consents(basis: str | None = "13(1)", **states: int) -> ConsentCoverage:
    """Consent coverage of the source `wiki`: records by state."""
    rows = tuple(
        ConsentState(source="wiki", state=state, records=records, places=("part-0.jsonl#0",))
        for state, records in states.items()
    )
    return ConsentCoverage(declared_basis=basis, states=rows)


def dataset(*sources: Source, **more: object) -> Dataset:
    """A manifest with `sources` (one complete source when none given) and no annotation."""
    whole = Dataset(
        id=DatasetId("example"),
        title={"en": "Example", "zh": "示例"},
        purpose=Purpose.FINE_TUNE,
        manifest=Path("/data/dataset.yaml"),
        manifest_digest=digest_of(b"manifest"),
        root=Path("/data"),
        files=("part-0.jsonl",),
        record=RecordShape(text=("text",)),
        sources=sources or (source(),),
        personal_information=PersonalInformation(),
    )
    return replace(whole, **more)  # type: ignore[arg-type]


def rules(**more: object) -> RuleSet:
    """Functional rules that are complete, approved and in force."""
    whole = RuleSet(
        version="1.0",
        kind=RuleKind.FUNCTIONAL,
        file=document("rules"),
        approved_by=("R-01",),
        effective_from=date(2026, 9, 1),
        goal="intents of support dialogues",
        data_format="one dialogue a record",
        method="two annotators, then a reviewer",
        quality_indicators="alpha, accuracy",
        minimum_agreement=Decimal("0.80"),
        labels=(LabelRule(id="refund", definition="asks for money back"),),
        stages={"annotate": "label", "review": "accept or reject"},
    )
    return replace(whole, **more)  # type: ignore[arg-type]


def annotation(held: RuleSet | None = None) -> AnnotationProject:
    """An annotation part under `held` (complete rules when None)."""
    return AnnotationProject(
        rules=held or rules(),
        annotators=document("annotators"),
        labels=(document("labels"),),
        labels_format="csv",
        reviews=document("reviews"),
        folder=Path("/data"),
    )


LABELLED = dataset(annotation=annotation())
"""A manifest that declares annotation."""


def annotator(id: str = "A-01", **more: object) -> Annotator:
    """A trained person who is qualified during the second half of 2026."""
    whole = Annotator(
        id=id,
        topics=("task_rules", "tools", "quality_verification", "data_security"),
        qualified_from=date(2026, 7, 1),
        qualified_to=date(2026, 12, 31),
    )
    return replace(whole, **more)  # type: ignore[arg-type]


def labels(*rows: Mapping[str, object]) -> pa.Table:
    """Labels; a row says only what differs from one label of A-01 under rules 1.0."""
    usual = {
        "item": "i-1",
        "annotator": "A-01",
        "label": "refund",
        "rule_version": "1.0",
        "at": datetime(2026, 10, 1, 2, 0, tzinfo=UTC),
        "seconds": "8",
    }
    return pa.Table.from_pylist([{**usual, **row} for row in rows], schema=LABELS)


def reviews(*rows: Mapping[str, object]) -> pa.Table:
    """Reviews; a row says only what differs from an acceptance by R-01."""
    usual = {
        "item": "i-1",
        "reviewer": "R-01",
        "verdict": "accept",
        "at": datetime(2026, 10, 2, 2, 0, tzinfo=UTC),
    }
    return pa.Table.from_pylist([{**usual, **row} for row in rows], schema=REVIEWS)


def agreement(value: str | None, why: str | None = None) -> Agreement:
    """Krippendorff's alpha over fifty items labelled twice."""
    interval = ("0.10", "1.00", "bootstrap over items, percentile, 95%") if value else (None,) * 3
    figure = AgreementFigure(
        coefficient="alpha",
        value=value,
        low=interval[0],
        high=interval[1],
        interval=interval[2],
        why=why,
    )
    return Agreement(
        level="nominal",
        items=50,
        pairable_items=50,
        annotators=2,
        ratings=100,
        repeated=0,
        figures=(figure,),
        draws=2000,
        seed=1,
    )


def draw(proposed: str, **more: object) -> SampleDraw:
    """A lot of 100 under letter F: 20 drawn, accepted with none wrong."""
    whole = SampleDraw(
        lot="L-1",
        lot_size=100,
        frame_digest=digest_of(b"frame"),
        plan={
            "standard": "ISO 2859-1",
            "level": "II",
            "aql": "1.0",
            "severity": "normal",
            "code_letter": "F",
            "sample_size": 20,
            "accept": 0,
            "reject": 1,
        },
        algorithm="sha256 order",
        seed="1",
        items=tuple(f"i-{n}" for n in range(20)),
        reviewed=0 if proposed == "not_established" else 20,
        wrong=1 if proposed == "rework" else 0,
        proposed=proposed,
    )
    return replace(whole, **more)  # type: ignore[arg-type]


def keyword_library(terms: int = 10_200, **more: int) -> LibrarySize:
    """A library of `terms` terms, as many for each of the 17 risks of A.1 and A.2.

    `more` says what differs: `A_1_a=150`.
    """
    risks = dict.fromkeys(RISKS[:17], terms // 17)
    risks |= {name.replace("_", "."): count for name, count in more.items()}
    return LibrarySize(digest=digest_of(b"library"), terms=sum(risks.values()), risks=risks)


def files(*rows: Mapping[str, object]) -> pa.Table:
    """The table of files; a row says only what differs from one file of 400,000 bytes."""
    usual = {
        "file": "part-0.jsonl",
        "ordinal": 0,
        "format": "jsonl",
        "bytes": 400_000,
        "digest": digest_of(b"part-0"),
    }
    return pa.Table.from_pylist([{**usual, **row} for row in rows], schema=FILES)


def validated(*statuses: str) -> Sequence[Mapping[str, object]]:
    """Rows of the validation table with these statuses."""
    return [
        {
            "suite": "fine_tune",
            "table": "profile",
            "expectation": f"expectation {n}",
            "column": "records",
            "status": status,
        }
        for n, status in enumerate(statuses)
    ]
