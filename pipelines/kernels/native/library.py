"""The compiled library, loaded once a process; its functions release the GIL while they run."""

import ctypes
import functools
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipelines.kernels.native.build import build, levels, library_path
from pipelines.model.errors import ConfigError
from pipelines.model.message import msg
from pipelines.model.telling import tell

Native = Callable[..., int]


def native(name: str, result: type | None = ctypes.c_int64) -> Native:
    """The function `name` of the library; integers and `pointer`s go in.

    Raises:
        ConfigError: the library is not there and cannot be compiled.
    """
    return _native(name, result, best_level())


@functools.cache
def _native(name: str, result: type | None, level: str) -> Native:
    function = getattr(_library(level), name)
    function.restype = result
    return function  # type: ignore[no-any-return]  # ctypes makes them as they are asked for


def pointer(array: NDArray[np.generic]) -> ctypes.c_void_p:
    """The address of the first value of a contiguous `array`, which it keeps alive.

    Raises:
        ValueError: its values do not lie one after the other.
    """
    if not array.flags.c_contiguous:
        raise ValueError("a kernel reads values that lie one after the other")
    address = ctypes.c_void_p(array.ctypes.data)
    # an array made for one call would be gone before the call
    address.array = array  # type: ignore[attr-defined]
    return address


def whole(number: int) -> ctypes.c_int64:
    """A whole number as a kernel takes it."""
    return ctypes.c_int64(number)


@functools.cache
def best_level() -> str:
    """The instruction set whose library this process uses."""
    return levels()[0]


def require_library() -> None:
    """This process has the library, and those it starts will find it: it is compiled by now.

    Raises:
        ConfigError: the library is not there and cannot be compiled.
    """
    _library(best_level())


@functools.cache
def _library(level: str) -> ctypes.CDLL:
    return ctypes.CDLL(str(_found(level)))


def _found(level: str) -> Path:
    """The library, compiled now where installation has not done it."""
    own = cache_folder()
    for folder in (None, own):
        path = library_path(level, folder)
        if path.exists():
            return path
    tell(msg("compiling the kernels for this machine (once) …"))
    problem: Exception = FileNotFoundError()
    for folder in (None, own):
        try:
            return build(level, folder)
        except (OSError, subprocess.CalledProcessError) as error:
            problem = error
    raise ConfigError(
        msg("the compiled kernels are not installed and cannot be made here"),
        advice=msg(
            "install a compiler (pip install ziglang), then run "
            "python -m pipelines.kernels.native.build"
        ),
    ) from problem


def cache_folder() -> Path:
    """Where this user's libraries and tables are kept when the package cannot be written."""
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base) / "training-data-audit"
