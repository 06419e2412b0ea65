"""The page of `--help`, in the language of `--lang`, of `TDA_LANG` or of the locale.

Typer has its words in English only, measures Han characters as one column and cuts summaries.
Names of options, placeholders and values are the same in every language.
"""

import os
import re
import shutil
from collections.abc import Iterator, Sequence
from typing import get_args

from typer.core import TyperArgument, TyperCommand, TyperGroup, TyperOption

from pipelines.language.catalogue import Language, translate
from pipelines.language.catalogue import gettext as said
from pipelines.language.choice import choose_language
from pipelines.language.prose import EXAMPLE, paragraphs
from pipelines.language.width import columns_of
from pipelines.language.wrapping import filled, wrapped
from pipelines.model.message import Message, msg

COLUMNS = 80
"""A page is no wider, however wide the terminal is: long lines are hard to read."""

NARROWEST = 50

_WORD = re.compile(r'(?:"[^"]*"|\S)+')
"""A word of a command line: what stands in quotes is not broken."""

NAMES = 30
"""Columns the names of options may take beside their text; a longer one has a line of its own."""


def help_page(command: TyperCommand | TyperGroup, path: str, lang: str | None) -> str:
    """The help of `command`, which is typed as `path`, without a line feed at its end.

    Raises:
        ConfigError: `lang`, or else TDA_LANG, is a language that is not spoken here.
    """
    language = choose_language(lang, os.environ)
    width = max(min(shutil.get_terminal_size().columns, COLUMNS), NARROWEST) - 2
    return "\n".join(_lines(command, path, language, width))


def _lines(
    command: TyperCommand | TyperGroup, path: str, lang: Language, width: int
) -> Iterator[str]:
    group = isinstance(command, TyperGroup)
    arguments = [one for one in command.params if isinstance(one, TyperArgument)]
    options = [one for one in command.params if isinstance(one, TyperOption)]
    yield from _usage(path, arguments, lang, width, group=group)
    for paragraph in paragraphs(command.help or ""):
        yield ""
        yield from _paragraph(paragraph, lang, width)
    names = [(_placeholder(one), _about(one, lang)) for one in arguments]
    yield from _section(msg("Arguments:"), names, lang, width)
    names = [(_names(one, lang), _about(one, lang)) for one in options]
    names.append(("-h, --help", translate(msg("Show this page."), lang)))
    yield from _section(msg("Options:"), names, lang, width)
    if isinstance(command, TyperGroup):
        names = [(name, _summary(one.help or "", lang)) for name, one in command.commands.items()]
        yield from _section(msg("Commands:"), names, lang, width)


def _usage(
    path: str, arguments: Sequence[TyperArgument], lang: Language, width: int, *, group: bool
) -> Iterator[str]:
    words = [translate(msg("[OPTIONS]"), lang), *map(_placeholder, arguments)]
    if group:
        words.append(translate(msg("COMMAND …"), lang))
    yield from _hanging(f"{_label(msg('Usage:'), lang)}{path} ", words, width)


def _paragraph(text: str, lang: Language, width: int) -> Iterator[str]:
    """A paragraph, or an example whose broken lines can be typed as they are."""
    if not text.startswith(EXAMPLE):
        yield from ("  " + line for line in wrapped(said(text, lang), width - 2))
        return
    words = _WORD.findall(text.removeprefix(EXAMPLE))
    *broken, last = _hanging(f"  {_label(msg('Example:'), lang)}", words, width - 2)
    yield from (f"{line} \\" for line in broken)
    yield last


def _section(
    title: Message, rows: Sequence[tuple[str, str]], lang: Language, width: int
) -> Iterator[str]:
    """Names on the left and what they are on the right; nothing where there are no names."""
    if not rows:
        return
    yield ""
    yield translate(title, lang)
    left = min(max(columns_of(name) for name, _ in rows), NAMES) + 2
    for name, text in rows:
        first, *rest = wrapped(text, width - left - 2) or [""]
        room = left - columns_of(name)
        if room < 2:
            yield f"  {name}"
            yield " " * (left + 2) + first
        else:
            yield f"  {name}{' ' * room}{first}".rstrip()
        yield from (" " * (left + 2) + line for line in rest)


def _label(word: Message, lang: Language) -> str:
    """The word before what it names; a colon of Chinese brings its own space."""
    said_so = translate(word, lang)
    return said_so if lang is Language.ZH else f"{said_so} "


def _hanging(label: str, words: Sequence[str], width: int) -> Iterator[str]:
    """The words after `label`, further lines below the first of them."""
    left = columns_of(label)
    first, *rest = filled([(word, True) for word in words], width - left)
    yield label + first
    yield from (" " * left + line for line in rest)


def _placeholder(argument: TyperArgument) -> str:
    return argument.metavar or argument.name.upper()


def _names(option: TyperOption, lang: Language) -> str:
    names = ", ".join(sorted(option.opts, key=len))
    return names if option.is_flag else f"{names} {_kind(option, lang)}"


def _kind(option: TyperOption, lang: Language) -> str:
    """What is to be written after the name."""
    if option.metavar:
        return option.metavar
    annotation = option.type_descriptor.annotation
    kinds = {one.__name__ for one in (annotation, *get_args(annotation)) if isinstance(one, type)}
    if "Path" in kinds:
        return translate(msg("<path>"), lang)
    return translate(msg("<number>") if "int" in kinds else msg("<text>"), lang)


def _about(parameter: TyperArgument | TyperOption, lang: Language) -> str:
    """What the option or argument is, then its default, its range, and whether it has to be."""
    more = []
    if parameter.default not in (None, "", False, ()):
        default = str(parameter.default)
        more.append(translate(msg("default: {value}", value=default), lang))
    if isinstance(parameter, TyperOption) and (limits := _limits(parameter)):
        more.append(limits)
    if parameter.required:
        more.append(translate(msg("required"), lang))
    text = said(parameter.help or "", lang)
    return f"{text}  [{'; '.join(more)}]" if more else text


def _limits(option: TyperOption) -> str:
    least, most = option.min, option.max
    if most is None:
        return "" if least is None else f"≥ {least}"
    return f"≤ {most}" if least is None else f"{least}–{most}"


def _summary(text: str, lang: Language) -> str:
    """The first sentence of a help."""
    first = said(paragraphs(text)[0], lang)
    for end in (". ", "。"):
        head, mark, tail = first.partition(end)
        if tail:
            return head + mark.strip()
    return first
