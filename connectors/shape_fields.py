"""Types of the fields in declarations: each turns what is written into a value, or says why not."""

import codecs
import difflib
import re
from collections.abc import Callable, Iterable
from datetime import date
from enum import StrEnum
from typing import Annotated, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    StringConstraints,
    model_validator,
)
from pydantic_core import PydanticCustomError

from pipelines.model.message import Message, msg

Member = TypeVar("Member", bound=StrEnum)

REFUSED = "refused"
"""Type of the pydantic errors that carry our own message and advice."""

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029]")
_BREAK = re.compile("[\t\n\r]")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_MONTH = re.compile(r"\d{4}(-\d{2})?")
_TERRITORY = re.compile(r"[A-Z]{2}")
_GROUND = re.compile(r"(?:PIPL\s*)?13\(([1-7])\)")

NO_GROUND = msg("this is not a ground of Article 13 PIPL")
GROUND_ADVICE = msg("write 13(1) for consent, or the other ground from 13(2) to 13(7)")

ENCODINGS = (
    *("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "gb18030", "gbk", "gb2312"),
    *("big5", "big5hkscs", "shift_jis", "euc_jp", "euc_kr", "ascii", "iso8859-1", "cp1252"),
)


class Shape(BaseModel):
    """A mapping in a file of declarations: known fields only, text stripped, null = left out."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        str_strip_whitespace=True,
        coerce_numbers_to_str=True,
        hide_input_in_errors=True,
    )

    @model_validator(mode="before")
    @classmethod
    def _null_is_left_out(cls, given: object) -> object:
        if not isinstance(given, dict):
            return given
        known = {field.alias or name for name, field in cls.model_fields.items()}
        return {key: value for key, value in given.items() if value is not None or key not in known}


def refuse(what: Message, advice: Message) -> PydanticCustomError:
    """The error a validator raises to say `what` is wrong and what to do."""
    return PydanticCustomError(REFUSED, "refused", {"what": what, "advice": advice})


def nearest(given: str, known: Iterable[str], *, cutoff: float = 0.6) -> str | None:
    """The one of `known` that `given` was probably meant to be."""
    found = difflib.get_close_matches(given.lower()[:100], list(known), n=1, cutoff=cutoff)
    return found[0] if found else None


def choice(given: str, known: Iterable[str]) -> PydanticCustomError:
    """The error for a value that is none of `known`."""
    listed = ", ".join(known)
    guess = nearest(given, listed.split(", "))
    advice = msg("write one of: {choices}", choices=listed)
    if guess is not None:
        advice = msg("did you mean {guess}? It is one of: {choices}", guess=guess, choices=listed)
    return refuse(msg("{value} is not known here", value=given), advice)


def member(kind: type[Member]) -> Callable[[object], object]:
    """A validator that turns the name of a member into the member."""

    def find(given: object) -> object:
        if not isinstance(given, str):
            return given
        for one in kind:
            if given.strip() == one.value:
                return one
        raise choice(given, [one.value for one in kind])

    return find


def as_list(given: object) -> object:
    """A single text as a list of one."""
    return [given] if isinstance(given, str) else given


def _blank_is_none(given: object) -> object:
    return None if isinstance(given, str) and not given.strip() else given


def _one_line(text: str) -> str:
    if _BREAK.search(text):
        raise refuse(msg("the text runs over several lines"), msg("write it on one line"))
    return _printable(text)


def _printable(text: str) -> str:
    if _CONTROL.search(text):
        raise refuse(msg("there is a control character in the text"), msg("take the character out"))
    return text


def _day(given: object) -> object:
    if given is None or isinstance(given, date):
        return given
    try:
        if isinstance(given, str) and _DAY.fullmatch(given.strip()):
            return date.fromisoformat(given.strip())
    except ValueError:
        pass
    raise refuse(msg("this is not a date"), msg("write year, month and day: 2025-11-01"))


def _month(text: str) -> str:
    if not _MONTH.fullmatch(text):
        raise ValueError(text)
    return text


def _day_or_month(text: str) -> str:
    try:
        date.fromisoformat(text if _DAY.fullmatch(text) else f"{_month(text)}-01-01"[:10])
    except ValueError as error:
        raise refuse(
            msg("this is not a date or month"), msg("write 2025-11-01, 2025-11 or 2025")
        ) from error
    return text


def _territory(text: str) -> str:
    if not _TERRITORY.fullmatch(text.upper()):
        raise refuse(
            msg("{value} is not a country code", value=text),
            msg("write two letters of ISO 3166-1, for example CN; leave it out if unknown"),
        )
    return text.upper()


def article_13(text: str) -> str | None:
    """A ground of Article 13 PIPL as `13(1)` … `13(7)`; None for anything else."""
    found = _GROUND.fullmatch(text.strip())
    return f"13({found[1]})" if found else None


def _ground(text: str) -> str:
    if (found := article_13(text)) is None:
        raise refuse(NO_GROUND, GROUND_ADVICE)
    return found


def _known_or_not(given: object) -> object:
    answers = {"true": True, "yes": True, "false": False, "no": False, "unknown": None}
    if given is None or isinstance(given, bool):
        return given
    if isinstance(given, str) and given.strip().lower() in answers:
        return answers[given.strip().lower()]
    raise refuse(msg("this is not an answer"), msg("write true, false or unknown"))


def _encoding(name: str) -> str:
    try:
        known = codecs.lookup(name).name
    except (LookupError, ValueError) as error:
        raise choice(name, ENCODINGS) from error
    if known not in {codecs.lookup(one).name for one in ENCODINGS}:
        raise choice(name, ENCODINGS)
    return known


Line = Annotated[str, StringConstraints(min_length=1, max_length=1000), AfterValidator(_one_line)]
"""Text on one line, not empty."""
Prose = Annotated[str, StringConstraints(max_length=100_000), AfterValidator(_printable)]
OptionalLine = Annotated[Line | None, BeforeValidator(_blank_is_none)]
Lines = Annotated[tuple[Line, ...], BeforeValidator(as_list)]
OptionalDay = Annotated[date | None, BeforeValidator(_day), BeforeValidator(_blank_is_none)]
DayOrMonth = Annotated[
    Annotated[Line, AfterValidator(_day_or_month)] | None, BeforeValidator(_blank_is_none)
]
Territory = Annotated[
    Annotated[Line, AfterValidator(_territory)] | None, BeforeValidator(_blank_is_none)
]
Ground = Annotated[Annotated[Line, AfterValidator(_ground)] | None, BeforeValidator(_blank_is_none)]
Presence = Annotated[bool | None, BeforeValidator(_known_or_not)]
Encoding = Annotated[
    Annotated[Line, AfterValidator(_encoding)] | None, BeforeValidator(_blank_is_none)
]
