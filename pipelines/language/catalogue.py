"""Messages in the reader's language, from the gettext catalogue beside this file."""

from enum import StrEnum
from functools import cache
from gettext import GNUTranslations
from pathlib import Path

from pipelines.language.visible import visible
from pipelines.model.message import Message, Value

LOCALE = Path(__file__).parent / "locale"
DOMAIN = "tda"

_PLAIN = frozenset({"year", "seed", "line", "column", "row", "port", "status"})
"""Fields whose whole number names a thing instead of counting things: no thousands separator."""


class Language(StrEnum):
    """The two languages everything is said in."""

    ZH = "zh"
    EN = "en"


def gettext(text: str, lang: str) -> str:
    """The text in `lang`; the English itself where the catalogue has no entry."""
    if lang != Language.ZH or not text:
        return text
    return _chinese().gettext(text)


def translate(message: Message, lang: str) -> str:
    """The sentence of `message` in `lang`, with the same digits in either language.

    Whole numbers get thousands separators; text values are shown as data (`visible`).
    """
    text = gettext(message.text, lang)
    if not message.values:
        return text
    shown = {name: _shown(name, value, lang) for name, value in message.values.items()}
    return text.format(**shown)


def _shown(name: str, value: Value, lang: str) -> "str | _Grouped":
    if isinstance(value, Message):
        return translate(value, lang)
    if isinstance(value, str):
        return visible(value)
    return _Grouped(value) if name not in _PLAIN else str(value)


class _Grouped(int):
    """A whole number that prints as `482,613` unless the sentence asks for something else."""

    def __format__(self, spec: str) -> str:
        return int.__format__(self, spec or ",")


@cache
def _chinese() -> GNUTranslations:
    path = LOCALE / "zh" / "LC_MESSAGES" / f"{DOMAIN}.mo"
    with path.open("rb") as compiled:
        return GNUTranslations(compiled)
