"""Exact intervals and bounds for a share seen in a sample, of an endless or a finite lot.

Reference:
    Clopper and Pearson, Biometrika 26 (1934) 404-413 (binomial).
    Wright, Exact confidence bounds when sampling from small finite universes (1991).
"""

import numpy as np
import scipy  # its parts are imported when they are asked for, and few audits have a sample

ROUNDING = 1e-9
"""Chances this close to a limit count as equal to it, so that no bound hangs on the last bit."""


def clopper_pearson(found: int, sample: int, *, confidence: float = 0.95) -> tuple[float, float]:
    """The exact two-sided interval of a share of which `found` in `sample` were seen.

    Raises:
        ValueError: unless 0 <= found <= sample, sample > 0 and 0 < confidence < 1.
    """
    tail = (1 - confidence) / 2
    return (
        lower_bound(found, sample, confidence=1 - tail),
        upper_bound(found, sample, confidence=1 - tail),
    )


def upper_bound(found: int, sample: int, *, confidence: float = 0.95) -> float:
    """The share below which the truth lies with at least this one-sided confidence."""
    _check(found, sample, confidence)
    return (
        1.0
        if found == sample
        else float(scipy.special.betaincinv(found + 1, sample - found, confidence))
    )


def lower_bound(found: int, sample: int, *, confidence: float = 0.95) -> float:
    """The share above which the truth lies with at least this one-sided confidence."""
    _check(found, sample, confidence)
    return (
        0.0
        if not found
        else float(scipy.special.betaincinv(found, sample - found + 1, 1 - confidence))
    )


def finite_upper_bound(found: int, sample: int, lot: int, *, confidence: float = 0.95) -> int:
    """The most items of a lot that may be wrong, given `found` in a sample without replacement.

    Raises:
        ValueError: as for `clopper_pearson`, or for a sample larger than the lot.
    """
    _check(found, sample, confidence)
    if sample > lot:
        raise ValueError("the sample is larger than the lot")
    believable = (1 - confidence) * (1 - ROUNDING)
    low, high = found, lot - (sample - found)
    while low < high:
        middle = (low + high + 1) // 2
        likely = hypergeometric_at_most(found, sample, middle, lot) >= believable
        low, high = (middle, high) if likely else (low, middle - 1)
    return low


def finite_lower_bound(found: int, sample: int, lot: int, *, confidence: float = 0.95) -> int:
    """The fewest items of a lot that may be wrong; the mirror of `finite_upper_bound`."""
    return lot - finite_upper_bound(sample - found, sample, lot, confidence=confidence)


def hypergeometric_at_most(accept: int, sample: int, wrong: int, lot: int) -> float:
    """Chance of at most `accept` wrong items in a sample from a lot with `wrong` of them.

    Terms are added as logarithms, each from the one before, so that neither large lots nor tiny
    chances lose digits. Cost: linear in `accept` and `sample`.
    """
    first = max(0, sample - (lot - wrong))
    last = min(sample, wrong)
    if accept < first:
        return 0.0
    if accept >= last:
        return 1.0
    hits = np.arange(first, accept, dtype=np.float64)
    above = np.log(wrong - hits) + np.log(sample - hits)
    below = np.log(hits + 1) + np.log(lot - wrong - sample + hits + 1)
    steps = np.concatenate([[0.0], np.cumsum(above - below)])
    return float(
        min(1.0, np.exp(scipy.special.logsumexp(_log_first(first, sample, wrong, lot) + steps)))
    )


def _log_first(first: int, sample: int, wrong: int, lot: int) -> float:
    """Logarithm of the chance of the smallest possible number of wrong items."""
    if first == 0:
        # no wrong item: each draw misses the wrong ones among those still there
        return float(
            scipy.special.log1p(-wrong / (lot - np.arange(sample, dtype=np.float64))).sum()
        )
    # every right item is in the sample: each of the items left behind is a wrong one
    left = np.arange(lot - sample, dtype=np.float64)
    return float((np.log(wrong - left) - np.log(lot - left)).sum())


def _check(found: int, sample: int, confidence: float) -> None:
    if not (0 <= found <= sample and sample > 0 and 0 < confidence < 1):
        raise ValueError("0 <= found <= sample, sample > 0 and 0 < confidence < 1 are required")
