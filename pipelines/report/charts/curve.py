"""Operating-characteristic curve of a plan, with the lot's own estimate laid over it."""

from decimal import Decimal

from markupsafe import Markup

from pipelines.model.message import msg
from pipelines.report.charts.svg import Say, chart, line, number, rect, tag, text
from pipelines.report.model_articles import CurvePoint, LotPart

LEFT, RIGHT, TOP, BOTTOM = 34.0, 348.0, 22.0, 172.0
STEPS = (1, 2, 5, 10, 20, 25)
MARKS = 8
"""Most labels of the axis."""

_TENTH = 0.1
_HUNDREDTH = Decimal("0.01")


def operating_curve(lot: LotPart, say: Say) -> Markup:
    """The chance of acceptance over the true share wrong; 10% acceptance and the lot are named."""
    end = float(lot.curve[-1].wrong) * 100
    parts = [*_axes(end, say), _line(lot.curve, end)]
    tenth = lot.often_accepted
    if tenth is not None:
        x = _x(float(tenth) * 100, end)
        parts.append(tag("circle", cx=x, cy=_y(_TENTH), r=3.6, fill="var(--ink)"))
        share = f"{(Decimal(tenth) * 100).quantize(_HUNDREDTH)}%"
        # above the curve, which is low to the right of this point
        parts.append(text(RIGHT, 112, say(msg("{share} wrong is still", share=share)), "", "end"))
        parts.append(text(RIGHT, 126, say(msg("accepted 10% of the time")), "", "end"))
    parts += _estimate(lot, end, say)
    label = say(msg("Operating-characteristic curve of lot {lot}", lot=lot.lot))
    return chart(208, label, *parts)


def _x(percent: float, end: float) -> float:
    return LEFT + (RIGHT - LEFT) * min(percent / end, 1.0)


def _y(chance: float) -> float:
    return BOTTOM - (BOTTOM - TOP) * chance


def _axes(end: float, say: Say) -> list[Markup]:
    parts = []
    for chance in (0, 50, 100):
        y = _y(chance / 100)
        parts += [line(LEFT, y, RIGHT, y, "gr"), text(28, y + 4, str(chance), "t2", "end")]
    step = next((step for step in STEPS if end / step <= MARKS), STEPS[-1])
    for percent in range(0, int(end) + 1, step):
        parts.append(text(_x(percent, end), 187, str(percent), "t2", "middle"))
    parts.append(text(RIGHT, 204, say(msg("true share wrong in the lot (%)")), "t2", "end"))
    parts.append(text(0, 10, say(msg("chance of acceptance (%)")), "t2"))
    return parts


def _line(curve: tuple[CurvePoint, ...], end: float) -> Markup:
    points = "L".join(
        f"{number(_x(float(p.wrong) * 100, end))} {number(_y(float(p.accepted)))}" for p in curve
    )
    return tag("path", d=f"M{points}", class_="sk", stroke_width="2")


def _estimate(lot: LotPart, end: float, say: Say) -> list[Markup]:
    if lot.low is None or lot.high is None or not lot.wrong.base:
        return []
    low, high = float(lot.low) * 100, float(lot.high) * 100
    at = 100 * lot.wrong.count / lot.wrong.base
    style, fill = ("sn", "fn") if lot.proposed == "rework" else ("sk", "fk")
    bounds = f"[{bound(lot.low)}, {bound(lot.high)}]"
    words = say(msg("this lot {share} {bounds}", share=lot.wrong.percent or "", bounds=bounds))
    return [
        line(_x(low, end), 85, _x(high, end), 85, style, stroke_width="2"),
        rect(_x(at, end) - 4, 81, 8, 8, fill),
        text(RIGHT, 76, words, f"tb {fill}", "end"),
    ]


def bound(value: str) -> str:
    """A bound 0 … 1 as a percentage."""
    return f"{(Decimal(value) * 100).quantize(_HUNDREDTH)}%"
