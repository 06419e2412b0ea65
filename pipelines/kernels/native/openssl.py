"""The SHA-256 of the OpenSSL that Python's own `hashlib` uses, as addresses for compiled code."""

import ctypes
import functools
import importlib

import numpy as np
from numpy.typing import NDArray

from pipelines.kernels.native.library import native

_NAMES = ("SHA256_Init", "SHA256_Update", "SHA256_Final")


def sha256_addresses() -> NDArray[np.int64] | None:
    """Addresses of the three functions; None where Python hides its OpenSSL.

    A Python with OpenSSL built into it shows none of them: then `hashlib` is called text by text.
    A fourth is that of our function for two messages at once, 0 where the processor cannot.
    """
    functions = _openssl()
    return None if functions is None else np.array([*functions, native("tda_sha256_two")()])


@functools.cache
def _openssl() -> tuple[int, ...] | None:
    try:
        library = ctypes.CDLL(importlib.import_module("_hashlib").__file__)
        functions = [getattr(library, name) for name in _NAMES]
    except (ImportError, OSError, AttributeError, TypeError):
        return None
    return tuple(ctypes.cast(function, ctypes.c_void_p).value or 0 for function in functions)
