"""Frozen values of the model as canonical JSON text, and back, driven by their type hints."""

import json
import types
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from enum import Enum
from functools import cache
from pathlib import Path, PurePath
from typing import (
    Any,
    NewType,
    NoReturn,
    TypeVar,
    Union,
    cast,
    get_args,
    get_origin,
    get_type_hints,
)

from pipelines.model.errors import EvidenceError
from pipelines.model.message import msg
from pipelines.store.earlier_fields import under_todays_names

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
        return cast("T", _build(kind, loaded))
    except (ValueError, TypeError, KeyError, InvalidOperation, RecursionError) as error:
        raise EvidenceError(
            msg("A stored {kind} cannot be read: {problem}", kind=_name(kind), problem=str(error)),
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


def _name(kind: object) -> str:
    return getattr(kind, "__name__", str(kind))


def _build(hint: Any, value: Any) -> object:  # noqa: ANN401  JSON and type hints enter here
    """`value` as plain JSON turned into what `hint` asks for."""
    if isinstance(hint, NewType):
        return _build(hint.__supertype__, value)
    if hint is object or hint is Any:
        return value
    origin = get_origin(hint)
    if origin in (Union, types.UnionType):
        return _build_union(get_args(hint), value)
    if origin is not None:
        return _build_container(origin, get_args(hint), value)
    if is_dataclass(hint):
        return _build_dataclass(cast("type", hint), value)
    return _build_scalar(hint, value)


def _build_union(choices: tuple[Any, ...], value: object) -> object:
    if value is None and types.NoneType in choices:
        return None
    others = [choice for choice in choices if choice is not types.NoneType]
    if isinstance(value, dict):
        others = [choice for choice in others if is_dataclass(choice)] or others
    if len(others) == 1:
        return _build(others[0], value)
    if type(value) in others or (type(value) is bool and int in others):
        return value
    raise TypeError(f"{type(value).__name__} is none of {', '.join(map(_name, others))}")


def _build_container(origin: Any, parts: tuple[Any, ...], value: object) -> object:  # noqa: ANN401
    if issubclass(origin, Mapping):
        _expect(value, dict)
        pairs = cast("dict[str, object]", value).items()
        return {cast("str", _build(parts[0], k)): _build(parts[1], v) for k, v in pairs}
    _expect(value, list)
    items = cast("list[object]", value)
    if origin is list:
        return [_build(parts[0], item) for item in items]
    if origin is tuple and parts[-1] is not Ellipsis:
        return tuple(_build(part, item) for part, item in zip(parts, items, strict=True))
    if issubclass(origin, Sequence):
        return tuple(_build(parts[0], item) for item in items)
    raise TypeError(f"{_name(origin)} cannot be read from JSON")


def _build_dataclass(kind: type, value: object) -> object:
    _expect(value, dict)
    given = under_todays_names(kind, cast("dict[str, object]", value))
    hints = _hints(kind)
    if unknown := sorted(set(given) - set(hints)):
        raise ValueError(f"{kind.__name__} has no field {unknown[0]}")
    for part in fields(kind):
        if part.default is MISSING and part.default_factory is MISSING and part.name not in given:
            raise KeyError(f"{kind.__name__}.{part.name}")
    return kind(**{name: _build(hints[name], item) for name, item in given.items()})


def _build_scalar(kind: Any, value: object) -> object:  # noqa: ANN401
    if kind is int or kind is bool or kind is types.NoneType:
        _expect(value, kind)
        return value
    _expect(value, str)
    text = cast("str", value)
    if kind is str:
        return text
    if kind in (datetime, date):
        return kind.fromisoformat(text)
    if isinstance(kind, type) and issubclass(kind, (Enum, Decimal, Path)):
        return kind(text)
    raise TypeError(f"{_name(kind)} cannot be read from JSON")


def _expect(value: object, kind: type) -> None:
    if not isinstance(value, kind):
        raise TypeError(f"{_name(kind)} expected, {type(value).__name__} found")


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)
