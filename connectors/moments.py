"""Moments as people write them, as aware UTC datetimes."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pipelines.model.errors import ConfigError
from pipelines.model.message import msg

_ISO = re.compile(
    r"\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}([.,]\d{1,9})?)?( ?(Z|z|[+-]\d{2}(:?\d{2})?))?)?"
)
_OFFSET = re.compile(r"([+-])(\d{2}):?(\d{2})")
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


def moment_reader(form: str | None, naive: tzinfo) -> Callable[[str], datetime]:
    """A function from text to an aware UTC datetime; it raises ValueError for what is none.

    `form` is a `strptime` format, None for ISO 8601; `naive` is the zone of times without offset.
    A date alone is its first moment.

    Raises:
        ConfigError: `form` does not tell year, month and day.
    """
    if form is None:
        return lambda text: _in_utc(_iso(text), naive)
    _check_form(form)

    def read(text: str) -> datetime:
        return _in_utc(datetime.strptime(text, form), naive)  # noqa: DTZ007  the zone comes next

    return read


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
