"""Declared columns of JSON objects: strict JSON in, text out."""

import json
import re
from collections.abc import Collection, Mapping, Sequence
from json.scanner import make_scanner
from typing import Any, NoReturn

import pyarrow as pa

from connectors.base import Reason
from connectors.framing import WHITE_SPACE
from connectors.records import Parsed, Texts

MAX_DEPTH = 256
"""Nesting of one record: far above any real one, far below what the parser's stack bears."""

MOST_VALUES = 1 << 20
"""Values in one record: a list of tiny ones costs twenty times its bytes once it is parsed."""

_TO_BRACKET_OR_COMMA = re.compile(
    rb'(?:[^"\[\]{},]++|"(?:[^"\\]++|\\.)*+")*+([\[\]{},])', re.DOTALL
)
_OPENING = (b"[", b"{")
_CLOSING = (b"]", b"}")
_PLAIN = {str, type(None)}
_BOOLEANS = {True: "true", False: "false"}


def _refuse(constant: str) -> NoReturn:
    """NaN and Infinity are no JSON (RFC 8259, 6)."""
    raise ValueError(constant)


# Numbers stay as they are written: their literal is what a text column wants, and a number of a
# million digits then costs no more than its characters.
_DECODER = json.JSONDecoder(parse_int=str, parse_float=str, parse_constant=_refuse)
_scan = make_scanner(_DECODER)  # type: ignore[arg-type]  # the stub asks for another class


class JsonColumns:
    """Parses frames that each hold one JSON object into the declared columns."""

    def __init__(self, columns: Sequence[str], optional: Collection[str] = ()) -> None:
        self._columns = tuple(columns)
        self._optional = frozenset(optional)

    def __call__(self, frames: Sequence[bytes]) -> Parsed:
        """The declared columns of `frames`; the last of doubled keys counts."""
        objects: list[dict[str, Any]] = []
        faults: dict[int, Reason] = {}
        for position, frame in enumerate(frames):
            found = _object(frame)
            if isinstance(found, Reason):
                faults[position] = found
            else:
                objects.append(found)
        try:
            columns = [_fast(objects, c, c in self._optional) for c in self._columns]
        except (KeyError, _Unusual, UnicodeEncodeError):
            columns = self._one_by_one(objects, faults, len(frames))
        return Parsed(columns=columns, faults=dict(sorted(faults.items())))

    def _one_by_one(
        self, objects: list[dict[str, Any]], faults: dict[int, Reason], count: int
    ) -> list[pa.Array]:
        positions = [position for position in range(count) if position not in faults]
        kept: list[list[str | None]] = []
        for position, found in zip(positions, objects, strict=True):
            values = _values(found, self._columns, self._optional)
            if isinstance(values, Reason):
                faults[position] = values
            else:
                kept.append(values)
        return [
            pa.array([values[place] for values in kept], pa.large_string())
            for place in range(len(self._columns))
        ]


class _Unusual(Exception):  # noqa: N818  a turn to the thorough path, not an error
    """A column holds more than strings and nulls."""


def _object(frame: bytes) -> dict[str, Any] | Reason:
    """The JSON object that `frame` holds, or why it holds none."""
    openings = frame.count(b"{") + frame.count(b"[")
    if openings > MAX_DEPTH or openings + frame.count(b",") > MOST_VALUES:
        beyond = _beyond_limits(frame)
        if beyond is not None:
            return beyond
    try:
        text = frame.strip(WHITE_SPACE).decode()
        found, end = _scan(text, 0)
    except UnicodeDecodeError:
        return Reason.INVALID_ENCODING
    except RecursionError:
        return Reason.TOO_DEEP
    except (ValueError, StopIteration):
        return Reason.MALFORMED
    if end != len(text):
        return Reason.MALFORMED
    return found if type(found) is dict else Reason.NOT_AN_OBJECT


def _beyond_limits(frame: bytes) -> Reason | None:
    """Why the parser is spared the record: nested too deeply, or too many values.

    Counts outside strings, and no further than the limits: so neither time nor memory depends on
    what a hostile record goes on with.
    """
    depth = values = 0
    for found in _TO_BRACKET_OR_COMMA.finditer(frame):
        mark = found[1]
        depth += (mark in _OPENING) - (mark in _CLOSING)
        values += mark not in _CLOSING
        if depth > MAX_DEPTH:
            return Reason.TOO_DEEP
        if values > MOST_VALUES:
            return Reason.TOO_LARGE
        if depth < 0:
            break  # the parser stops here at the latest
    return None


def _fast(objects: Sequence[Mapping[str, Any]], column: str, optional: bool) -> pa.Array:
    values = [found.get(column) if optional else found[column] for found in objects]
    if not set(map(type, values)) <= _PLAIN:
        raise _Unusual
    return pa.array(values, pa.large_string())


def _values(
    found: Mapping[str, Any], columns: Sequence[str], optional: Collection[str]
) -> Texts | Reason:
    """The texts of `columns`, or the reason of the first column that has none."""
    values: Texts = []
    for column in columns:
        if column not in found and column not in optional:
            return Reason.COLUMN_ABSENT
        value = found.get(column)
        if isinstance(value, dict | list):
            return Reason.NESTED_VALUE
        text = _BOOLEANS[value] if isinstance(value, bool) else value
        if text is not None and not _encodable(text):
            return Reason.LONE_SURROGATE
        values.append(text)
    return values


def _encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
