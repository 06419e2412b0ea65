"""Percentile intervals by resampling units, the same on every machine for the same seed.

Reference: Efron and Tibshirani, An Introduction to the Bootstrap (1993), chapter 13.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Weights = NDArray[np.float64]
"""Shape (draws, n_units): how often each unit is in each resample; rows sum to n_units."""

CELLS = 4_000_000
"""Cells of one block of weights: 32 MB, whatever the number of units."""
UNDEFINED_SHARE = 0.05
"""With more undefined resamples than this there is no interval."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """A two-sided interval at the level asked for."""

    low: float
    high: float
    undefined: int
    """Resamples in which the statistic had no value; they are left out."""


def resamples(n_units: int, *, draws: int, seed: int) -> Iterator[Weights]:
    """Blocks of resampling weights, `draws` rows in all.

    The raw stream of PCG64 is fixed by NumPy for good, its derived distributions are not; so the
    units are drawn here from the raw 64 bits (bias below n_units / 2**32).
    """
    stream = np.random.PCG64(seed)
    block = max(1, min(draws, CELLS // n_units))
    for first in range(0, draws, block):
        rows = min(block, draws - first)
        high = stream.random_raw(rows * n_units) >> np.uint64(32)
        drawn = ((high * np.uint64(n_units)) >> np.uint64(32)).astype(np.int64)
        flat = drawn + np.repeat(np.arange(rows) * n_units, n_units)
        counted = np.bincount(flat, minlength=rows * n_units)
        yield counted.reshape(rows, n_units).astype(np.float64)


def percentile_interval(
    statistic: Callable[[Weights], NDArray[np.float64]],
    n_units: int,
    *,
    draws: int,
    seed: int,
    confidence: float = 0.95,
) -> Interval | None:
    """The percentile interval of `statistic`, which gives one value a row of weights.

    None where resampling says nothing: fewer than two units, or too many resamples in which the
    statistic is undefined (NaN).

    Raises:
        ValueError: for no draws, or a confidence outside 0…1.
    """
    if draws < 1 or not 0 < confidence < 1:
        raise ValueError("draws must be positive and confidence between 0 and 1")
    if n_units < 2:
        return None
    values = np.concatenate(
        [statistic(weights) for weights in resamples(n_units, draws=draws, seed=seed)]
    )
    defined = values[~np.isnan(values)]
    undefined = values.size - defined.size
    if undefined > UNDEFINED_SHARE * values.size:
        return None
    tail = (1 - confidence) / 2
    low, high = np.quantile(defined, [tail, 1 - tail])
    return Interval(low=float(low), high=float(high), undefined=undefined)
