"""Ending `tda audit` with SIGKILL at a named point: python killed_at.py POINT WHEN ARG…

POINT is `module:attribute` or `module:Class.method`. WHEN is `3`, the third call of it does not
happen, or `3+`, the third call happens and nothing after it.
"""

import importlib
import os
import signal
import sys


def arm(point: str, when: str) -> None:
    module_name, _, path = point.partition(":")
    holder = importlib.import_module(module_name)
    *steps, name = path.split(".")
    for step in steps:
        holder = getattr(holder, step)
    original = getattr(holder, name)
    nth, after = int(when.rstrip("+")), when.endswith("+")
    calls = 0

    def deadly(*args: object, **kwargs: object) -> object:
        nonlocal calls
        calls += 1
        if calls == nth and not after:
            os.kill(os.getpid(), signal.SIGKILL)
        result = original(*args, **kwargs)
        if calls == nth:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    setattr(holder, name, deadly)


if __name__ == "__main__":
    arm(sys.argv[1], sys.argv[2])
    from pipelines.cli import main

    main(sys.argv[3:])
