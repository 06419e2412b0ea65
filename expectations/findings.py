"""Findings in one line each, and figures written the one way they are printed everywhere."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal

from pipelines.model.finding import Finding
from pipelines.model.message import Message, msg
from pipelines.model.outcome import Level, Outcome

MAINLAND = timezone(timedelta(hours=8))
"""Dates of manifests, registers and policies are days in China Standard Time."""

_PLACES = 20
_SHOWN = 80


def day(at: datetime) -> date:
    """The calendar day of `at` where the Measures apply (UTC+8)."""
    return at.astimezone(MAINLAND).date()


def shown(text: str) -> str:
    """`text` from outside, cut to 80 characters, with what does not print replaced."""
    cut = text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
    return "".join(c if c.isprintable() else "\ufffd" for c in cut)


def places(names: Iterable[str]) -> tuple[str, ...]:
    """The first 20 of `names` in order, each bounded."""
    return tuple(shown(name) for name in sorted(set(names))[:_PLACES])


def percent(part: int, whole: int) -> str:
    """`part` of `whole` with two decimals: `2.86%`."""
    return f"{Decimal(100 * part) / Decimal(whole):.2f}%" if whole else "–"


def as_percent(share: Decimal) -> str:
    """A share in 0…1 as it is printed: `5%`, `0.5%`."""
    return f"{(share * 100).normalize():f}%"


def within(part: int, whole: int, share: Decimal) -> bool:
    """Whether `part` is at most `share` of `whole`, without rounding."""
    return part <= share * whole


def passed(subject: str, message: Message, **more: object) -> Finding:
    """Evidence for."""
    return _finding(subject, Outcome.PASSED, message, more)


def failed(subject: str, message: Message, **more: object) -> Finding:
    """Evidence against."""
    return _finding(subject, Outcome.FAILED, message, more)


def cannot_tell(subject: str, message: Message, **more: object) -> Finding:
    """Evidence lacking."""
    return _finding(subject, Outcome.CANT_TELL, message, more)


def untested(subject: str, message: Message, **more: object) -> Finding:
    """Nothing was looked at; `message` says what would have to be there."""
    return _finding(subject, Outcome.UNTESTED, message, more)


def inapplicable(subject: str, message: Message, **more: object) -> Finding:
    """The question does not arise; `message` is the reason."""
    return _finding(subject, Outcome.INAPPLICABLE, message, more)


def nothing_labelled() -> Finding:
    """What every annotation control says of a manifest without an annotation part."""
    return Finding(
        subject="dataset",
        outcome=Outcome.INAPPLICABLE,
        message=msg("the manifest declares no annotation"),
        level=Level.ATTESTED,
    )


def _finding(
    subject: str, outcome: Outcome, message: Message, more: Mapping[str, object]
) -> Finding:
    return Finding(subject=subject, outcome=outcome, message=message, **more)  # type: ignore[arg-type]
