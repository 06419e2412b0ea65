"""Moments as people write them, as aware UTC datetimes."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pipelines.model.errors import ConfigError
from pipelines.model.message import msg

_ISO = re.compile(
    r"\d{4}-\d{2}-\d{2}"
    r"([T ]\d{2}:\d{2}(?P<second>:\d{2}([.,]\d{1,9})?)?( ?(Z|z|[+-]\d{2}(:?\d{2})?))?)?"
)
_OFFSET = re.compile(r"([+-])(\d{2}):?(\d{2})")
_SECOND_PARTS = ("%S", "%T", "%X", "%c", "%s")
_LAST_MOMENT = time(23, 59, 59, 999_999)
_PROBE = datetime(2017, 11, 23, 14, 5, 9, tzinfo=UTC)


def zone(name: str) -> tzinfo:
    """The time zone `name`: an IANA name such as `Asia/Shanghai`, or an offset such as `+08:00`.

    Raises:
        ConfigError: nobody knows it.
    """
    if found := _OFFSET.fullmatch(name):
        offset = timedelta(hours=int(found[2]), minutes=int(found[3]))
        if offset < timedelta(hours=24):
            return timezone(-offset if found[1] == "-" else offset)
    try:
        return UTC if name == "UTC" else ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ConfigError(
            msg("{name} is not a time zone known here", name=name),
            advice=msg("write UTC, an offset such as +08:00, or a name such as Asia/Shanghai"),
        ) from error


class AmbiguousMomentError(ValueError):
    """Two of the declared forms read the text, as different moments."""


@dataclass(frozen=True, slots=True)
class Moment:
    """When something happened, and whether its text told the second."""

    at: datetime
    """Aware, UTC."""
    to_second: bool


def moment_reader(forms: Sequence[str], naive: tzinfo) -> Callable[[str], Moment]:
    """A function from text to a moment; it raises ValueError for what is none.

    `forms` are `strptime` formats, none of them for ISO 8601; `naive` is the zone of times without
    offset. A date alone is its first moment. A text that two forms read differently is refused
    with AmbiguousMomentError: which of the two was meant is nothing to guess.

    Raises:
        ConfigError: a form does not tell year, month and day.
    """
    if not forms:
        return lambda text: Moment(_in_utc(_iso(text), naive), _tells_second(text))
    for form in forms:
        _check_form(form)

    def read(text: str) -> Moment:
        found = {moment for form in forms if (moment := _by_form(text, form, naive)) is not None}
        if not found:
            raise ValueError
        if len({moment.at for moment in found}) > 1:
            raise AmbiguousMomentError
        return min(found, key=lambda moment: not moment.to_second)

    return read


def _by_form(text: str, form: str, naive: tzinfo) -> Moment | None:
    try:
        told = datetime.strptime(text, form)  # noqa: DTZ007  the zone comes next
    except ValueError:
        return None
    return Moment(_in_utc(told, naive), any(part in form for part in _SECOND_PARTS))


def end_of(text: str, naive: tzinfo = UTC) -> datetime:
    """The moment until which something is valid: of a date alone, its last one.

    Raises:
        ValueError: the text is no ISO 8601 date or time.
    """
    found = _iso(text)
    if len(text) == len("2025-11-01"):
        found = datetime.combine(found.date(), _LAST_MOMENT)
    return _in_utc(found, naive)


def _iso(text: str) -> datetime:
    if not _ISO.fullmatch(text):
        raise ValueError
    return datetime.fromisoformat(text.replace(" +", "+").replace(" -", "-").replace(" Z", "Z"))


def _tells_second(text: str) -> bool:
    return bool((found := _ISO.fullmatch(text)) and found["second"])


def _in_utc(moment: datetime, naive: tzinfo) -> datetime:
    try:
        aware = moment if moment.tzinfo is not None else moment.replace(tzinfo=naive)
        return aware.astimezone(UTC)
    except OverflowError as error:
        raise ValueError from error


def _check_form(form: str) -> None:
    try:
        again = datetime.strptime(_PROBE.strftime(form), form)  # noqa: DTZ007  only the day counts
    except ValueError:
        again = None
    if again is None or again.date() != _PROBE.date():
        raise ConfigError(
            msg("{form} does not tell year, month and day", form=form),
            advice=msg("write it as in %m/%d/%Y %H:%M:%S; leave it out for ISO 8601"),
        )
