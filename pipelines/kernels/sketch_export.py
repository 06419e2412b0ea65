"""Signatures as the objects of datasketch, for whoever queries them with that library."""

import datasketch

from pipelines.kernels.minhash import Signatures
from pipelines.kernels.shingles import SPEC as SHINGLES
from pipelines.kernels.shingles import shingle_hash
from pipelines.kernels.sketch_spec import Scheme


def to_datasketch(signatures: Signatures) -> list[datasketch.MinHash]:
    """Each signature as a datasketch MinHash; its `hashfunc` takes our shingles as str.

    Raises:
        ValueError: They were made by a scheme that datasketch has not, or over other shingles than
            `hashfunc` takes, so the label would be false.
        TypeError: Bare values, which do not say what made them.
    """
    if not isinstance(signatures, Signatures):
        raise TypeError(f"a {type(signatures).__name__} does not say what made its values")
    spec = signatures.spec
    if spec.scheme is not Scheme.AFFINE32:
        raise ValueError(
            f"{spec.scheme} is not a scheme of datasketch; only signatures made by "
            f"{Scheme.AFFINE32} can be exported"
        )
    if spec.shingles != SHINGLES:
        raise ValueError(
            f"signatures over {spec.shingles} cannot be exported: the hash function that goes "
            f"with them takes shingles of {SHINGLES}"
        )
    return [
        datasketch.MinHash(
            hashvalues=row, scheme=spec.scheme.value, seed=spec.seed, hashfunc=shingle_hash
        )
        for row in signatures.values
    ]
