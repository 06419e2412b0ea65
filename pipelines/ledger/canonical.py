"""The one way in which anything that is hashed or signed becomes bytes."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

Json = None | bool | int | str | Sequence["Json"] | Mapping[str, "Json"]

MAX_INTEGER = 2**53 - 1
"""Larger ones do not survive readers that keep numbers as doubles (RFC 8785, 3.2.2.3)."""


def canonical(value: Json) -> bytes:
    """The RFC 8785 bytes of `value`: compact JSON, keys sorted, UTF-8.

    Floats are refused and keys are ASCII: then sorting by code point is sorting by UTF-16 unit, and
    no number needs the ECMAScript float format. Text is kept as it is; it is not normalised.

    Raises:
        TypeError: a float, or anything else that JSON without floats does not know.
        ValueError: an integer beyond 2^53 - 1, a key that is not ASCII, a lone surrogate.

    Reference:
        RFC 8785, section 3.2.
    """
    _refuse_what_is_not_exact(value)
    text = json.dumps(
        value, default=_plain, ensure_ascii=False, sort_keys=True, separators=(",", ":")
    )
    return text.encode()


def parse(content: bytes) -> Json:
    """The value of canonical `content`.

    Raises:
        ValueError: `content` is not JSON, or not the canonical bytes of any value.
    """
    try:
        value: Json = json.loads(content)
        again = canonical(value)
    except (TypeError, RecursionError) as error:
        raise ValueError("not canonical JSON") from error
    if again != content:
        raise ValueError("JSON, but not in its canonical form")
    return value


def timestamp(at: datetime) -> str:
    """`at` as RFC 3339 in UTC: `2026-11-20T01:00:00Z`, with microseconds where there are some.

    Raises:
        ValueError: `at` has no time zone.
    """
    if at.tzinfo is None:
        raise ValueError("a time without a zone cannot be recorded")
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _refuse_what_is_not_exact(value: Json) -> None:
    match value:
        case None | bool() | str():
            pass
        case int():
            if abs(value) > MAX_INTEGER:
                raise ValueError("an integer beyond 2^53 - 1 is written as a string")
        case Mapping():
            for key, inner in value.items():
                _refuse_other_than_ascii(key)
                _refuse_what_is_not_exact(inner)
        case Sequence() if not isinstance(value, bytes | bytearray | memoryview):
            for inner in value:
                _refuse_what_is_not_exact(inner)
        case _:
            raise TypeError(f"{type(value).__name__} cannot be written canonically")


def _refuse_other_than_ascii(key: object) -> None:
    if not isinstance(key, str) or not key.isascii():
        raise ValueError("keys are ASCII text")


def _plain(value: object) -> object:
    """Mappings and sequences that are not dict or list, for `json`."""
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, Sequence):
        return list(value)
    raise TypeError(f"{type(value).__name__} cannot be written canonically")
