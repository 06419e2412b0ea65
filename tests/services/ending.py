"""Processes that tests start end with the tests, also where the tests are killed."""

import ctypes
import os
import signal
import sys
from collections.abc import Callable

PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None)


def with_the_tests() -> Callable[[], None]:
    """For `preexec_fn`: Linux kills the new process when the one that starts it ends.

    It holds across exec, and is not passed on: what the new process starts is its own affair. A
    driver of Spark ends with the Python that started it, and executors end with their worker.
    """
    starting = os.getpid()

    def end_with() -> None:
        if sys.platform == "linux":
            _LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
            if os.getppid() != starting:  # it ended before this was asked for
                os.kill(os.getpid(), signal.SIGKILL)

    return end_with
