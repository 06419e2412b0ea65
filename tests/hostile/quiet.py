"""What no command may do to a terminal, whatever the data it met."""

import re

STEERING = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]")
"""What no text from data may bring to a terminal. A line feed ends our own lines: see `torn`."""


def torn(text: str, hostile) -> list[str]:
    """The lines that begin with the second half of a name: its line feed reached the terminal."""
    halves = tuple(hostile.SECOND_HALVES)
    return [line for line in text.split("\n") if line.lstrip().startswith(halves)]


def assert_quiet(ran, hostile) -> None:
    """Neither output carries text of a record, a steering character or a traceback."""
    for text in (ran.out, ran.err):
        assert not STEERING.search(text), (ran.arguments, STEERING.search(text))
        assert not torn(text, hostile), (ran.arguments, torn(text, hostile))
        assert hostile.CANARY not in text, ran.arguments
        assert not [value for value in hostile.PERSONS if value in text], ran.arguments
    assert "Traceback" not in ran.err
