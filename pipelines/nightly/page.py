"""The digest of a night as one small self-contained page: no script, and no request leaves it."""

from importlib.resources import files

from markupsafe import Markup

from pipelines.language.catalogue import Language, translate
from pipelines.language.visible import visible
from pipelines.model.message import Message, msg
from pipelines.model.nightly import Night
from pipelines.nightly.digest import (
    QUIET,
    Line,
    Section,
    headlines,
    moment_text,
    quiet,
    sections,
)
from pipelines.report.marks import SYMBOLS
from pipelines.report.words import GATES

_PAGE = Markup("""<!doctype html>
<html lang="{lang}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; \
img-src data:; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>{title} · {at}</title>
<style>{style}</style>
</head>
<body>
{symbols}
<header class="top">
<div class="brand"><span>tda · {title}</span><a class="noprint" href="{other_file}" \
hreflang="{other}" lang="{other}">{other_name}</a></div>
<h1>{at}</h1>
<p class="q"><code>{sweep}</code></p>
{headlines}
</header>
<main id="main">
{sections}
</main>
</body>
</html>
""")
_SECTION = Markup(
    "<section><h2>{} <small>{}</small></h2>\n<table><tbody>{}</tbody></table></section>"
)
_P, _LI = Markup("<p>{}</p>"), Markup("<li>{}</li>")
_NAMES = {Language.ZH: "中文", Language.EN: "English"}
_STYLES = ("base.css", "parts.css", "media.css")


def digest_page(night: Night, lang: str, *, stem: str) -> str:
    """The page in `lang`, linked to the one in the other language beside it."""
    language = Language(lang)
    other = Language.EN if language is Language.ZH else Language.ZH

    def say(message: Message) -> str:
        return translate(message, language)

    found = sections(night)
    nothing = _each(_P, [say(QUIET)] if quiet(night) else [])
    return str(
        _PAGE.format(
            lang=language.value,
            other=other.value,
            other_name=_NAMES[other],
            other_file=f"{stem}.{other.value}.html",
            title=say(msg("Nightly audit")),
            at=moment_text(night.at),
            sweep=night.sweep,
            style=_style(night.sweep),
            symbols=SYMBOLS,
            headlines=_each(_P, [say(line) for line in headlines(night)]),
            sections=Markup("\n").join(_section(one, language) for one in found) or nothing,
        )
    )


def _section(section: Section, language: Language) -> Markup:
    return _SECTION.format(
        translate(section.title, language),
        len(section.lines),
        Markup("\n").join(_row(line, language) for line in section.lines),
    )


def _row(line: Line, language: Language) -> Markup:
    mark = Markup("")
    if line.gate is not None:
        word = GATES[line.gate]
        mark = Markup('<svg class="m {}" aria-hidden="true"><use href="#{}"/></svg> ').format(
            word.tone, word.mark
        )
    said = _each(_LI, [translate(part, language) for part in line.parts])
    return Markup('<tr><th scope="row">{}{}</th><td><ul class="plain">{}</ul></td></tr>').format(
        mark, visible(line.dataset), said
    )


def _each(template: Markup, texts: list[str]) -> Markup:
    return Markup("").join(template.format(text) for text in texts)


def _style(foot: str) -> Markup:
    folder = files("pipelines.report") / "templates"
    sheets = "\n".join((folder / name).read_text(encoding="utf-8") for name in _STYLES)
    # the id of a sweep is letters, digits and hyphens
    return Markup(sheets.replace("var(--foot)", f'"{foot}"'))  # noqa: S704  ours
