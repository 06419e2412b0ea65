"""The project as one of the measured tools: Arrow texts in memory to verified clusters.

This is the one place where a benchmark of duplicates touches the product.
"""

import hashlib
from collections.abc import Sequence

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from benchmarks.peers.protocol import Told, Tool, measure
from pipelines.kernels.grouping import group
from pipelines.kernels.keeping import Texts, judge
from pipelines.kernels.minhash import band_keys
from pipelines.kernels.normalise import normalise_block
from pipelines.kernels.shingles import SIZE

THRESHOLD = 0.8


def cluster_labels(column: pa.LargeStringArray, threshold: float = THRESHOLD) -> NDArray[np.int64]:
    """For each text the number of the text it is removed for, its own where it is kept."""
    normal = normalise_block(column)
    labels = np.arange(len(column))
    ends, points = normal.offsets, normal.points
    firsts: dict[bytes, int] = {}
    for text in range(len(column)):
        form = points[ends[text] : ends[text + 1]]
        if len(form):
            digest = hashlib.sha256(form.tobytes()).digest()
            labels[text] = firsts.setdefault(digest, text)
    chars = np.diff(ends)
    different = np.flatnonzero((labels == np.arange(len(labels))) & (chars >= SIZE))
    keys, members = _shared(band_keys(normal)[different])
    candidates = np.unique(members)
    order, groups = group(
        keys, np.searchsorted(candidates, members).astype(np.int32), len(candidates)
    )
    places = different[candidates[order]]

    def load(chosen: NDArray[np.int32]) -> Texts:
        rows = places[chosen]
        spans = [points[ends[row] : ends[row + 1]] for row in rows]
        return Texts(
            members=chosen,
            points=np.concatenate([*spans, np.empty(0, np.uint32)]),
            ends=np.concatenate(([0], np.cumsum(chars[rows]))),
        )

    verdicts = judge(groups, chars[places], load, threshold).verdicts
    removed = verdicts.kept_for >= 0
    labels[places[removed]] = places[verdicts.kept_for[removed]]
    return labels[labels]  # the equals of a removed text lead to the one it was removed for


def _shared(bands: NDArray[np.int64]) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Numbers of the keys that several texts have, ascending, and the texts that have them."""
    members = np.repeat(np.arange(len(bands)), bands.shape[1])
    order = np.lexsort((members, bands.ravel()))
    values = bands.ravel()[order]
    same = values[1:] == values[:-1]
    shared = np.concatenate(([False], same)) | np.concatenate((same, [False]))
    values, members = values[shared], members[order][shared]
    numbers = np.cumsum(np.concatenate(([False], values[1:] != values[:-1]))[: len(values)])
    return numbers.astype(np.int32), members.astype(np.int32)


def _told(labels: Sequence[int], _: int) -> Told:
    return Told(labels=labels)


if __name__ == "__main__":
    measure(
        Tool(
            distributions=("training-data-audit",),
            prepare=lambda column: column,
            run=cluster_labels,
            told=_told,
        )
    )
