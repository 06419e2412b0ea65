"""Text from data made fit to be shown: nothing hidden, nothing endless."""

import json
import unicodedata

LIMIT = 300
"""Code points of one value that are shown; the rest is counted."""

_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def visible(text: str, limit: int = LIMIT) -> str:
    """`text` with every control, direction and unassigned character named, cut at `limit`.

    A terminal escape, a right-to-left override or a line feed in a file name would otherwise change
    how the text around it reads.
    """
    shown = text if len(text) <= limit else text[:limit]
    if not shown.isprintable():
        shown = "".join(_named(char) for char in shown)
    return shown if len(text) <= limit else f"{shown}… (+{len(text) - limit})"


def visible_json(document: str) -> str:
    """The same JSON document, with every such character in its strings written as an escape."""
    return "".join(
        char if char in "\n " or char.isprintable() else json.dumps(char)[1:-1] for char in document
    )


def _named(char: str) -> str:
    hidden = unicodedata.category(char) in _HIDDEN
    return f"⟨U+{ord(char):04X}⟩" if hidden else char
