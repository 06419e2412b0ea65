"""A finished run made up from end to end: every name and number here is invented."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

from pipelines.model.annotation import (
    AnnotationProject,
    Annotator,
    LabelRule,
    RuleKind,
    RuleSet,
)
from pipelines.model.audit import (
    AuditRecord,
    ClauseVerdict,
    ControlResult,
    GateDecision,
    GateReason,
    LedgerHead,
    StageRecord,
)
from pipelines.model.dataset import Dataset, Purpose, RecordShape
from pipelines.model.evidence import TableRef
from pipelines.model.finding import Finding
from pipelines.model.ids import DatasetId, Digest, RunId, digest_of
from pipelines.model.message import Message, msg
from pipelines.model.outcome import Confidence, Gate, Level, Outcome, Severity, Verdict
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
from pipelines.model.run import AuditRun
from pipelines.model.source import (
    EvidenceFile,
    Licence,
    PersonalInformation,
    Source,
    SourceType,
)
from pipelines.report.catalogue_view import Bilingual, CatalogueView, ClauseView, ControlView

AT = datetime(2026, 11, 19, 17, 0, tzinfo=UTC)
UNBUILT = "this version has no test for this control"

CONTROLS: tuple[tuple[str, str, str, str, Severity, Confidence], ...] = (
    (
        "SRC-01",
        "样例台账完整",
        "Sample ledger complete",
        "7(1)",
        Severity.BLOCKER,
        Confidence.DRAFT,
    ),
    (
        "SRC-06",
        "样例许可已登记",
        "Sample licence recorded",
        "7(1)",
        Severity.BLOCKER,
        Confidence.SECONDARY,
    ),
    (
        "SRC-07",
        "样例许可允许用途",
        "Sample licence allows the use",
        "7(2)",
        Severity.HIGH,
        Confidence.DESIGN,
    ),
    (
        "SRC-16",
        "样例生成信息",
        "Sample generator recorded",
        "7(1)",
        Severity.HIGH,
        Confidence.DRAFT,
    ),
    (
        "CNT-03",
        "样例人工抽检4000条",
        "Sample manual check of 4000",
        "4(1)",
        Severity.BLOCKER,
        Confidence.SECONDARY,
    ),
    ("PI-02", "样例处理依据", "Sample lawful ground", "7(3)", Severity.BLOCKER, Confidence.SEEN),
    (
        "PI-04",
        "样例监护人同意",
        "Sample guardian consent",
        "7(3)",
        Severity.BLOCKER,
        Confidence.SECONDARY,
    ),
    ("PI-10", "样例出境记录", "Sample export record", "7(3)", Severity.HIGH, Confidence.SECONDARY),
    ("QLT-01", "样例重复率", "Sample duplicate rate", "7(4)", Severity.MEDIUM, Confidence.DESIGN),
    ("QLT-04", "样例真实性", "Sample accuracy", "7(4)", Severity.MEDIUM, Confidence.DESIGN),
    (
        "ANN-01",
        "样例规则齐备",
        "Sample rules complete",
        "8",
        Severity.BLOCKER,
        Confidence.SECONDARY,
    ),
    (
        "ANN-06",
        "样例持证上岗",
        "Sample qualified annotators",
        "8",
        Severity.HIGH,
        Confidence.MEMORY,
    ),
    (
        "ANN-07",
        "样例标审分离",
        "Sample reviewer differs",
        "8",
        Severity.BLOCKER,
        Confidence.SECONDARY,
    ),
    ("ANN-12", "样例抽样方案", "Sample acceptance plan", "8", Severity.MEDIUM, Confidence.DESIGN),
    ("REP-01", "样例答复要素", "Sample five topics", "19", Severity.BLOCKER, Confidence.SEEN),
    ("SEC-01", "样例分类分级", "Sample grading", "7(5)", Severity.HIGH, Confidence.DRAFT),
)
"""Id, titles, clause of the Measures, severity, confidence."""

CLAUSES = {
    "4(1)": ("样例内容", "Sample content"),
    "7(1)": ("样例来源", "Sample sources"),
    "7(2)": ("样例知识产权", "Sample intellectual property"),
    "7(3)": ("样例个人信息", "Sample personal information"),
    "7(4)": ("样例质量", "Sample quality"),
    "7(5)": ("样例其他", "Sample other rules"),
    "8": ("样例标注", "Sample labelling"),
    "19": ("样例说明", "Sample explanation"),
}


def _digest(name: str) -> Digest:
    return digest_of(f"invented {name}".encode())


def _file(kind: str, name: str) -> EvidenceFile:
    return EvidenceFile(kind=kind, name=name, digest=_digest(name), bytes=1_024)


def catalogue() -> CatalogueView:
    """A catalogue of invented titles."""
    controls = {
        control: ControlView(
            id=control,
            title=Bilingual(zh=zh, en=en),
            clauses=(f"IM2023 {clause}",),
            confidence=confidence,
            remedy=Bilingual(zh=f"样例修复 {control}", en=f"Sample remedy {control}"),
            tested=control not in {"CNT-03", "SEC-01"},
        )
        for control, zh, en, clause, _, confidence in CONTROLS
    }
    clauses = {
        f"IM2023 {number}": ClauseView(
            id=f"IM2023 {number}",
            title=Bilingual(zh=zh, en=en),
            paraphrase=Bilingual(zh=f"{zh}之样例转述", en=f"{en}, a sample paraphrase"),
            confidence=Confidence.SEEN,
        )
        for number, (zh, en) in CLAUSES.items()
    }
    return CatalogueView(version="sample-1", controls=controls, clauses=clauses)


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
                text=_file("licence", f"evidence/{name}.txt") if licence else None,
                verified_by="C-02" if reviewed else None,
            ),
            publisher=f"Sample publisher of {name}",
            url=f"https://{name}.example",
            territory=territory,
            collected_from=date(2026, 5, 4),
            evidence=(_file("contract", f"evidence/{name}.pdf"),)
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


def _finding(
    subject: str,
    outcome: Outcome,
    message: Message,
    count: int | None = None,
    base: int | None = None,
    places: tuple[str, ...] = (),
    level: Level = Level.RE_RUNNABLE,
) -> Finding:
    return Finding(
        subject=subject,
        outcome=outcome,
        message=message,
        count=count,
        base=base,
        places=places,
        level=level,
    )


FINDINGS: Mapping[str, tuple[Finding, ...]] = {
    "SRC-06": (
        _finding(
            "source:forum-faq",
            Outcome.FAILED,
            msg("no licence id and no licence text"),
            18_402,
            482_613,
            ("forum/part-000.jsonl#0",),
        ),
        _finding("source:docs-paragraphs", Outcome.PASSED, msg("licence text on file")),
    ),
    "PI-02": (
        _finding(
            "source:helpdesk-zh",
            Outcome.FAILED,
            msg("records whose consent was not valid: {count}", count=991),
            991,
            211_480,
            ("zh/part-0007.jsonl#41873", "zh/part-0012.jsonl#220"),
        ),
        _finding(
            "source:helpdesk-en",
            Outcome.FAILED,
            msg("records whose consent was not valid: {count}", count=213),
            213,
            58_310,
        ),
        _finding(
            "source:helpdesk-en",
            Outcome.CANT_TELL,
            msg("records that link to no subject: {count}", count=979),
            979,
            58_310,
        ),
    ),
    "ANN-07": (
        _finding(
            "annotator:A-07",
            Outcome.FAILED,
            msg("reviewed own items: {count}", count=17),
            17,
            315,
            ("item-004417", "item-004431"),
        ),
    ),
    "ANN-06": (
        _finding(
            "annotator:A-11",
            Outcome.FAILED,
            msg("items labelled after the qualification ended: {count}", count=64),
            64,
            12_480,
        ),
    ),
    "ANN-12": (
        _finding(
            "lot:L-2026-031",
            Outcome.FAILED,
            msg("wrong in the sample: {wrong}; accepted up to {accept}", wrong=9, accept=7),
            9,
            315,
        ),
    ),
    "SRC-07": (
        _finding(
            "source:rewrite-synthetic",
            Outcome.CANT_TELL,
            msg("nobody has reviewed the terms"),
            56_544,
            482_613,
        ),
    ),
    "SRC-16": (
        _finding(
            "source:rewrite-synthetic",
            Outcome.CANT_TELL,
            msg("no version of the generating model"),
            9_120,
            56_544,
        ),
    ),
    "PI-04": (_finding("dataset", Outcome.CANT_TELL, msg("no age is recorded")),),
    "QLT-04": (_finding("dataset", Outcome.CANT_TELL, msg("nobody has judged accuracy")),),
    "REP-01": (_finding("dataset", Outcome.CANT_TELL, msg("no statement of mechanism")),),
    "PI-10": (
        _finding(
            "dataset",
            Outcome.INAPPLICABLE,
            msg("nothing is entrusted or exported"),
            level=Level.ATTESTED,
        ),
    ),
    "CNT-03": (_finding("dataset", Outcome.UNTESTED, msg(UNBUILT)),),
    "SEC-01": (_finding("dataset", Outcome.UNTESTED, msg(UNBUILT)),),
}
REASONS = {
    Gate.FAIL: ("PI-02", "SRC-06", "ANN-07"),
    Gate.INCOMPLETE: ("PI-04", "REP-01", "SRC-07", "SRC-16", "CNT-03", "SEC-01"),
    Gate.CONDITIONAL: ("ANN-06", "ANN-12", "QLT-04"),
}


def results() -> tuple[ControlResult, ...]:
    """Every control of the invented catalogue with what it found."""
    passed = (_finding("dataset", Outcome.PASSED, msg("nothing stands against it")),)
    return tuple(
        ControlResult(
            control=control,
            severity=severity,
            lowered=control == "ANN-06",
            findings=FINDINGS.get(control, passed),
        )
        for control, _, _, _, severity, _ in CONTROLS
    )


def clauses() -> tuple[ClauseVerdict, ...]:
    """Proposals for each clause; three were decided, one of them differently."""
    decided = {
        "7(1)": (Verdict.DOES_NOT_CONFORM, "C-02", None),
        "8": (Verdict.DOES_NOT_CONFORM, "Q-01", None),
        "7(4)": (Verdict.DOES_NOT_CONFORM, "C-02", "sample reason why the decision differs"),
    }
    outcomes = {result.control: result.outcome for result in results()}
    verdicts = []
    for number in CLAUSES:
        controls = tuple(control[0] for control in CONTROLS if control[3] == number)
        found = {outcomes[control] for control in controls}
        if Outcome.FAILED in found:
            proposed = Verdict.DOES_NOT_CONFORM
        elif found & {Outcome.CANT_TELL, Outcome.UNTESTED}:
            proposed = Verdict.NOT_ESTABLISHED
        else:
            proposed = Verdict.CONFORMS
        verdict, by, reason = decided.get(number, (None, None, None))
        verdicts.append(
            ClauseVerdict(
                clause=f"IM2023 {number}",
                confidence=Confidence.SEEN,
                controls=controls,
                proposed=proposed,
                decided=verdict,
                decided_by=by,
                decided_at=AT if by else None,
                reason=reason,
            )
        )
    return tuple(verdicts)


def gate() -> GateDecision:
    """A fail with three reasons, and what would be left after their repair."""
    reasons = [
        GateReason(
            control=control,
            rung=rung,
            message=next(f for f in FINDINGS[control] if f.outcome not in {Outcome.PASSED}).message,
        )
        for rung, controls in REASONS.items()
        for control in controls
    ]
    reasons.append(
        GateReason(
            control="quarantine",
            rung=Gate.CONDITIONAL,
            message=msg("quarantined items: {count}", count=214),
        )
    )
    return GateDecision(
        gate=Gate.FAIL,
        reasons=tuple(reasons),
        after_repair=Gate.INCOMPLETE,
        applied=13,
        catalogue=16,
    )


def annotation() -> AnnotationProject:
    """Invented rules of five labels, approved by two people."""
    labels = tuple(
        LabelRule(id=f"label-{i}", definition="invented", edge=("invented",) if i > 2 else ())
        for i in range(1, 6)
    )
    rules = RuleSet(
        version="1.4",
        kind=RuleKind.FUNCTIONAL,
        file=_file("rules", "rules.yaml"),
        approved_by=("R-01", "R-03"),
        effective_from=date(2026, 9, 1),
        minimum_agreement=Decimal("0.80"),
        labels=labels,
        stages={"annotate": "invented", "review": "invented"},
    )
    return AnnotationProject(
        rules=rules,
        annotators=_file("annotators", "annotators.csv"),
        labels=(_file("labels", "labels.csv"),),
        labels_format="csv",
        reviews=_file("reviews", "reviews.csv"),
        folder=Path("invented"),
    )


def dataset() -> Dataset:
    """The manifest of the invented dataset."""
    return Dataset(
        id=DatasetId("sample-dialogues"),
        title={"zh": "样例对话", "en": "Sample dialogues"},
        purpose=Purpose.FINE_TUNE,
        manifest=Path("invented/dataset.yaml"),
        manifest_digest=_digest("manifest"),
        root=Path("invented"),
        files=("zh/part-0007.jsonl",),
        record=RecordShape(text=("text",)),
        sources=sources(),
        personal_information=PersonalInformation(present=True, basis="13(1)"),
        annotation=annotation(),
    )


def annotators() -> tuple[Annotator, ...]:
    """Six people: one unqualified, one soon to be."""
    until = {"A-11": date(2026, 10, 31), "A-02": date(2026, 12, 9)}
    return tuple(
        Annotator(
            id=name,
            roles=("reviewer",) if name.startswith("R") else ("annotator",),
            topics=("t1", "t2", "t3", "t4"),
            qualified_from=date(2026, 1, 5) if name != "R-04" else None,
            qualified_to=until.get(name, date(2027, 3, 31)) if name != "R-04" else None,
        )
        for name in ("A-02", "A-03", "A-07", "A-09", "A-11", "R-04")
    )


def agreement() -> Agreement:
    """Four coefficients, one of them undefined."""
    kind = "bootstrap over items, percentile, 95%"
    return Agreement(
        level="nominal",
        items=1_260,
        pairable_items=630,
        annotators=14,
        ratings=1_890,
        repeated=0,
        figures=(
            AgreementFigure(
                coefficient="alpha",
                value="0.927114",
                low="0.902003",
                high="0.948999",
                interval=kind,
            ),
            AgreementFigure(
                coefficient="ac1", value="0.945001", low="0.926000", high="0.963000", interval=kind
            ),
            AgreementFigure(
                coefficient="raw", value="0.951333", low="0.932001", high="0.966001", interval=kind
            ),
            AgreementFigure(
                coefficient="cohen",
                value=None,
                low=None,
                high=None,
                interval=None,
                why="more than two annotators",
            ),
        ),
        draws=2_000,
        seed=20261118,
    )


def draw() -> SampleDraw:
    """A lot of 12,480 of which 315 were drawn and reviewed."""
    return SampleDraw(
        lot="L-2026-031",
        lot_size=12_480,
        frame_digest=_digest("frame"),
        plan={
            "standard": "ISO 2859-1",
            "level": "II",
            "severity": "normal",
            "aql": "1.0",
            "code_letter": "M",
            "sample_size": 315,
            "accept": 7,
            "reject": 8,
        },
        algorithm="sha256-order-1",
        seed="draw-0031-1",
        items=tuple(f"item-{i:06d}" for i in range(315)),
        reviewed=315,
        wrong=9,
        proposed="rework",
    )


def run() -> AuditRun:
    """An invented run."""
    return AuditRun(
        id=RunId("run-20261120-0100-7f3c51ab"),
        dataset=DatasetId("sample-dialogues"),
        registration=1,
        version=_digest("version"),
        at=AT,
        policy_digest=_digest("policy"),
        code_version="tda 0.1.0",
        state="sealed",
        owner="sample",
        attempt=1,
    )


def stages() -> tuple[StageRecord, ...]:
    """The stages with one table each where there is one."""
    tables = {"relate": "pairs", "scan": "quarantine", "register": "labels"}
    return tuple(
        StageRecord(
            stage=stage,
            key=_digest(stage),
            reused=False,
            summary={},
            tables=(
                TableRef(kind=tables[stage], digest=_digest(tables[stage]), rows=9, uri="invented"),
            )
            if stage in tables
            else (),
        )
        for stage in (
            "register",
            "ingest",
            "scan",
            "relate",
            "profile",
            "validate",
            "sample",
            "controls",
            "gate",
            "seal",
        )
    )


def sample_record() -> AuditRecord:
    """The whole invented run."""
    return AuditRecord(
        run=run(),
        dataset=dataset(),
        policy_version="sample-2026.11",
        policy_thresholds={"QLT-01": {"jaccard": "0.80"}},
        profile=profile(),
        consents=consents(),
        results=results(),
        clauses=clauses(),
        gate=gate(),
        stages=stages(),
        quarantine=(
            {"file": "zh/part-0003.jsonl", "row": 12, "reason": "malformed", "extent": "one"},
            {
                "file": "vendor/part-07.jsonl.gz",
                "row": None,
                "reason": "truncated",
                "extent": "unknown",
            },
        ),
        annotators=annotators(),
        label_counts={
            "label-1": 820,
            "label-2": 510,
            "label-3": 330,
            "label-4": 180,
            "label-5": 50,
        },
        agreement=agreement(),
        draws=(draw(),),
        duplicates_across={"sample-faq": 4_516, "sample-eval": 0},
        head=LedgerHead(
            size=48_213,
            root=_digest("root").removeprefix("sha256:"),
            at=AT,
            key_id="7be241c9",
            signature="aW52ZW50ZWQ=",
        ),
    )
