"""What few enough texts have in common, in memory: the same as `shared.find_shared` by SQL."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from pipelines.engine.base import Engine
from pipelines.kernels.meeting import first_equal, shared_values
from pipelines.kernels.shingles import SIZE
from pipelines.model.evidence import LONGEST_COMPARED
from pipelines.stages.placing import BAND_COLUMNS, FLAT, ordinals_of
from pipelines.stages.shared import Equal, Members, Shared, find_shared

MOST_IN_MEMORY = 500_000
"""Texts whose band keys and hashes, some 100 MB, are compared in memory; more go by SQL."""


class Sketches(NamedTuple):
    """What a flat table has of n texts that are not empty, by place."""

    places: NDArray[np.int64]
    """Ascending."""
    hashes: NDArray[np.int64]
    """Of shape (n, 2)."""
    chars: NDArray[np.int64]
    sources: NDArray[np.int64]
    bands: NDArray[np.int64]
    """Of shape (n, BANDS)."""


def shared_texts(flat: Sequence[str], *, engine: Engine, folder: Path) -> Shared:
    """What the texts of at least one `flat` table have in common, by the way their number asks."""
    rows = sum(pq.read_metadata(path).num_rows for path in flat)
    if rows > MOST_IN_MEMORY:
        return find_shared(flat, engine=engine, folder=folder)
    return shared_in_memory(read_sketches(flat))


def read_sketches(flat: Sequence[str], wanted: NDArray[np.bool_] | None = None) -> Sketches:
    """The texts of at least one `flat` table; those of `wanted` files, by their ordinals."""
    # an earlier release wrote columns that might have been null
    table = pa.concat_tables(pq.read_table(path).cast(FLAT) for path in flat)
    columns = {name: table[name].to_numpy() for name in FLAT.names}
    order = np.argsort(columns["place"], kind="stable")
    if wanted is not None:
        order = order[wanted[ordinals_of(columns["place"][order])]]

    def together(*names: str) -> NDArray[np.int64]:
        whole = np.empty((len(order), len(names)), np.int64)
        for at, name in enumerate(names):
            whole[:, at] = columns[name][order]
        return whole

    return Sketches(
        places=columns["place"][order],
        hashes=together("text_high", "text_low"),
        chars=columns["chars"][order],
        sources=columns["source"][order],
        bands=together(*BAND_COLUMNS),
    )


def shared_in_memory(texts: Sketches) -> Shared:
    """What `texts` have in common."""
    firsts = first_equal(texts.hashes)
    own = firsts == np.arange(len(firsts))
    repeated = np.bincount(firsts, minlength=len(firsts))[firsts] > 1
    rows = np.flatnonzero(repeated)
    rows = rows[np.argsort(firsts[rows], kind="stable")]
    compared = np.flatnonzero(own & (texts.chars >= SIZE) & (texts.chars <= LONGEST_COMPARED))
    keys, at = shared_values(texts.bands, compared)
    shares = np.zeros(len(compared), bool)
    shares[at] = True
    there = compared[shares]
    return Shared(
        texts=len(texts.places),
        too_long=int((texts.chars[own] > LONGEST_COMPARED).sum()),
        equal=Equal(
            places=texts.places[rows],
            firsts=texts.places[firsts[rows]],
            chars=texts.chars[rows],
            sources=texts.sources[rows],
        ),
        members=Members(
            places=texts.places[there],
            chars=texts.chars[there],
            sources=texts.sources[there],
            hashes=texts.hashes[there],
        ),
        keys=keys,
        numbers=(np.cumsum(shares) - 1)[at].astype(np.int32),
    )
