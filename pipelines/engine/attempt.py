"""One item of work in a worker process, which imports this and little else of the engine."""

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable

from pipelines.engine.base import Summary
from pipelines.engine.failure import failure


def attempt(fn: Callable[[str], Summary], item: str) -> Summary:
    """`fn` of `item`, or the `failure` it ended with."""
    try:
        return fn(item)
    except Exception as error:  # the contract of `map`: one bad item does not end the run
        return failure(item, error)


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
