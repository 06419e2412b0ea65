"""What a plan promises and what a reviewed sample says, as decimal strings for the report."""

from decimal import Decimal

from pipelines.kernels import intervals
from pipelines.kernels.acceptance import SamplePlan, Severity, operating_curve, quality_accepted
from pipelines.model.profile import SampleDraw
from pipelines.report.model_articles import CurvePoint

POINTS = 61
_FOUR = Decimal("0.0001")


def plan_of(draw: SampleDraw) -> SamplePlan | None:
    """The plan of the draw; None where its record lacks a part of it."""
    plan = draw.plan
    needed = ("level", "aql", "severity", "code_letter", "sample_size", "accept")
    if any(name not in plan for name in needed):
        return None
    letter = str(plan["code_letter"])
    return SamplePlan(
        lot_size=draw.lot_size,
        level=str(plan["level"]),
        aql=Decimal(str(plan["aql"])),
        severity=Severity(str(plan["severity"])),
        code_letter=letter,
        effective_letter=str(plan.get("effective_letter", letter)),
        sample_size=int(plan["sample_size"]),
        accept=int(plan["accept"]),
    )


def curve(plan: SamplePlan) -> tuple[CurvePoint, ...]:
    """The chance of acceptance over the share wrong, from none to practically never accepted."""
    return tuple(
        CurvePoint(wrong=_decimal(share), accepted=_decimal(chance))
        for share, chance in operating_curve(plan, POINTS)
    )


def often_accepted(plan: SamplePlan) -> str | None:
    """The share wrong at which a lot still passes one time in ten."""
    share = quality_accepted(plan)
    return None if share is None else _decimal(share)


def exact_interval(wrong: int, reviewed: int) -> tuple[str, str]:
    """Bounds of the two-sided 95% Clopper–Pearson interval of a share."""
    low, high = intervals.clopper_pearson(wrong, reviewed)
    return _decimal(low), _decimal(high)


def _decimal(value: float) -> str:
    return str(Decimal(value).quantize(_FOUR))
