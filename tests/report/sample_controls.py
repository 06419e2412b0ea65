"""The invented catalogue, and the results, clauses and gate that follow from the findings."""

from sample_base import AT
from sample_findings import FINDINGS, found

from pipelines.model.audit import (
    ClauseVerdict,
    ControlResult,
    GateDecision,
    GateReason,
)
from pipelines.model.message import msg
from pipelines.model.outcome import Confidence, Gate, Outcome, Severity, Verdict
from pipelines.report.catalogue_view import Bilingual, CatalogueView, ClauseView, ControlView

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


REASONS = {
    Gate.FAIL: ("PI-02", "SRC-06", "ANN-07"),
    Gate.INCOMPLETE: ("PI-04", "REP-01", "SRC-07", "SRC-16", "CNT-03", "SEC-01"),
    Gate.CONDITIONAL: ("ANN-06", "ANN-12", "QLT-04"),
}


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


def results() -> tuple[ControlResult, ...]:
    """Every control of the invented catalogue with what it found."""
    passed = (
        found("dataset", Outcome.PASSED, msg("all {count} records were scanned", count=482_613)),
    )
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
            message=msg("{count} items are quarantined: not read, and not judged", count=214),
        )
    )
    return GateDecision(
        gate=Gate.FAIL,
        reasons=tuple(reasons),
        after_repair=Gate.INCOMPLETE,
        applied=13,
        catalogue=16,
    )
