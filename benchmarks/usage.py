"""What a process has used: processor seconds and memory. Standard library only, Linux."""

import re
import resource
from pathlib import Path


def cpu_seconds() -> float:
    """User and system seconds of this process, all its threads, and of its ended children."""
    own = resource.getrusage(resource.RUSAGE_SELF)
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime


def peak_bytes() -> int:
    """The most memory this process, or the largest of its ended children, has held at once.

    Not from `getrusage` for the process itself: what that tells begins with the size of the
    process that started this one.
    """
    status = Path("/proc/self/status").read_text(encoding="ascii", errors="replace")
    (own,) = re.findall(r"^VmHWM:\s+(\d+) kB$", status, re.MULTILINE)
    children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    return max(int(own), children) * 1024
