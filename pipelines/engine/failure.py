"""The summary of an item that could not be done: why, for a log and for a reader."""

import traceback
from pathlib import Path

from pipelines.engine.base import Summary
from pipelines.model.errors import AuditError
from pipelines.model.message import Message, msg
from pipelines.model.os_reason import os_reason

_ERROR_LENGTH = 300
_REASON = "reason"


def failure(item: str, error: Exception) -> Summary:
    """`{"item": …, "error": …}`, with the reason for a reader."""
    place = f"{type(error).__name__}: {_place(error)}"
    match error:
        case AuditError():
            return _summary(item, _quoted(error), error.message)
        case OSError(errno=int()):
            return _summary(item, _quoted(error), os_reason(error))
        case MemoryError():
            return _summary(item, _quoted(error), msg("the memory is used up"))
        case OSError():
            return _summary(item, _quoted(error), _fault(place))
    # messages of libraries may quote what they read
    return _summary(item, place, _fault(place))


def killed(item: str, kind: str) -> Summary:
    """The same of an item whose worker process was killed, which the error `kind` told."""
    text = f"{kind}: the worker process was killed"
    return _summary(item, text, msg("the worker process was killed"))


def reason_of(summary: Summary) -> Message:
    """Why the item of `summary` could not be done, to be said in either language."""
    reason = summary.get(_REASON)
    return reason if isinstance(reason, Message) else _fault(str(summary["error"]))


def _summary(item: str, error: str, reason: Message) -> Summary:
    return {"item": item, "error": error, _REASON: reason}


def _fault(place: str) -> Message:
    return msg("a fault in the program: {place}", place=place)


def _quoted(error: Exception) -> str:
    return f"{type(error).__name__}: {' '.join(str(error).split())[:_ERROR_LENGTH]}"


def _place(error: Exception) -> str:
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return f"{Path(frame.filename).name}:{frame.lineno}"
