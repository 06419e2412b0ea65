"""Sources, profile and consents of the invented run."""

from datetime import date

from sample_base import invented_digest, invented_file

from pipelines.model.contamination import Contamination, SetOverlap, SetState
from pipelines.model.profile import (
    ConsentCoverage,
    ConsentState,
    HitCount,
    KeywordCount,
    KeywordProfile,
    Profile,
    SourceProfile,
)
from pipelines.model.source import (
    Licence,
    Source,
    SourceType,
)

SOURCES: tuple[tuple[str, SourceType, str, str | None, bool, int], ...] = (
    ("helpdesk-zh", SourceType.USER_INPUT, "CN", "LicenseRef-user-terms-7", True, 211_480),
    ("vendor-dialogue", SourceType.COMMERCIAL, "CN", "LicenseRef-contract-11", True, 96_000),
    ("helpdesk-en", SourceType.USER_INPUT, "SG", "LicenseRef-user-terms-7", True, 58_310),
    ("rewrite-synthetic", SourceType.SYNTHETIC, "CN", "LicenseRef-model-terms", False, 56_544),
    ("docs-paragraphs", SourceType.OPEN_SOURCE, "US", "CC-BY-4.0", True, 41_877),
    ("forum-faq", SourceType.OPEN_SOURCE, "CN", None, False, 18_402),
)
SHAPES = (
    (0.962, 0.008, 6),
    (0.975, 0.004, 7),
    (0.012, 0.957, 7),
    (0.62, 0.35, 5),
    (0.0, 0.985, 8),
    (0.981, 0.003, 7),
)


def sources() -> tuple[Source, ...]:
    """Six sources: reviewed, not reviewed, and one without a licence."""
    return tuple(
        Source(
            id=name,
            type=kind,
            licence=Licence(
                id=licence,
                spdx=licence,
                text=invented_file("licence", f"evidence/{name}.txt") if licence else None,
                verified_by="C-02" if reviewed else None,
            ),
            publisher=f"Sample publisher of {name}",
            url=f"https://{name}.example",
            territory=territory,
            collected_from=date(2026, 5, 4),
            evidence=(invented_file("contract", f"evidence/{name}.pdf"),)
            if kind is SourceType.COMMERCIAL
            else (),
        )
        for name, kind, territory, licence, reviewed, _ in SOURCES
    )


def _source_profile(name: str, records: int, zh: float, en: float, peak: int) -> SourceProfile:
    chinese, english = int(records * zh), int(records * en)
    rest = records - chinese - english
    bell = {peak - 2: 0.08, peak - 1: 0.26, peak: 0.38, peak + 1: 0.2, peak + 2: 0.08}
    lengths = tuple(int(records * bell.get(place, 0.0)) for place in range(24))
    return SourceProfile(
        source=name,
        records=records,
        bytes=records * 500,
        chars=records * 195,
        empty=records // 1_000,
        exact_duplicates=records // 70,
        near_duplicates=records // 51,
        pi_records=records // 60,
        pi_hits=records // 53,
        short=records // 48,
        garbled=records // 420,
        languages={"zh": chinese, "en": english, "und": rest - rest // 2, "mixed": rest // 2},
        lengths=lengths,
    )


def keywords() -> KeywordProfile:
    """Keywords of three risks, in three sources."""
    found = (
        ("A.1.a", "forum-faq", 31, 44),
        ("A.2.a", "forum-faq", 207, 260),
        ("A.2.a", "helpdesk-zh", 1_090, 1_311),
        ("A.5.b", "docs-paragraphs", 1, 1),
    )
    return KeywordProfile(
        library=invented_digest("keywords"),
        records=1_316,
        counts=tuple(
            KeywordCount(source=source, risk=risk, records=records, hits=hits)
            for risk, source, records, hits in found
        ),
    )


def contamination() -> Contamination:
    """Three evaluation sets: one with questions in the data, one without, one not comparable."""
    return Contamination(
        sets=(
            SetOverlap(
                dataset="sample-eval",
                state=SetState.COMPARED,
                version=invented_digest("sample-eval"),
                questions=1_200,
                questions_short=41,
            ),
            SetOverlap(
                dataset="sample-faq",
                state=SetState.COMPARED,
                version=invented_digest("sample-faq"),
                questions=2_040,
                questions_exact=310,
                questions_near=97,
                questions_inside=12,
                records_exact=3_902,
                records_near=614,
                records_inside=29,
            ),
            SetOverlap(dataset="sample-new", state=SetState.NEVER_AUDITED),
        ),
        threshold="0.8",
        recall_at_threshold="0.9983",
        sketch="sample",
        inside_threshold="0.8",
    )


def profile() -> Profile:
    """The figures of the six sources, summed where a sum is due."""
    parts = tuple(
        _source_profile(name, records, *shape)
        for (name, _, _, _, _, records), shape in zip(SOURCES, SHAPES, strict=True)
    )
    languages: dict[str, int] = {}
    for part in parts:
        for language, count in part.languages.items():
            languages[language] = languages.get(language, 0) + count
    hits = (
        ("mobile", False, 3_912, 1_104),
        ("email", False, 2_266, 31),
        ("ip", False, 1_731, 402),
        ("uscc", False, 519, 88),
        ("plate", False, 402, 655),
        ("id", True, 148, 62),
        ("card", True, 37, 211),
        ("passport", True, 12, 340),
    )
    return Profile(
        files=14,
        bytes=241_600_312,
        records=sum(part.records for part in parts),
        text_bytes=sum(part.bytes for part in parts),
        chars=sum(part.chars for part in parts),
        quarantined=214,
        quarantined_unknown=3,
        quarantine_reasons={
            "malformed": 121,
            "invalid_encoding": 58,
            "nested_value": 31,
            "truncated": 3,
            "too_large": 1,
        },
        empty=sum(part.empty for part in parts),
        exact_duplicates=6_918,
        near_duplicates=9_377,
        clusters=5_204,
        pi_records=7_844,
        subjects=88_120,
        unsourced=0,
        hits=tuple(
            HitCount(
                type=kind, tier=tier, sensitive=sensitive, hits=count, records=count - count // 9
            )
            for kind, sensitive, valid, lookalike in hits
            for tier, count in (("valid", valid), ("lookalike", lookalike))
        ),
        languages=languages,
        sources=parts,
        keywords=keywords(),
    )


def consents() -> ConsentCoverage:
    """Mostly valid, some not linkable, some lapsed, a few withdrawn."""
    states = (
        ("helpdesk-zh", "valid", 206_000),
        ("helpdesk-en", "valid", 57_118),
        ("helpdesk-zh", "not_linkable", 4_489),
        ("helpdesk-en", "not_linkable", 979),
        ("helpdesk-zh", "lapsed", 834),
        ("helpdesk-en", "lapsed", 213),
        ("helpdesk-zh", "withdrawn", 157),
    )
    return ConsentCoverage(
        declared_basis="13(1)",
        states=tuple(
            ConsentState(
                source=source, state=state, records=count, places=("zh/part-0007.jsonl#41",)
            )
            for source, state, count in states
        ),
    )
