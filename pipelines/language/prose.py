"""Prose in docstrings: paragraphs are what is translated, examples are shown as they stand."""

from inspect import cleandoc

EXAMPLE = "Example: "
"""What a paragraph begins with that is a command to be typed, in no language."""


def paragraphs(text: str) -> list[str]:
    """The paragraphs of a docstring, each on one line."""
    return [" ".join(part.split()) for part in cleandoc(text).split("\n\n") if part.strip()]
