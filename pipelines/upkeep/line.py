"""One line of `tda doctor`: what was looked at, how it is, and what mends it."""

from dataclasses import dataclass
from enum import StrEnum

from pipelines.model.errors import AuditError
from pipelines.model.message import Message


class State(StrEnum):
    """How something is."""

    OK = "ok"
    NOTE = "note"
    """Worth knowing; nothing that has to be mended."""
    WRONG = "wrong"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One thing that was looked at."""

    check: str
    """A name for scripts: `database`, `keys`, `evidence` …"""
    state: State
    message: Message
    remedy: Message | None = None


def ok(check: str, message: Message) -> Line:
    """`check` is as it should be."""
    return Line(check=check, state=State.OK, message=message)


def note(check: str, message: Message, remedy: Message | None = None) -> Line:
    """Something about `check` worth knowing."""
    return Line(check=check, state=State.NOTE, message=message, remedy=remedy)


def wrong(check: str, message: Message, remedy: Message) -> Line:
    """`check` is not as it should be, and `remedy` mends it."""
    return Line(check=check, state=State.WRONG, message=message, remedy=remedy)


def failed(check: str, error: AuditError) -> Line:
    """`check` came to `error`."""
    return wrong(check, error.message, error.advice)
