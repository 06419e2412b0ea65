"""Who carries out a run or writes a temporary file, and whether that process is gone."""

import hashlib
import os
import re
import secrets
import socket
from functools import cache
from pathlib import Path

OWNER_CHARS = 200
"""Room for an owner in the store."""

_STAMP = re.compile(r"m([0-9a-f]{8})-(\d{1,10})-(\d{1,20})")


def this_process() -> str:
    """The owner of a run that this process carries out: place, process id, start of the process.

    The place is host and process namespace, for two containers may bear one host name; where there
    are no namespaces it is the host alone.
    """
    return ":".join(["process", *_place(), str(os.getpid()), _started(os.getpid())])


def kept_owner(owner: str) -> str:
    """`owner` as the store keeps it: a long one cut short, and still like no other.

    Airflow allows ids of a DAG and of a DAG run of 250 characters each.
    """
    if len(owner) <= OWNER_CHARS:
        return owner
    short = hashlib.sha256(owner.encode("utf-8", "surrogatepass")).hexdigest()[:32]
    return f"{owner[: OWNER_CHARS - 33]}~{short}"


def is_gone(owner: str) -> bool:
    """Whether `owner` was a process of this machine that no longer runs.

    False for whatever cannot be known from here: another host, container or scheduler. An owner
    recorded by an older release names no namespace, and is looked for in this one.
    """
    kind, *rest = owner.split(":")
    if kind != "process" or len(rest) < 3:
        return False
    *place, process, started = rest
    if place not in (_place(), _place()[:1]) or not process.isdigit():
        return False
    return _started(int(process)) != started


def stamp() -> str:
    """This process in the name of a temporary file: `m<machine>-<process id>-<start>`."""
    return f"m{_machine()}-{os.getpid()}-{_begun(os.getpid())}"


def temporary_name() -> str:
    """A name no other file has, hidden, from which one can tell who writes it."""
    return f".tmp-{stamp()}-{secrets.token_hex(6)}"


def writer_is_gone(name: str) -> bool | None:
    """Whether the process stamped in `name` no longer runs; None where that is not known here.

    It is not known when the name has no stamp, or one of another machine, container or boot.
    """
    found = _STAMP.search(name)
    if found is None or found.group(1) != _machine():
        return None
    return _started(int(found.group(2))) != found.group(3)


@cache
def _machine() -> str:
    """Eight hex digits for what process ids are counted in: host, boot and process namespace."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        boot = ""
    return hashlib.sha256(f"{socket.gethostname()}\n{boot}\n{_space()}".encode()).hexdigest()[:8]


def _place() -> list[str]:
    """What process ids are counted in: the host, and on Linux the number of the namespace."""
    number = _space().removeprefix("pid:[").removesuffix("]")
    return [socket.gethostname(), number] if number else [socket.gethostname()]


def _space() -> str:
    """The process namespace as Linux calls it, `pid:[<number>]`; empty elsewhere."""
    try:
        return str(Path("/proc/self/ns/pid").readlink())
    except OSError:
        return ""


@cache
def _begun(process: int) -> str:
    """`_started` of the process that asks: it does not change, and a forked one has its own id."""
    return _started(process)


def _started(process: int) -> str:
    """Start time of a process in clock ticks since boot; empty when there is no such process."""
    try:
        text = Path(f"/proc/{process}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    fields = text.rpartition(")")[2].split()
    # field 3 is the state: a zombie has ended and only waits to be collected
    return "" if fields[0] == "Z" else fields[19]
