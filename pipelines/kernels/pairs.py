"""The exact Jaccard similarities of many pairs of texts, in one go."""

import numpy as np
from numpy.typing import NDArray

from pipelines.kernels.jaccard import ShingleTable, shingle_table
from pipelines.kernels.native.library import native, pointer, whole
from pipelines.kernels.normalise import NormalText
from pipelines.kernels.shingles import SIZE


def similarities(
    normal: NormalText,
    left: NDArray[np.int64],
    right: NDArray[np.int64],
    *,
    table: ShingleTable | None = None,
) -> NDArray[np.float64]:
    """`jaccard.similarity` of the texts left[i] and right[i] of a block, for each i.

    It costs least where pairs with the same left text stand together: that text is then put into
    the table once.

    Raises:
        ValueError: A text is shorter than a shingle.
    """
    lengths = np.diff(normal.offsets)
    longest = max(int(lengths[left].max(initial=0)), int(lengths[right].max(initial=0)))
    shortest = min(int(lengths[left].min(initial=SIZE)), int(lengths[right].min(initial=SIZE)))
    if shortest < SIZE:
        raise ValueError("a text shorter than a shingle is compared for equality only")
    table = table or shingle_table(longest)
    described = np.array(table.described(), np.int64)  # lives, as all below, until the call is over
    left, right = np.ascontiguousarray(left, np.int64), np.ascontiguousarray(right, np.int64)
    shared, together = np.empty(len(left), np.int64), np.empty(len(left), np.int64)
    native("tda_shared_by_pairs", None)(
        pointer(described),
        pointer(normal.points),
        pointer(normal.offsets),
        pointer(left),
        pointer(right),
        whole(len(left)),
        pointer(shared),
        pointer(together),
    )
    found: NDArray[np.float64] = shared / together
    return found
