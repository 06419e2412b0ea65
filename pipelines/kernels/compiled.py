"""Numba's compiler with this project's options, typed so that mypy still sees our signatures."""

from collections.abc import Callable
from typing import TypeVar, cast

import numba

Kernel = TypeVar("Kernel", bound=Callable[..., object])


def compiled(function: Kernel) -> Kernel:
    """`function` as machine code that releases the GIL, kept on disk between processes.

    The code is cached beside the module, or in the user's cache folder where the module's folder
    is read-only, or in `$NUMBA_CACHE_DIR`; where none of them can be written it is compiled anew
    in each process.
    """
    try:
        return cast("Kernel", numba.njit(nogil=True, cache=True)(function))
    except RuntimeError:
        # numba says so when it finds no writable place for its cache
        return cast("Kernel", numba.njit(nogil=True)(function))
