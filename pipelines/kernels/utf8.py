"""UTF-8 read by compiled kernels."""

import numpy as np
from numpy.typing import NDArray

from pipelines.kernels.compiled import compiled


@compiled
def decode(data: NDArray[np.uint8], at: int) -> tuple[np.int64, int]:
    """The code point whose UTF-8 form begins at `data[at]`, and the number of its bytes."""
    lead = np.int64(data[at])
    if lead < 0x80:
        return lead, 1
    second = np.int64(data[at + 1]) & 63
    if lead < 0xE0:
        return ((lead & 31) << 6) | second, 2
    third = np.int64(data[at + 2]) & 63
    if lead < 0xF0:
        return ((lead & 15) << 12) | (second << 6) | third, 3
    return ((lead & 7) << 18) | (second << 12) | (third << 6) | (np.int64(data[at + 3]) & 63), 4
