"""Pydantic's errors in our own sentences, with the line and field they are at."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from connectors.problems import Problems
from connectors.shape_fields import REFUSED, nearest
from connectors.yaml_lines import Loc, written
from pipelines.model.errors import ConfigError
from pipelines.model.message import Message, msg

Shape = TypeVar("Shape", bound=BaseModel)

_LISTS = frozenset({"tuple_type", "list_type", "iterable_type"})
_MAPPINGS = frozenset({"model_type", "model_attributes_type", "dict_type"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A part of a file of declarations: where its faults go, and where its values are written."""

    problems: Problems
    line: Callable[[Loc], int]
    loc: Loc = ()
    """What stands before the location of each value."""

    def below(self, *loc: str | int) -> "Place":
        """The part of this one at `loc`."""
        return replace(self, loc=(*self.loc, *loc))

    def add(self, loc: Loc, what: Message, advice: Message) -> None:
        """A fault of the value at `loc`."""
        whole = (*self.loc, *loc)
        self.problems.add(written(whole), self.line(whole), what, advice)

    def add_error(self, loc: Loc, error: ConfigError) -> None:
        """The fault that `error` names, of the value at `loc`."""
        self.add(loc, error.message, error.advice)


def check(kind: type[Shape], value: object, place: Place) -> Shape | None:
    """`value`, written at `place`, as a `kind`; None, and its faults gathered, when it is none."""
    try:
        return kind.model_validate(value)
    except ValidationError as errors:
        for error in errors.errors():
            # a key of a free mapping is marked by the word [key], which nobody wrote
            loc = tuple(part for part in error["loc"] if part != "[key]")
            place.add(loc, *_said(kind, error, loc))
        return None


def _said(kind: type[BaseModel], error: ErrorDetails, loc: Loc) -> tuple[Message, Message]:
    """What is wrong, and the advice."""
    code = error["type"]
    context: dict[str, Any] = error.get("ctx", {})
    if code == REFUSED:
        return context["what"], context["advice"]
    if code == "missing":
        return msg("the field is missing"), msg("add {field}", field=str(loc[-1]))
    if code == "extra_forbidden":
        return msg("there is no such field"), _unknown_field(kind, loc)
    if code in _LISTS:
        return msg("a list is expected here"), msg("write [one, two], or a line with - for each")
    if code in _MAPPINGS:
        return (
            msg("fields are expected here"),
            msg("write one field a line: its name, a colon, its value"),
        )
    return _said_of_text(code, context)


def _said_of_text(code: str, context: dict[str, Any]) -> tuple[Message, Message]:
    if code == "string_type":
        return (
            msg("text is expected here, not a list or other fields"),
            msg("write one value; null is for fields that may be left out"),
        )
    if code in ("string_too_short", "too_short"):
        return msg("this is empty"), msg("write a value")
    if code in ("string_too_long", "too_long"):
        limit = int(context.get("max_length", 0))
        return msg("this is longer than {limit}", limit=limit), msg("shorten it")
    if code == "string_unicode":
        return msg("this is not valid text"), msg("write the text as UTF-8")
    if code in ("greater_than_equal", "less_than_equal"):
        bound = str(context.get("ge", context.get("le")))
        return msg("this is out of range"), msg("the limit is {limit}", limit=bound)
    if code.startswith(("decimal", "int", "float", "finite")):
        return msg("a number is expected here"), msg("write digits, for example 0.8")
    return msg("this value cannot be used ({code})", code=code), msg("write a plain value")


def _unknown_field(kind: type[BaseModel], loc: Loc) -> Message:
    around = _shape_at(kind, loc[:-1])
    if around is None:
        return msg("remove it")
    known = [field.alias or name for name, field in around.model_fields.items()]
    guess = nearest(str(loc[-1]), known)
    if guess is not None:
        return msg("did you mean {guess}?", guess=guess)
    return msg("remove it; the fields here are: {known}", known=", ".join(known))


def _shape_at(kind: type[BaseModel], loc: Loc) -> type[BaseModel] | None:
    """The model that describes the mapping at `loc`."""
    here: type[BaseModel] | None = kind
    for part in loc:
        if isinstance(part, int) or here is None:
            continue
        fields = {field.alias or name: field for name, field in here.model_fields.items()}
        here = _model_in(fields[part].annotation) if part in fields else None
    return here


def _model_in(hint: object) -> type[BaseModel] | None:
    if isinstance(hint, type) and issubclass(hint, BaseModel):
        return hint
    found = (_model_in(part) for part in get_args(hint))
    return next((model for model in found if model is not None), None)
