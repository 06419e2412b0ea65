"""A coefficient of agreement held against a minimum: that of the policy, or that of the rules."""

from collections.abc import Callable
from decimal import Decimal

from expectations.findings import cannot_tell, failed, passed, shown
from pipelines.model.finding import Finding
from pipelines.model.message import Message, Value, msg
from pipelines.model.outcome import Level
from pipelines.model.profile import Agreement

Said = Callable[[dict[str, Value]], Message]
"""The sentence of a control, from coefficient, value, low, high, items and minimum."""


def held_against(
    minimum: Decimal, name: str, agreement: Agreement | None, *, subject: str, said: Said
) -> Finding:
    """Whether the coefficient `name` is `minimum` or more; undefined, nobody can tell."""
    held = {figure.coefficient: figure for figure in agreement.figures} if agreement else {}
    figure = held.get(name)
    if figure is None or figure.value is None or agreement is None:
        why = figure.why if figure and figure.why else "–"
        text = msg("{coefficient} is undefined: {why}", coefficient=shown(name), why=why)
        return cannot_tell(subject, text)
    judge = passed if Decimal(figure.value) >= minimum else failed
    return judge(
        subject,
        said(
            {
                "coefficient": shown(name),
                "value": figure.value,
                "low": figure.low or "–",
                "high": figure.high or "–",
                "items": agreement.pairable_items,
                "minimum": str(minimum),
            }
        ),
        level=Level.RECOMPUTED,
        base=agreement.pairable_items,
        figures={"value": figure.value, "minimum": str(minimum)},
    )
