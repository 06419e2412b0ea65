"""Who carries out a run, and whether that process is gone."""

import os
import socket
from pathlib import Path


def this_process() -> str:
    """The owner of a run that this process carries out: host, process id, start of the process."""
    return f"process:{socket.gethostname()}:{os.getpid()}:{_started(os.getpid())}"


def is_gone(owner: str) -> bool:
    """Whether `owner` was a process of this machine that no longer runs.

    False for whatever cannot be known from here: another host, another scheduler.
    """
    kind, _, rest = owner.partition(":")
    host, _, process = rest.rpartition(":")[0].rpartition(":")
    started = rest.rpartition(":")[2]
    if kind != "process" or host != socket.gethostname() or not process.isdigit():
        return False
    return _started(int(process)) != started


def _started(process: int) -> str:
    """Start time of a process in clock ticks since boot; empty when there is no such process."""
    try:
        text = Path(f"/proc/{process}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    fields = text.rpartition(")")[2].split()
    # field 3 is the state: a zombie has ended and only waits to be collected
    return "" if fields[0] == "Z" else fields[19]
