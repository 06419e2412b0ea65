"""One support dialogue."""

import json
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialogue:
    """One record, with the personal value that was put into its `input`, if any."""

    id: str
    instruction: str
    input: str
    output: str
    lang: str
    source: str
    subject: str | None = None
    kind: str = ""
    value: str = ""

    def line(self) -> str:
        """The record as it stands in the data file."""
        names = ("id", "instruction", "input", "output", "lang", "source", "subject")
        return json.dumps({name: getattr(self, name) for name in names}, ensure_ascii=False)
