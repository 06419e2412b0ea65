"""Text broken into lines of a terminal, where Han characters take two columns and have no spaces.

Between two of them a line may end anywhere but before a closing mark and after an opening one
(GB/T 15834; Unicode Standard Annex 14 says the same of these classes).
"""

from collections.abc import Iterable
from unicodedata import east_asian_width

from pipelines.language.width import columns_of

_CLOSING = frozenset("，。、；：？！）》〉」』】〕…,.;:?!)]}%")
_OPENING = frozenset("（《〈「『【〔([{")


def wrapped(text: str, width: int) -> list[str]:
    """`text` in lines of at most `width` columns; a word that is wider has a line of its own."""
    return filled(_words(text), width)


def filled(words: Iterable[tuple[str, bool]], width: int) -> list[str]:
    """The same of words that are not broken, each with whether a space stands before it."""
    lines: list[str] = []
    line, used = "", 0
    for word, space in words:
        gap = 1 if space and line else 0
        needed = columns_of(word)
        if line and used + gap + needed > width:
            lines.append(line)
            line, used, gap = "", 0, 0
        line += " " * gap + word
        used += gap + needed
    return [*lines, line] if line else lines


def _words(text: str) -> list[tuple[str, bool]]:
    """What stays together, and whether a space stands before it."""
    found: list[tuple[str, bool]] = []
    for part in text.split():
        start = 0
        for place in range(1, len(part)):
            if _may_end(part[place - 1], part[place]):
                found.append((part[start:place], start == 0))
                start = place
        found.append((part[start:], start == 0))
    return found


def _may_end(before: str, after: str) -> bool:
    """Whether a line may end between two characters without a space."""
    wide = east_asian_width(before) in "WF" or east_asian_width(after) in "WF"
    return wide and after not in _CLOSING and before not in _OPENING
