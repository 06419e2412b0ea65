"""A page read back: its elements with their attributes, and its text line by line."""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"meta", "br", "link", "input", "img", "hr"}
BLOCKS = {
    "p",
    "li",
    "tr",
    "dt",
    "dd",
    "h1",
    "h2",
    "h3",
    "caption",
    "figcaption",
    "div",
    "svg",
    "footer",
}
NUMBER = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?%?|\d+(?:\.\d+)?%?")


@dataclass(kw_only=True)
class Element:
    name: str
    attributes: dict[str, str]
    texts: list[str] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    """Names of the elements inside."""

    @property
    def text(self) -> str:
        return " ".join("".join(self.texts).split())


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[Element] = []
        self.open: list[Element] = []
        self.pieces: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(name=tag, attributes={name: value or "" for name, value in attrs})
        for outer in self.open:
            outer.names.append(tag)
        self.elements.append(element)
        if tag not in VOID:
            self.open.append(element)
        if tag in BLOCKS:
            self.pieces.append("\n")
        if tag in {"td", "th"}:
            self.pieces.append(" | ")
        if "aria-label" in element.attributes:
            self.pieces.append(f"[{element.attributes['aria-label']}] ")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open[-1].name == tag, f"</{tag}> closes <{self.open[-1].name}>"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        for outer in self.open:
            outer.texts.append(data)
        inside = {element.name for element in self.open}
        classes = {element.attributes.get("class", "") for element in self.open}
        if "style" not in inside:
            kept = "time" in inside or "cn" in classes
            self.pieces.append(f"\x00{data}\x00" if kept else data)


def read(html: str) -> list[Element]:
    """Every element in order; fails when one is not closed where it should be."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    assert reader.open == []
    return reader.elements


def lines(html: str) -> list[str]:
    """The words of the page, a block a line."""
    reader = _Reader()
    reader.feed(html)
    text = "".join(reader.pieces).replace("\x00", "")
    kept = (" ".join(line.split()) for line in text.split("\n"))
    return [line for line in kept if line.strip(" |")]


def numbers(html: str) -> list[str]:
    """Every number a reader sees, sorted; without dates and clause names, which are words."""
    reader = _Reader()
    reader.feed(html)
    text = re.sub("\x00[^\x00]*\x00", " ", "".join(reader.pieces))
    return sorted(NUMBER.findall(text))
