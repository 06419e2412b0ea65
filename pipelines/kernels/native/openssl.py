"""The SHA-256 of the OpenSSL that Python's own `hashlib` uses, as addresses for compiled code."""

import ctypes
import functools
import importlib

import numpy as np
from numpy.typing import NDArray

_NAMES = ("SHA256_Init", "SHA256_Update", "SHA256_Final")


@functools.cache
def sha256_addresses() -> NDArray[np.int64] | None:
    """Addresses of the three functions; None where Python hides its OpenSSL.

    A Python with OpenSSL built into it shows none of them: then `hashlib` is called text by text.
    """
    try:
        library = ctypes.CDLL(importlib.import_module("_hashlib").__file__)
        functions = [getattr(library, name) for name in _NAMES]
    except (ImportError, OSError, AttributeError, TypeError):
        return None
    addresses = [ctypes.cast(function, ctypes.c_void_p).value or 0 for function in functions]
    return np.array(addresses, np.int64)
