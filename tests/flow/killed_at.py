"""Run `tda audit` and end it with SIGKILL at a named point: python killed_at.py POINT NTH ARG…

POINT is `module:attribute` or `module:Class.method`; the NTH call of it does not happen.
"""

import importlib
import os
import signal
import sys


def arm(point: str, nth: int) -> None:
    module_name, _, path = point.partition(":")
    holder = importlib.import_module(module_name)
    *steps, name = path.split(".")
    for step in steps:
        holder = getattr(holder, step)
    original = getattr(holder, name)
    calls = 0

    def deadly(*args: object, **kwargs: object) -> object:
        nonlocal calls
        calls += 1
        if calls == nth:
            os.kill(os.getpid(), signal.SIGKILL)
        return original(*args, **kwargs)

    setattr(holder, name, deadly)


if __name__ == "__main__":
    arm(sys.argv[1], int(sys.argv[2]))
    from pipelines.cli import main

    main(sys.argv[3:])
