"""Which sketch a signature or a band key belongs to: the name that travels with the evidence."""

from dataclasses import dataclass
from enum import StrEnum

from pipelines.kernels.shingles import SPEC as SHINGLES
from pipelines.kernels.shingles import WORDS
from pipelines.model.errors import EvidenceError
from pipelines.model.evidence import BANDS
from pipelines.model.message import msg

ROWS = 6
"""Signature values in a band: 21 x 6 of 128 values find a pair of J = 0.8 with P > 0.998."""


class Scheme(StrEnum):
    """How the values of a signature are made from the hashes of the shingles."""

    AFFINE32 = "affine32"
    """Bit-identical to datasketch 2: every value its own permutation a*h + b modulo 2**32."""
    SPLIT = "tda-split-1"
    """Each shingle falls into one of the values; a value that got none takes its own minimum."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SketchSpec:
    """All that decides a signature; two signatures compare only under equal specs."""

    scheme: Scheme = Scheme.SPLIT
    seed: int = 1
    num_perm: int = 128
    shingles: str = SHINGLES
    bands: int = BANDS
    rows: int = ROWS

    def __post_init__(self) -> None:
        """Raises ValueError for a spec no signature can have."""
        if self.num_perm not in {1 << bits for bits in range(1, 13)}:
            raise ValueError("num_perm must be a power of two from 2 to 4096")
        if self.bands < 1 or self.rows < 1 or self.bands * self.rows > self.num_perm:
            raise ValueError("bands times rows must fit into num_perm")
        if self.shingles not in {SHINGLES, WORDS}:
            raise ValueError(f"no kernel makes shingles {self.shingles!r}")

    @property
    def name(self) -> str:
        """For example `tda-split-1/seed1/k128/char5-nfkc-casefold-ws1/b21r6`."""
        return (
            f"{self.scheme}/seed{self.seed}/k{self.num_perm}/{self.shingles}"
            f"/b{self.bands}r{self.rows}"
        )


DEFAULT = SketchSpec()
"""The sketch of the `bands` column of the records tables."""


WORD = SketchSpec(shingles=WORDS)
"""The same over words (`kernels.units`); its keys never meet those of DEFAULT in one comparison."""


def require_same(ours: str, theirs: str) -> None:
    """Nothing, where both names are the same sketch.

    Raises:
        EvidenceError: The names differ, so that equal values would mean nothing.
    """
    if ours != theirs:
        raise EvidenceError(
            msg(
                "sketches of two kinds cannot be compared: {ours} and {theirs}",
                ours=ours,
                theirs=theirs,
            ),
            advice=msg("scan both datasets again with this version of tda"),
        )
