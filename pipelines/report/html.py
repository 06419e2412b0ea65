"""The report as one self-contained page: no script, and no request leaves it."""

import re
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from functools import cache
from importlib.resources import files
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from pipelines.language.catalogue import Language, gettext, translate
from pipelines.language.visible import visible
from pipelines.model.message import Message, Value
from pipelines.report import words
from pipelines.report.catalogue_view import Bilingual
from pipelines.report.charts.agreement import NAMES
from pipelines.report.charts.curve import bound
from pipelines.report.charts.svg import Say
from pipelines.report.clauses import clause_label
from pipelines.report.compiled_templates import CompiledTemplates
from pipelines.report.drawings import drawings
from pipelines.report.figures import Share
from pipelines.report.marks import SYMBOLS
from pipelines.report.model import Report
from pipelines.report.words import REASONS, subject, word_or_id

BEIJING = timezone(timedelta(hours=8))
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
STYLES = ("base.css", "parts.css", "media.css")
_COMPILED = CompiledTemplates(Path(__file__).with_name("templates"), Path(__file__))
FILES = {Language.ZH: "report.zh.html", Language.EN: "report.en.html"}
HISTORIES = {Language.ZH: "history.zh.html", Language.EN: "history.en.html"}
"""The runs up to this one, on a page beside the report."""


class Said(str):
    """Words of ours, already in the reader's language; data inside them is already visible."""

    __slots__ = ()


def render_html(report: Report, lang: str) -> str:
    """The page in `lang`; every figure in it is the same in the other language."""
    language = Language(lang)
    say = saying(language)
    other = Language.EN if language is Language.ZH else Language.ZH
    template = environment(language).get_template("report.j2")
    return template.render(
        r=report,
        lang=language.value,
        other=other.value,
        other_file=FILES[other],
        history_file=HISTORIES[language],
        style=style_sheet(
            report.identity.dataset, short(report.identity.version), report.identity.run
        ),
        symbols=SYMBOLS,
        words=words,
        drawings=drawings(report, say),
        figures={figure.id: figure for figure in report.figures},
    )


def saying(language: Language) -> Say:
    """What puts a message, or a word that is data, before a reader of `language`."""

    def say(text: Message | str) -> str:
        return translate(text, language) if isinstance(text, Message) else visible(text)

    return say


@cache
def environment(language: Language) -> Environment:
    """Templates in which everything printed is first made fit to be shown, then escaped."""

    def shown(value: object) -> str:
        return _shown(value, language)

    def translated(text: str, /, **values: Value) -> Said:
        if not values:
            return Said(gettext(text, language))
        return Said(translate(Message(text, values), language))

    environment = Environment(
        loader=PackageLoader("pipelines.report", "templates"),
        autoescape=True,
        finalize=shown,
        undefined=StrictUndefined,
        bytecode_cache=_COMPILED,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["_"] = translated
    environment.globals["share"] = lambda count, base: Share(count=count, base=base)
    environment.globals["known"] = lambda text: gettext(text, language)
    environment.globals["known_name"] = lambda name: word_or_id(NAMES, name)
    environment.globals["clause_label"] = clause_label
    environment.globals["subject"] = subject
    environment.globals["bound"] = bound
    environment.globals["quarantine_reason"] = lambda reason: word_or_id(REASONS, reason)
    environment.filters["moment"] = lambda at: _moment(at, language)
    environment.filters["day"] = lambda at: Said(at.isoformat())
    environment.filters["short"] = short
    environment.filters["ticks"] = lambda words: _ticks(_shown(words, language))
    environment.filters["plainly"] = lambda number: Said(str(number))
    return environment


def _shown(value: object, language: Language) -> str:
    """What a value of the model looks like; the one place where data meets the page."""
    match value:
        case Markup() | Said():
            return value
        case Message():
            return translate(value, language)
        case Bilingual():
            return visible(value.said(language))
        case Share():
            return value.percent or gettext("No result", language)
        case bool() | None:
            raise TypeError("a template printed a truth value or nothing at all")
        case int():
            return f"{value:,}"
        case Decimal() | str():
            return visible(str(value))
        case _:
            raise TypeError(f"a template printed a {type(value).__name__}")


def _ticks(words: str) -> Markup:
    """The words with what stands between backticks set as code."""
    parts = words.split("`")
    if len(parts) % 2 == 0:
        return Markup("{}").format(words)
    return Markup("").join(
        Markup("<code>{}</code>").format(part) if place % 2 else part
        for place, part in enumerate(parts)
    )


def _moment(at: datetime, language: Language) -> Said:
    local = at.astimezone(BEIJING)
    if language is Language.ZH:
        return Said(f"{local:%Y-%m-%d %H:%M}（UTC+8）")
    return Said(f"{local.day} {MONTHS[local.month - 1]} {local:%Y, %H:%M} (UTC+8)")


def short(digest: str | None) -> str:
    """`sha256:9c41e7b2d05f…`: the algorithm and the first 12 digits; the whole is in the JSON."""
    if not digest:
        return "–"
    head, colon, digits = digest.rpartition(":")
    return visible(f"{head}{colon}{digits[:12]}…" if len(digits) > 12 else digest, 80)


def style_sheet(*foot: str) -> Markup:
    """The style of a page, with `foot` in the margin of each printed one."""
    folder = files("pipelines.report") / "templates"
    sheets = "\n".join((folder / name).read_text(encoding="utf-8") for name in STYLES)
    # inside a style sheet only letters that mean nothing to it are let through
    shown = re.sub(r"[^A-Za-z0-9 ._·…:-]", "?", " · ".join(part for part in foot if part))
    return Markup(sheets.replace("var(--foot)", f'"{shown}"'))  # noqa: S704  ours, foot is filtered
