"""A rest for the garbage collector while modules are imported, and of what they are afterwards."""

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager

_COUNTING = "duckdb"
"""Counts, when the process ends, what is left of it, and writes of that on stderr."""


@contextmanager
def uncollected() -> Iterator[None]:
    """Nothing is looked through for garbage: an import makes objects by the million, which stay.

    To look through them again and again is an eighth of what a large import costs. Nor are they
    looked through later, or when the process ends: to take apart what is of no use any more took a
    second after Great Expectations had been imported. That holds unless DuckDB came first.
    """
    collected = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collected:
            gc.enable()
    if _COUNTING not in sys.modules:
        gc.freeze()
