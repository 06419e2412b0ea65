"""The fields of one large CSV record, without the lists and buffers the csv module fills for it.

The csv module builds every field of a row, and each in four bytes a character; a row of nothing
but commas then costs gigabytes. Here only wanted fields are made, from the bytes as they stand.
"""

import re
from collections.abc import Sequence
from functools import cache

from connectors.base import Reason

MOST_FIELDS = 65_536
"""Fields of one row: far above any real table, and what a row may cost besides its bytes."""

LARGE_BYTES = 1024 * 1024
"""Above this the csv module is spared the record."""


def field_count_exceeds(frame: bytes, delimiter: bytes, most: int = MOST_FIELDS) -> bool:
    """Whether the record has more than `most` fields; counts no further than that."""
    if frame.count(delimiter) < most:
        return False
    found = _field(delimiter).finditer(frame)
    return next((True for number, _ in enumerate(found) if number == most), False)


def pick(
    frame: bytes, delimiter: bytes, places: Sequence[int], width: int
) -> list[bytes | None] | Reason:
    """The fields of the record at `places`, None where it ends before; as the csv module reads it.

    MALFORMED where a carriage return stands outside quotes or a field beyond `width` holds text,
    TOO_LARGE where there are more than MOST_FIELDS.
    """
    end = len(frame.rstrip(b"\r"))
    wanted = set(places)
    found: dict[int, bytes] = {}
    for number, match in enumerate(_field(delimiter).finditer(frame, 0, end)):
        if number == MOST_FIELDS:
            return Reason.TOO_LARGE
        begin, stop = match.span("all")
        if (plain := match.span("plain"))[0] >= 0 and frame.find(b"\r", *plain) >= 0:
            return Reason.MALFORMED
        if number >= width and begin < stop and _value(match):
            return Reason.MALFORMED
        if number in wanted:
            found[number] = _value(match)
    return [found.get(place) for place in places]


def _value(match: re.Match[bytes]) -> bytes:
    quoted, plain = match["quoted"], match["plain"] or b""
    return plain if quoted is None else quoted.replace(b'""', b'"') + plain


@cache
def _field(delimiter: bytes) -> re.Pattern[bytes]:
    """One field with the delimiter before it; a quote opens only at a field's beginning.

    The first field follows the beginning of the record, each other one a delimiter; possessive
    throughout, so that a record is read once whatever it holds.
    """
    mark = re.escape(delimiter)
    quoted = rb'"(?P<quoted>(?:[^"]++|"")*+)(?:"|\Z)'
    content = rb"(?P<all>(?:" + quoted + rb")?+(?P<plain>[^" + mark + rb"]*+))"
    return re.compile(rb"(?:\A|" + mark + rb")" + content, re.DOTALL)
