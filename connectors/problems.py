"""What is wrong with a file of declarations, gathered so that one run names several faults."""

from dataclasses import dataclass

from pipelines.model.errors import ConfigError
from pipelines.model.message import Message, msg

MOST = 10
"""Faults that are listed; a file with more has usually one cause."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One fault: the field and line it is at, what is wrong, and what to do."""

    field: str
    """Empty where the fault is of the whole file or line."""
    line: int | None
    what: Message
    advice: Message


class Problems:
    """The faults of one file. Gathering more than MOST of them raises at once."""

    def __init__(self, file: str) -> None:
        self.file = file
        self._found: list[Problem] = []

    def __bool__(self) -> bool:
        return bool(self._found)

    def add(self, field: str, line: int | None, what: Message, advice: Message) -> None:
        """One more fault.

        Raises:
            ConfigError: when that makes MOST.
        """
        self._found.append(Problem(field=field, line=line, what=what, advice=advice))
        if len(self._found) >= MOST:
            self.check()

    def add_error(self, field: str, line: int | None, error: ConfigError) -> None:
        """The fault that `error` names, at a place in this file."""
        self.add(field, line, error.message, error.advice)

    def check(self) -> None:
        """Nothing, when nothing was found.

        Raises:
            ConfigError: with every fault, in the order of the lines.
        """
        if not self._found:
            return
        found = sorted(self._found, key=lambda problem: problem.line or 0)
        if len(found) == 1:
            raise ConfigError(self._sentence(found[0]), advice=found[0].advice)
        lines = [
            msg("{problem}. {advice}", problem=self._sentence(problem), advice=problem.advice)
            for problem in found
        ]
        raise ConfigError(
            one_a_line(lines),
            advice=msg("correct these places in {file}, then run it again", file=self.file),
        )

    def _sentence(self, problem: Problem) -> Message:
        if not problem.field:
            return place(self.file, problem.line, problem.what)
        what = msg("{field}: {problem}", field=problem.field, problem=problem.what)
        return place(self.file, problem.line, what)


def place(file: str, line: int | None, what: Message) -> Message:
    """`what` with the place it is at in front."""
    if line is None:
        return msg("{file}: {problem}", file=file, problem=what)
    return msg("{file}, line {line}: {problem}", file=file, line=line, problem=what)


def one_a_line(messages: list[Message]) -> Message:
    """The messages as one, a line each; each is still said in its own words in every language."""
    joined = messages[-1]
    for message in reversed(messages[:-1]):
        joined = msg("{first}\n{rest}", first=message, rest=joined)
    return joined


def stop(file: str, line: int | None, what: Message, advice: Message) -> ConfigError:
    """The error for a fault that leaves nothing else to look at; the caller raises it."""
    return ConfigError(place(file, line, what), advice=advice)
