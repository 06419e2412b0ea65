"""The hits in the texts of a column, of which no two of a text overlap."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from pipelines.kernels.arrow import text_bytes
from pipelines.kernels.personal_information_model import Hit, Kind, Tier

KINDS = tuple(Kind)
TIERS = (Tier.VALID, Tier.LOOKALIKE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Hits by text and place; every array has shape (n,)."""

    texts: NDArray[np.int64]
    """Number of the text in its column."""
    starts: NDArray[np.int64]
    """Code points from the start of the text as it stands; the end is exclusive."""
    ends: NDArray[np.int64]
    kinds: NDArray[np.int64]
    """Place in KINDS, which is the rank."""
    tiers: NDArray[np.int64]
    """Place in TIERS."""
    values: list[str]
    """As it stands in the text; it goes no further than to a keyed digest."""

    def __len__(self) -> int:
        return len(self.values)

    def hits(self) -> Iterator[tuple[int, Hit]]:
        """The number of the text and the hit, one by one."""
        columns = (self.texts, self.kinds, self.starts, self.ends, self.tiers)
        for text, kind, start, end, tier in zip(*map(np.ndarray.tolist, columns), strict=True):
            yield text, Hit(KINDS[kind], start, end, TIERS[tier])

    def moved(self, text: int = 0, place: int = 0) -> "Found":
        """The hits where the column begins `text` texts later, and each text `place` earlier."""
        if text == place == 0:
            return self
        return replace(
            self, texts=self.texts + text, starts=self.starts + place, ends=self.ends + place
        )

    def only(self, rows: NDArray[np.intp]) -> "Found":
        """The hits at `rows`, which ascend."""
        return Found(
            texts=self.texts[rows],
            starts=self.starts[rows],
            ends=self.ends[rows],
            kinds=self.kinds[rows],
            tiers=self.tiers[rows],
            values=[self.values[row] for row in rows.tolist()],
        )


def apart(
    column: pa.LargeStringArray,
    addresses: NDArray[np.int64],
    others: Sequence[tuple[int, Hit, str]],
) -> Found:
    """Of `addresses` (rows of Candidates) and `others` the stronger wherever two overlap.

    Valid before alike, then by type, place and length.
    """
    source = text_bytes(column)
    raw, offsets = source.data.data, source.offsets
    places = offsets[addresses[:, 0], None] + addresses[:, 1:3]
    values = [bytes(raw[begin:end]).decode() for begin, end in places.tolist()]
    values += [value for _, _, value in others]
    rows = np.concatenate(
        (
            addresses[:, [0, 3, 4, 5, 6]],
            np.array(
                [
                    (text, hit.start, hit.end, hit.type.rank, TIERS.index(hit.tier))
                    for text, hit, _ in others
                ],
                np.int64,
            ).reshape(-1, 5),
        )
    )
    order = np.lexsort((rows[:, 1], rows[:, 0]))
    order = order[_kept(rows[order])]
    texts, starts, ends, kinds, tiers = rows[order].T
    return Found(
        texts=texts,
        starts=starts,
        ends=ends,
        kinds=kinds,
        tiers=tiers,
        values=[values[row] for row in order.tolist()],
    )


def _kept(rows: NDArray[np.int64]) -> NDArray[np.intp]:
    """Which of `rows` (text, start, end, rank, tier), by text and start, stay; ascending."""
    stays = np.ones(len(rows), bool)
    if len(rows) > 1:
        begins = rows[:, 0] * (rows[:, 2].max() + 1)
        reach = np.maximum.accumulate(begins + rows[:, 2])
        meets = np.concatenate(([False], begins[1:] + rows[1:, 1] < reach[:-1], [False]))
        # a chain begins where nothing is met, and the next is
        first = np.flatnonzero(~meets[:-1] & meets[1:])
        last = np.flatnonzero(meets[:-1] & ~meets[1:])
        for begin, end in zip(first.tolist(), (last + 1).tolist(), strict=True):
            stays[begin:end] = _strongest(rows[begin:end])
    return np.flatnonzero(stays)


def _strongest(chain: NDArray[np.int64]) -> list[bool]:
    """Whether each hit of a chain that overlaps from first to last stays."""
    _, starts, ends, ranks, tiers = chain.T
    origin = int(starts.min())
    taken = bytearray(int(ends.max()) - origin)
    stays = [False] * len(chain)
    for at in np.lexsort((-ends, starts, ranks, tiers)).tolist():
        start, end = int(starts[at]) - origin, int(ends[at]) - origin
        # both ends do not suffice: a shorter hit may lie in the middle
        if not any(taken[start:end]):
            taken[start:end] = b"\1" * (end - start)
            stays[at] = True
    return stays
