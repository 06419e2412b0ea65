"""SVG elements whose every attribute and text is escaped."""

import unicodedata
from collections.abc import Callable

from markupsafe import Markup, escape

from pipelines.language.visible import visible
from pipelines.model.message import Message

Say = Callable[[Message | str], str]
"""A message, or a word that is data, as the reader sees it."""

WIDTH = 356
"""Units of a chart: legible unscaled on a screen of 390 px."""

LABEL = 1_000
"""Code points of a spoken label that are kept."""

_HAN = 11.5
_LATIN = 6.4


def tag(name: str, *content: str, **attributes: str | float | None) -> Markup:
    """The element; `class_` and `text_anchor` become `class` and `text-anchor`."""
    shown = Markup("").join(
        Markup(' {}="{}"').format(key.rstrip("_").replace("_", "-"), number(value))
        for key, value in attributes.items()
        if value is not None
    )
    inner = Markup("").join(_shown(part) for part in content)
    return Markup("<{0}{1}>{2}</{0}>").format(Markup(name), shown, inner)  # noqa: S704  ours


def _shown(part: str) -> Markup:
    return part if isinstance(part, Markup) else escape(visible(part))


def number(value: str | float) -> str:
    """A coordinate with at most one decimal; text as it is."""
    if isinstance(value, str):
        return value
    return f"{value:.1f}".removesuffix(".0")


def chart(height: float, label: str, *content: Markup, width: float = WIDTH) -> Markup:
    """The whole drawing with its spoken label."""
    inner = Markup("").join(content)
    return Markup('<svg viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>').format(
        number(width), number(height), visible(label, LABEL), inner
    )


def text(x: float, y: float, words: str, style: str = "", anchor: str | None = None) -> Markup:
    """Words at a place."""
    return tag("text", words, x=x, y=y, class_=style or None, text_anchor=anchor)


def rect(x: float, y: float, width: float, height: float, style: str) -> Markup:
    """A bar."""
    return tag("rect", x=x, y=y, width=max(width, 0.0), height=height, class_=style)


def line(x1: float, y1: float, x2: float, y2: float, style: str, **more: str) -> Markup:
    """A line."""
    return tag("line", x1=x1, y1=y1, x2=x2, y2=y2, class_=style, **more)


def fit(words: str, units: float) -> str:
    """`words` cut with … so that they take no more than `units` of room."""
    words = visible(words)
    used = 0.0
    for place, char in enumerate(words):
        used += _HAN if unicodedata.east_asian_width(char) in "WF" else _LATIN
        if used > units:
            return f"{words[: max(place - 1, 1)]}…"
    return words


def fit_before(words: str, figure: str, units: float) -> str:
    """`words figure` in no more than `units` of room: the words are cut, never the figure."""
    return f"{fit(words, units - _LATIN * (len(figure) + 1))} {figure}"


def grouped(count: int) -> str:
    """`482,613`."""
    return f"{count:,}"
