"""Runs `tda` once for each job on stdin, each in a process forked for it: imports are paid once."""

import importlib
import json
import os
import sys
import tempfile
import traceback
from pathlib import Path

from typer._click import _compat, utils

from pipelines.cli import main

MODULES = ("pipelines.cli.auditing", "pipelines.cli.comparing", "pipelines.stages.pii_listing")


def carry_out(arguments: list[str], lang: str, out: Path, err: Path) -> int:
    """The exit code of the command; what it wrote is in the two files."""
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    os.environ["TDA_LANG"] = lang
    for target, path in ((1, out), (2, err)):
        os.dup2(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), target)
    code = 0
    try:
        main(arguments)
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else 0
    except BaseException:
        traceback.print_exc()
        code = 70
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    for name in MODULES:
        importlib.import_module(name)
    # as on a terminal: into a file Typer writes no escape sequence, and would hide ours
    utils.should_strip_ansi = _compat.should_strip_ansi = lambda *_: False
    results = []
    with tempfile.TemporaryDirectory() as folder:
        for number, (arguments, lang) in enumerate(json.load(sys.stdin)):
            files = [Path(folder, f"{number}.{stream}") for stream in ("out", "err")]
            code = carry_out(arguments, lang, *files)
            results.append([code, *(file.read_bytes().decode("utf-8") for file in files)])
    json.dump(results, sys.stdout)
