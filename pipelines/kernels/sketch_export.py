"""Signatures as the objects of datasketch, for whoever queries them with that library."""

import datasketch
import numpy as np
from numpy.typing import NDArray

from pipelines.kernels.shingles import shingle_hash
from pipelines.kernels.sketch_spec import Scheme, SketchSpec


def to_datasketch(row: NDArray[np.uint32], spec: SketchSpec) -> datasketch.MinHash:
    """One signature as a datasketch MinHash; its `hashfunc` takes our shingles as str.

    Raises:
        ValueError: The scheme is not one of datasketch's, so the label would be false.
    """
    if spec.scheme is not Scheme.AFFINE32:
        raise ValueError(f"{spec.scheme} is not a scheme of datasketch")
    if row.shape != (spec.num_perm,):
        raise ValueError(f"a signature of {spec.num_perm} values was announced, not {row.shape}")
    return datasketch.MinHash(
        hashvalues=row, scheme=spec.scheme.value, seed=spec.seed, hashfunc=shingle_hash
    )
