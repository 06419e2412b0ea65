"""Frozen values of the model as canonical JSON text, and back, driven by their type hints."""

import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from enum import Enum
from pathlib import PurePath
from typing import NoReturn, TypeVar, cast

from pipelines.model.errors import EvidenceError
from pipelines.model.message import msg
from pipelines.store.value_readers import name_of, reader_of

T = TypeVar("T")


def to_json(value: object) -> str:
    """`value` as canonical JSON: sorted keys, no spaces, ASCII only, never a float.

    Equal values give equal text. ASCII, because a file name that is not UTF-8 reaches us with lone
    surrogates, and only their escapes can be stored as text everywhere.

    Raises:
        TypeError: for a float or a type this codec does not know.
    """
    return json.dumps(plain(value), sort_keys=True, separators=(",", ":"), ensure_ascii=True)


def from_json(kind: type[T], text: str) -> T:
    """The value of type `kind` that `to_json` wrote as `text`.

    `kind` is a dataclass or an alias such as `tuple[Finding, ...]`. A field that the text lacks
    takes its default, so rows written before a field existed stay readable, and one that was called
    otherwise then is read too (`earlier_fields`); one it has too many is refused. Under the hint
    `object` arrays come back as lists.

    Raises:
        EvidenceError: when the text is not such a value.
    """
    try:
        loaded = json.loads(text, parse_float=_no_float, parse_constant=_no_float)
        return cast("T", reader_of(kind)(loaded))
    except (ValueError, TypeError, KeyError, InvalidOperation, RecursionError) as error:
        raise EvidenceError(
            msg(
                "A stored {kind} cannot be read: {problem}",
                kind=name_of(kind),
                problem=str(error),
            ),
            advice=msg("Use the version of tda that wrote this store, or restore a back-up."),
        ) from error


def plain(value: object) -> object:
    """`value` with nothing in it but dict, list, str, int, bool and None."""
    if value is None or isinstance(value, (bool, int)):
        return value
    if isinstance(value, Enum):
        return plain(value.value)
    if isinstance(value, str):
        return str(value)
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if isinstance(value, (Decimal, PurePath)):
        return str(value)
    if isinstance(value, Mapping):
        return {_key(key): plain(item) for key, item in value.items()}
    if isinstance(value, (tuple, list)):
        return [plain(item) for item in value]
    if is_dataclass(value) and not isinstance(value, type):
        return {part.name: plain(getattr(value, part.name)) for part in fields(value)}
    raise TypeError(f"{type(value).__name__} has no place in canonical JSON")


def _key(key: object) -> str:
    if not isinstance(key, str):
        raise TypeError(f"a key is text, not {type(key).__name__}")
    return str(key.value) if isinstance(key, Enum) else key


def _no_float(text: str) -> NoReturn:
    raise ValueError(f"{text[:20]} is not a whole number")
