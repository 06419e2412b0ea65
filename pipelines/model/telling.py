"""A word to whoever waits, from rooms that know no language: on stderr, in English or as chosen."""

import sys
from collections.abc import Callable

from pipelines.model.message import Message

_spoken: Callable[[Message], str] = str


def speak(spoken: Callable[[Message], str]) -> None:
    """From now on, what this process tells is the text that `spoken` makes of it."""
    global _spoken  # one process speaks one language
    _spoken = spoken


def tell(message: Message) -> None:
    """`message` is a line of stderr; nothing where whoever started us has closed it."""
    if sys.stderr is not None:
        sys.stderr.write(f"tda: {_spoken(message)}\n")
