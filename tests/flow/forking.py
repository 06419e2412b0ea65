"""Runs `tda` again and again without importing it each time: one JSON job a line on stdin.

Most of a short audit is the import of Great Expectations and its like. This process imports them
once, and forks a process of its own for each job: one that can be killed like any other. It has
started no thread when it forks, which its first line tells.
"""

import importlib
import json
import os
import sys
import traceback
from pathlib import Path

from killed_at import arm

import expectations.gx
from pipelines.cli import main


def carry_out(job: dict) -> None:
    for target, path in ((0, os.devnull), (1, job["stdout"]), (2, job["stderr"])):
        os.dup2(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), target)
    os.environ.update(job["environment"])
    if job["kill"]:
        arm(*job["kill"])
    main(job["arguments"])


def say(**fact: object) -> None:
    sys.stdout.write(json.dumps(fact) + "\n")
    sys.stdout.flush()


def threads() -> list[str]:
    """Names of the threads beside the first; jemalloc looks after its own when it forks."""
    others = [task for task in Path("/proc/self/task").iterdir() if task.name != str(os.getpid())]
    names = [(task / "comm").read_text().strip() for task in others]
    return [name for name in names if name != "jemalloc_bg_thd"]


if __name__ == "__main__":
    expectations.gx._great_expectations()  # the slow one, otherwise imported when it is needed
    importlib.import_module("pipelines.cli.auditing")
    say(threads=threads())
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            code = 70
            try:
                carry_out(json.loads(line))
            except SystemExit as ended:
                code = ended.code if isinstance(ended.code, int) else 0
            except BaseException:
                traceback.print_exc()
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)
        status = os.waitpid(child, 0)[1]
        say(code=os.waitstatus_to_exitcode(status))
