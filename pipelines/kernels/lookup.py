"""Where a long array has one of a few values: as `numpy.isin` would say, without a sort."""

import secrets

import numpy as np
from numpy.typing import NDArray

from pipelines.kernels.native.library import native, pointer, whole


class Lookup:
    """A set of numbers; some 20 bytes each."""

    def __init__(self, values: NDArray[np.int64]) -> None:
        self._values = np.ascontiguousarray(values)
        self._salt = whole(secrets.randbits(62))
        bits = max(4, int(2 * len(values)).bit_length())
        self._bits = whole(bits)
        self._slots = np.full(1 << bits, -1, np.int32)
        self._marks = np.zeros(1 << (bits - 3), np.uint64)
        native("tda_lookup_fill", None)(
            pointer(self._values),
            whole(len(values)),
            self._salt,
            self._bits,
            pointer(self._slots),
            pointer(self._marks),
        )

    def rows(self, column: NDArray[np.int64]) -> NDArray[np.int64]:
        """The places in `column` of values that are in the set, ascending."""
        column = np.ascontiguousarray(column)
        found = np.empty(len(column), np.int64)
        count = native("tda_lookup")(
            pointer(self._values),
            self._salt,
            self._bits,
            pointer(self._slots),
            pointer(self._marks),
            pointer(column),
            whole(len(column)),
            pointer(found),
        )
        return found[:count].copy()

    def places(self, column: NDArray[np.int64]) -> NDArray[np.int32]:
        """The first place in the set's array of each value of `column`; -1 where there is none."""
        column = np.ascontiguousarray(column)
        found = np.empty(len(column), np.int32)
        native("tda_lookup_places", None)(
            pointer(self._values),
            self._salt,
            self._bits,
            pointer(self._slots),
            pointer(column),
            whole(len(column)),
            pointer(found),
        )
        return found
