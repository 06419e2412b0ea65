"""Columns of a terminal: a Han character takes two, a combining mark none."""

import unicodedata
from collections.abc import Sequence


def columns_of(text: str) -> int:
    """How many columns `text` takes."""
    return sum(
        0 if unicodedata.combining(char) else 1 + (unicodedata.east_asian_width(char) in "WF")
        for char in text
    )


def table(rows: Sequence[Sequence[str]], *, left: int) -> list[str]:
    """The rows with their cells under each other: the first `left` to the left, else to the right.

    Characters of two columns are why `str.ljust` and `str.rjust` cannot do it.
    """
    widths = [max(map(columns_of, column)) for column in zip(*rows, strict=True)]
    return ["  ".join(_padded(row, widths, left)).rstrip() for row in rows]


def _padded(row: Sequence[str], widths: Sequence[int], left: int) -> list[str]:
    cells = []
    for place, (cell, width) in enumerate(zip(row, widths, strict=True)):
        room = " " * (width - columns_of(cell))
        cells.append(cell + room if place < left else room + cell)
    return cells
