"""Fingerprints by which texts in memory are told apart, under keys that nobody else has.

SHA-256 names a text for everybody, and evidence keeps it. Where equality is asked once and then
forgotten, 128 bits under secret keys tell as much at a tenth of the cost: `native/fingerprint.c`.
"""

import secrets

import numpy as np
from numpy.typing import NDArray

from pipelines.kernels.native.library import native, pointer, whole
from pipelines.kernels.normalise import NormalText

_KEYS = np.dtype([("keys", "<u4", 1024 + 8), ("factors", "<u8", 2)])
_PRIME = 2**61 - 1


class Fingerprints:
    """Fingerprints under keys of their own; those of another object mean something else."""

    def __init__(self) -> None:
        """Draws the keys."""
        self._keys = np.frombuffer(secrets.token_bytes(_KEYS.itemsize), _KEYS).copy()
        self._keys["factors"] = [[secrets.randbelow(_PRIME - 1) + 1 for _ in range(2)]]

    @property
    def address(self) -> int:
        """Of `fingerprint_keys`, while this object lives."""
        return int(self._keys.ctypes.data)

    def of(self, normal: NormalText) -> NDArray[np.int64]:
        """The fingerprint of each normal text, shape (n, 2)."""
        out = np.empty((len(normal.offsets) - 1, 2), np.int64)
        native("tda_fingerprints", None)(
            pointer(normal.points),
            pointer(normal.offsets),
            whole(len(out)),
            pointer(self._keys),
            pointer(out),
        )
        return out
