"""Agreement coefficients as dots with intervals; what is undefined is hatched in its place."""

from decimal import Decimal

from markupsafe import Markup

from pipelines.model.message import msg
from pipelines.report.charts.svg import Say, chart, fit, line, rect, tag, text
from pipelines.report.model_articles import AgreementPart, AgreementRow

LEFT, RIGHT = 96.0, 228.0
NAMES = {
    "alpha": msg("Krippendorff α"),
    "ac1": msg("Gwet AC1"),
    "fleiss": msg("Fleiss κ"),
    "cohen": msg("Cohen κ"),
    "raw": msg("raw agreement"),
}


def agreement(part: AgreementPart, say: Say) -> Markup:
    """One row a coefficient; the axis does not start at zero, so dots and not bars."""
    start = _start(part)
    height = 24 * len(part.rows) + 20
    parts = []
    if part.minimum is not None and Decimal(part.minimum) >= start:
        x = _x(Decimal(part.minimum), start)
        parts.append(line(x, 14, x, height - 6, "ax", stroke_dasharray="3 3"))
        words = say(msg("minimum {value}", value=part.minimum))
        parts.append(text(x, 10, words, "t2", "middle"))
    for place, row in enumerate(part.rows):
        parts += _row(row, 26 + 24 * place, start, part, say)
    parts.append(line(LEFT, height - 4, RIGHT, height - 4, "ax"))
    steps = 5
    for step in range(steps + 1):
        value = start + (1 - start) * step / steps
        words = f"{value.quantize(Decimal('0.1'))}".replace("-", "−")
        parts.append(text(_x(value, start), height + 11, words, "t2", "middle"))
    spoken = ", ".join(
        f"{say(NAMES.get(row.coefficient, row.coefficient))} {row.value or say(msg('undefined'))}"
        for row in part.rows
    )
    return chart(height + 16, f"{say(msg('Agreement with intervals'))}: {spoken}", *parts)


def _start(part: AgreementPart) -> Decimal:
    """0.5, 0 or −1: the highest that keeps every dot and interval in the picture."""
    values = [_decimal(value) for row in part.rows for value in (row.low, row.value) if value]
    lowest = min(values, default=Decimal(1))
    return next(s for s in (Decimal("0.5"), Decimal(0), Decimal(-1)) if s <= lowest or s == -1)


def _decimal(value: str) -> Decimal:
    return Decimal(value.replace("−", "-"))


def _x(value: Decimal, start: Decimal) -> float:
    share = (value - start) / (1 - start)
    return LEFT + (RIGHT - LEFT) * float(max(Decimal(0), min(Decimal(1), share)))


def _row(
    row: AgreementRow, y: float, start: Decimal, part: AgreementPart, say: Say
) -> list[Markup]:
    name = fit(say(NAMES.get(row.coefficient, row.coefficient)), 92)
    if row.value is None:
        return [
            text(0, y + 5, name, "tb fu"),
            rect(LEFT, y - 6, RIGHT - LEFT, 12, "h"),
            text(RIGHT + 10, y + 5, say(msg("undefined")), "tb fu"),
        ]
    value = _decimal(row.value)
    bound = row.coefficient == "alpha" and part.minimum is not None
    below = bound and value < Decimal(part.minimum or 0)
    stroke, fill = ("sn", "fn") if below else ("sk", "fk")
    parts = [text(0, y + 5, name, "fn" if below else "")]
    if row.low is not None and row.high is not None:
        ends = _x(_decimal(row.low), start), _x(_decimal(row.high), start)
        parts.append(line(ends[0], y, ends[1], y, stroke, stroke_width="1.6"))
        parts.append(text(RIGHT + 50, y + 4.5, f"{row.low}–{row.high}", "t2"))
    x = _x(value, start)
    if below:
        parts.append(rect(x - 3.5, y - 3.5, 7, 7, fill))
    else:
        parts.append(tag("circle", cx=x, cy=y, r=3.4, class_=fill))
    parts.append(text(RIGHT + 10, y + 4.5, row.value, f"tb {fill}"))
    return parts
