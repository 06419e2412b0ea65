"""Runs `tda` again and again without importing it each time: one JSON job a line on stdin.

Most of a short command is the import of what it needs. This process imports it once, and forks a
process of its own for each job: one with the environment, the folder and the streams of the job,
which can be killed like any other. It has started no thread when it forks, which its first line
tells.
"""

import importlib
import json
import os
import signal
import sys
import time
import traceback
from pathlib import Path

from killed_at import arm
from typer._click import _compat, utils

import expectations.gx
from pipelines import cli

IMPORTED = ("pipelines.cli.auditing", "pipelines.cli.comparing", "pipelines.stages.pii_listing")
BROKEN = 70
"""The exit code of a command that ends with a traceback: none that `tda` has."""


def carry_out(job: dict) -> None:
    """The command in this process, which is a new one."""
    for target, path in ((0, os.devnull), (1, job["stdout"]), (2, job["stderr"])):
        os.dup2(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), target)
    os.environ.clear()
    os.environ.update(job["environment"])
    time.tzset()
    os.chdir(job["folder"])
    signal.alarm(job["patience"])  # nothing catches it: a command that hangs is ended by it
    if job["terminal"]:
        as_on_a_terminal()
    if job["kill"]:
        arm(*job["kill"])
    cli.main(job["arguments"])


def as_on_a_terminal() -> None:
    """Into a file Typer writes no escape sequence, and would hide those of a record."""
    utils.should_strip_ansi = _compat.should_strip_ansi = lambda *_: False


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
    for module in (*IMPORTED, *(f"pipelines.cli.{name}" for name in cli.COMMANDS)):
        importlib.import_module(module)
    say(threads=threads())
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            code = BROKEN
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
