"""How plain JSON becomes values of the model: a function for each type hint, made once.

A workspace holds thousands of small values of a few types: what a hint asks for is looked into when
the first value of it is read, not with every value.
"""

import types
from collections.abc import Callable, Mapping, Sequence
from dataclasses import MISSING, fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Any, NewType, Union, cast, get_args, get_origin, get_type_hints

from pipelines.store.earlier_fields import under_todays_names

Reader = Callable[[Any], object]
"""Turns JSON, as `json.loads` gives it, into a value.

It raises TypeError, ValueError, KeyError or decimal.InvalidOperation where that is not such a
value, and TypeError for every value of a hint that nothing is read for.
"""


def reader_of(hint: Any) -> Reader:  # noqa: ANN401  type hints enter here
    """What reads values of `hint`: a dataclass, a scalar, an enum, or an alias of these."""
    return _made(hint)  # apart, as for a checker of types a cached function takes no type


@cache
def _made(hint: Any) -> Reader:  # noqa: ANN401
    if isinstance(hint, NewType):
        return reader_of(hint.__supertype__)
    if hint is object or hint is Any:
        return _as_it_is
    origin = get_origin(hint)
    if origin in (Union, types.UnionType):
        return _reader_of_union(get_args(hint))
    if origin is not None:
        return _reader_of_container(origin, get_args(hint))
    if is_dataclass(hint):
        return _reader_of_dataclass(cast("type", hint))
    return _reader_of_scalar(hint)


def name_of(kind: object) -> str:
    """What a type is called in a message."""
    return getattr(kind, "__name__", str(kind))


def _as_it_is(value: object) -> object:
    return value


def _reader_of_union(choices: tuple[Any, ...]) -> Reader:
    optional = types.NoneType in choices
    others = [choice for choice in choices if choice is not types.NoneType]
    values = [choice for choice in others if is_dataclass(choice)] or others

    def read(value: object) -> object:
        if value is None and optional:
            return None
        fitting = values if isinstance(value, dict) else others
        if len(fitting) == 1:
            return reader_of(fitting[0])(value)
        if type(value) in fitting or (type(value) is bool and int in fitting):
            return value
        raise TypeError(f"{type(value).__name__} is none of {', '.join(map(name_of, fitting))}")

    return read


def _reader_of_container(origin: Any, parts: tuple[Any, ...]) -> Reader:  # noqa: ANN401
    readers = [reader_of(part) for part in parts if part is not Ellipsis]
    first = readers[0]
    if issubclass(origin, Mapping):
        of_values = readers[1]
        return lambda value: {first(k): of_values(v) for k, v in _expected(value, dict).items()}
    if origin is list:
        return lambda value: [first(item) for item in _expected(value, list)]
    if origin is tuple and parts[-1] is not Ellipsis:

        def read(value: object) -> object:
            items = _expected(value, list)
            return tuple(one(item) for one, item in zip(readers, items, strict=True))

        return read
    if issubclass(origin, Sequence):
        return lambda value: tuple([first(item) for item in _expected(value, list)])
    return _refusing(origin)


def _reader_of_dataclass(kind: type) -> Reader:
    def read(value: object) -> object:
        given = under_todays_names(kind, _expected(value, dict))
        readers, required = _fields_of(kind)
        if unknown := given.keys() - readers.keys():
            raise ValueError(f"{kind.__name__} has no field {min(unknown)}")
        if missing := required - given.keys():
            raise KeyError(f"{kind.__name__}.{min(missing)}")
        return kind(**{name: readers[name](item) for name, item in given.items()})

    return read


@cache
def _fields_of(kind: type) -> tuple[Mapping[str, Reader], frozenset[str]]:
    """What reads each field of a dataclass, and the fields that have no default.

    Asked for with the first value, not with the reader: a type may hold values of itself.
    """
    required = [
        part.name
        for part in fields(kind)
        if part.default is MISSING and part.default_factory is MISSING
    ]
    hints = get_type_hints(kind)
    return {name: reader_of(hint) for name, hint in hints.items()}, frozenset(required)


def _reader_of_scalar(kind: Any) -> Reader:  # noqa: ANN401
    if kind is int or kind is bool or kind is str or kind is types.NoneType:
        return lambda value: _expected(value, kind)
    if kind in (datetime, date):
        return lambda value: kind.fromisoformat(_expected(value, str))
    if isinstance(kind, type) and issubclass(kind, (Enum, Decimal, Path)):
        return lambda value: kind(_expected(value, str))
    return _refusing(kind)


def _refusing(kind: object) -> Reader:
    def read(value: object) -> object:
        raise TypeError(f"{name_of(kind)} cannot be read from JSON")

    return read


def _expected(value: Any, kind: type) -> Any:  # noqa: ANN401  JSON enters here
    if not isinstance(value, kind):
        raise TypeError(f"{name_of(kind)} expected, {type(value).__name__} found")
    return value
