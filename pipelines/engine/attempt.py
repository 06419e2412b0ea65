"""One item of work in a worker process, which imports this and nothing else of the engine."""

import multiprocessing
import os
import signal
import threading
import traceback
from collections.abc import Callable
from pathlib import Path

from pipelines.engine.base import Summary
from pipelines.model.errors import AuditError

_ERROR_LENGTH = 300


def attempt(fn: Callable[[str], Summary], item: str) -> Summary:
    """`fn` of `item`; an error is `{"item": …, "error": …}`."""
    try:
        return fn(item)
    except Exception as error:  # the contract of `map`: one bad item does not end the run
        return {"item": item, "error": _described(error)}


def begin() -> None:
    """A worker process begins: Ctrl-C ends it quietly, and so does the end of its parent."""
    # Ctrl-C reaches the workers too: without this each of them prints a traceback of its own
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    threading.Thread(target=_end_with_the_parent, daemon=True).start()


def _end_with_the_parent() -> None:
    """A parent that was killed told nobody: its workers would wait for work of it for ever."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _described(error: Exception) -> str:
    """Class and message, or class and place: messages of libraries may quote what they read."""
    if isinstance(error, AuditError | OSError | MemoryError):
        text = " ".join(str(error).split())[:_ERROR_LENGTH]
    else:
        frame = traceback.extract_tb(error.__traceback__)[-1]
        text = f"{Path(frame.filename).name}:{frame.lineno}"
    return f"{type(error).__name__}: {text}"
