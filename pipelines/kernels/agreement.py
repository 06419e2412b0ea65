"""Agreement coefficients as their formulas, over how often each label was given to each item.

Every function takes weights of shape (draws, n_items), so that one row of ones gives the estimate
and resampling weights give its bootstrap. NaN stands for undefined.

Reference:
    Krippendorff, Content Analysis, 4th ed. (2018), chapter 12 (alpha, nominal ordinal interval).
    Gwet, Br J Math Stat Psychol 61 (2008) 29-48 (AC1). Fleiss, Psychol Bull 76 (1971) 378-382.
    Cohen, Educ Psychol Meas 20 (1960) 37-46.
"""

from enum import StrEnum
from typing import assert_never

import numpy as np
import scipy
from numpy.typing import NDArray

Floats = NDArray[np.float64]


class MeasurementLevel(StrEnum):
    """What the difference between two labels means."""

    NOMINAL = "nominal"
    ORDINAL = "ordinal"
    INTERVAL = "interval"


def alpha(
    counts: "scipy.sparse.csr_array",
    weights: Floats,
    level: MeasurementLevel,
    values: Floats | None = None,
) -> Floats:
    """Krippendorff's alpha, shape (draws,), from `counts` of shape (n_items, n_labels).

    Every item has at least two ratings. For ordinal and interval the labels stand in the order of
    their `values`, shape (n_labels,). Undefined where fewer than two labels are in use.
    """
    raters = counts.sum(axis=1)
    per_label = weights @ counts
    total = weights @ raters
    match level:
        case MeasurementLevel.NOMINAL:
            squares = counts.multiply(counts).sum(axis=1)
            observed = weights @ ((raters**2 - squares) / (raters - 1))
            expected = total**2 - (per_label**2).sum(axis=1)
        case MeasurementLevel.INTERVAL:
            if values is None:
                raise ValueError("interval alpha needs the value of each label")
            centred = values - (values.min() + values.max()) / 2
            observed = weights @ _spread(counts, raters, centred[:, None])[:, 0]
            expected = _total_spread(per_label, total, centred[None, :])
        case MeasurementLevel.ORDINAL:
            # the ordinal difference of two labels is the difference of their mid-ranks
            ranks = np.cumsum(per_label, axis=1) - per_label / 2 - total[:, None] / 2
            observed = (weights.T * _spread(counts, raters, ranks.T)).sum(axis=0)
            expected = _total_spread(per_label, total, ranks)
        case _:
            assert_never(level)
    return _ratio(expected - (total - 1) * observed, expected, _in_use(per_label) >= 2)


def _spread(counts: "scipy.sparse.csr_array", raters: Floats, values: Floats) -> Floats:
    """Squared differences within each item over raters - 1; `values` is (n_labels, draws)."""
    first, second = counts @ values, counts @ values**2
    within: Floats = 2 * (raters[:, None] * second - first**2) / (raters[:, None] - 1)
    return within


def _total_spread(per_label: Floats, total: Floats, values: Floats) -> Floats:
    """Squared differences over all pairs of ratings; `values` broadcasts to (draws, n_labels)."""
    first = (per_label * values).sum(axis=1)
    second = (per_label * values**2).sum(axis=1)
    spread: Floats = 2 * (total * second - first**2)
    return spread


def raw_agreement(counts: "scipy.sparse.csr_array", weights: Floats) -> Floats:
    """Mean over items of the share of agreeing pairs of ratings; items have two ratings or more."""
    raters = counts.sum(axis=1)
    squares = counts.multiply(counts).sum(axis=1)
    pairs = (squares - raters) / (raters * (raters - 1))
    mean: Floats = weights @ pairs / weights.sum(axis=1)
    return mean


def ac1(counts: "scipy.sparse.csr_array", weights: Floats) -> Floats:
    """Gwet's AC1; items with one rating count towards the prevalence of the labels only."""
    raters = counts.sum(axis=1)
    paired = raters >= 2
    shares = counts.multiply(1 / raters[:, None]).tocsr()
    prevalence = (weights @ shares) / weights.sum(axis=1)[:, None]
    labels = int(_in_use(counts.sum(axis=0)[None, :])[0])
    chance = (prevalence * (1 - prevalence)).sum(axis=1) / max(labels - 1, 1)
    seen = weights[:, paired]
    has_pairs = seen.sum(axis=1) > 0
    if labels < 2 or not paired.any():
        return np.full(weights.shape[0], np.nan)
    with np.errstate(invalid="ignore"):
        observed = raw_agreement(counts[paired], seen)
    return _ratio(observed - chance, 1 - chance, has_pairs)


def fleiss(counts: "scipy.sparse.csr_array", weights: Floats) -> Floats:
    """Fleiss' kappa; every item carries the same number of ratings, two or more."""
    per_label = weights @ counts
    prevalence = per_label / per_label.sum(axis=1)[:, None]
    chance = (prevalence**2).sum(axis=1)
    return _ratio(raw_agreement(counts, weights) - chance, 1 - chance, _in_use(per_label) >= 2)


def cohen(
    first: "scipy.sparse.csr_array", second: "scipy.sparse.csr_array", weights: Floats
) -> Floats:
    """Cohen's kappa of two annotators; row i of each holds the one label they gave to item i."""
    size = weights.sum(axis=1)
    agreed = first.multiply(second).sum(axis=1)
    chance = ((weights @ first) * (weights @ second)).sum(axis=1) / size**2
    in_use = _in_use(weights @ first + weights @ second)
    return _ratio(weights @ agreed / size - chance, 1 - chance, in_use >= 2)


def ties(counts: "scipy.sparse.csr_array") -> int:
    """Items with two ratings or more whose most frequent label is not unique."""
    tied = 0
    for start, end in zip(counts.indptr[:-1], counts.indptr[1:], strict=True):
        given = np.sort(counts.data[start:end])
        tied += int(given.size > 1 and given[-1] == given[-2])
    return tied


def _in_use(per_label: Floats) -> NDArray[np.int64]:
    used: NDArray[np.int64] = (per_label > 0).sum(axis=1)
    return used


def _ratio(above: Floats, below: Floats, defined: NDArray[np.bool_]) -> Floats:
    """`above / below` where `defined` and below is not zero, else NaN."""
    result = np.full(above.shape, np.nan)
    np.divide(above, below, out=result, where=defined & (below != 0))
    return result
