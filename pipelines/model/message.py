"""A sentence for a person, kept apart from its language."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Union

Value = Union[str, int, "Message"]
"""What fills a named field; a Message is said in the language of the sentence around it."""


@dataclass(frozen=True, slots=True)
class Message:
    """An English sentence with named fields, and the values of those fields.

    The English text is also the key under which `pipelines.language` finds the Chinese one.
    """

    text: str
    values: Mapping[str, Value] = field(default_factory=dict)

    def __str__(self) -> str:
        """The sentence in English."""
        return self.text.format(**self.values) if self.values else self.text


def msg(text: str, /, **values: Value) -> Message:
    """The message `text` filled with `values`; the one call the catalogue extraction looks for."""
    return Message(text, values)
