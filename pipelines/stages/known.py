"""Verdicts on record: a group of texts that was judged before is not read and judged again.

Groups are the components of shared band keys; nothing between two of them is ever compared. The
verdicts on one follow from its texts in their order, the threshold and the sketch, and from nothing
else: so they are kept under a digest of these, and hold whatever the files are called, wherever
they stand, and whatever else there is.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from pipelines.kernels.keeping import MOST_KEPT, Judged, Texts, Verdicts, judge
from pipelines.kernels.sketch_spec import DEFAULT
from pipelines.stages.preference import Candidates

LAW = "keeping-1"
"""Raised when `kernels.keeping` gives other verdicts for the same texts."""

VERDICTS = pa.schema(
    [
        ("component_high", pa.int64()),  # 128 bits of SHA-256 over the texts in their order
        ("component_low", pa.int64()),
        ("kept", pa.int32()),  # position of the text it is removed for in its component, else -1
        ("similarity", pa.float64()),
    ]
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """The verdicts on all candidates, from the record or reached now."""

    judged: Judged
    read: int
    """Candidates whose texts were read; the verdicts on the others were on record."""
    table: pa.Table
    """All of them, as a table of VERDICTS."""


class Known:
    """Verdicts by component: those of one stand together, in its order."""

    def __init__(self, table: pa.Table) -> None:
        """`table` is one of VERDICTS, sorted by component."""
        self._high = table["component_high"].to_numpy()
        self._low = table["component_low"].to_numpy()
        self._kept = table["kept"].to_numpy()
        self._similarity = table["similarity"].to_numpy()

    def find(self, digests: NDArray[np.int64], sizes: NDArray[np.int64]) -> NDArray[np.int64]:
        """The row at which the verdicts on each component begin; -1 where there are none."""
        if not len(self._high):
            return np.full(len(digests), -1, np.int64)
        at = np.searchsorted(self._high, digests[:, 0])
        last = np.minimum(at + sizes, len(self._high)) - 1
        start = np.minimum(at, len(self._high) - 1)
        same = (self._high[start] == digests[:, 0]) & (self._low[start] == digests[:, 1])
        same &= (self._high[last] == digests[:, 0]) & (self._low[last] == digests[:, 1])
        return np.where(same & (at + sizes <= len(self._high)), at, -1)

    def verdicts(self, rows: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Position of the kept text, or -1, and similarity at `rows`."""
        return self._kept[rows].astype(np.int64), self._similarity[rows]


NOTHING = Known(VERDICTS.empty_table())


def read_known(path: Path) -> Known:
    """The verdicts in the file at `path`."""
    return Known(pq.read_table(path, schema=VERDICTS))


def verdicts_on(
    found: Candidates,
    load: Callable[[NDArray[np.int64]], Texts],
    threshold: float,
    *,
    budget: int,
    known: Known = NOTHING,
) -> Reached:
    """The verdict on each candidate.

    `load` gives the texts of ascending candidates, of those only on which there is no verdict yet.
    """
    heads = found.groups.heads
    sizes = np.diff(heads, append=len(found.chars))
    digests = component_digests(found.hashes, heads, threshold)
    rows = known.find(digests, sizes)
    position = np.arange(len(found.chars)) - np.repeat(heads, sizes)
    kept_for = np.full(len(found.chars), -1, np.int64)
    similarity = np.zeros(len(found.chars))
    old = np.repeat(rows >= 0, sizes)
    kept, similarity[old] = known.verdicts((np.repeat(rows, sizes) + position)[old])
    kept_for[old] = np.where(kept >= 0, np.repeat(heads, sizes)[old] + kept, -1)
    new = np.flatnonzero(~old)
    comparisons = 0
    if len(new):
        ours = judge(
            found.groups.part(~old),
            found.chars[new],
            lambda members: load(new[members])._replace(members=members),
            threshold,
            budget=budget,
        )
        removed = ours.verdicts.kept_for >= 0
        kept_for[new[removed]] = new[ours.verdicts.kept_for[removed]]
        similarity[new] = ours.verdicts.similarity
        comparisons = ours.comparisons
    kept = np.where(kept_for >= 0, kept_for - np.repeat(heads, sizes), -1)
    verdicts = Verdicts(
        kept_for=kept_for.astype(np.int32),
        similarity=similarity,
        distinct=np.zeros(len(kept_for), np.int64),
    )
    return Reached(
        judged=Judged(verdicts, found.groups.crowded(kept_for < 0, MOST_KEPT), comparisons),
        read=len(new),
        table=_table(digests, sizes, kept, similarity),
    )


def component_digests(
    hashes: NDArray[np.int64], heads: NDArray[np.int64], threshold: float
) -> NDArray[np.int64]:
    """128 bits of SHA-256 over the texts of each component, as two int64 of shape (n, 2)."""
    law = hashlib.sha256(f"{LAW} {MOST_KEPT} {threshold!r} {DEFAULT.name}".encode())
    content = memoryview(np.ascontiguousarray(hashes).tobytes())
    ends = [*heads.tolist(), len(hashes)]
    digests = bytearray()
    for begin, end in pairwise(ends):
        sha = law.copy()
        sha.update(content[16 * begin : 16 * end])
        digests += sha.digest()[:16]
    return np.frombuffer(bytes(digests), np.int64).reshape(-1, 2)


def _table(
    digests: NDArray[np.int64],
    sizes: NDArray[np.int64],
    kept: NDArray[np.int64],
    similarity: NDArray[np.float64],
) -> pa.Table:
    high, low = (np.repeat(digests[:, at], sizes) for at in (0, 1))
    order = np.lexsort((low, high))  # which is stable: a component keeps its order
    columns = [high[order], low[order], kept.astype(np.int32)[order], similarity[order]]
    return pa.table([pa.array(column) for column in columns], schema=VERDICTS)
