"""Every agreement figure of a set of ratings, with its interval or the reason it has none."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import scipy
from numpy.typing import NDArray

from pipelines.kernels import agreement
from pipelines.kernels.agreement import Floats, MeasurementLevel
from pipelines.kernels.agreement_ratings import Codes, Ratings, numbers, tabulate
from pipelines.kernels.bootstrap import percentile_interval
from pipelines.model.message import msg
from pipelines.model.profile import Agreement, AgreementFigure

INTERVAL_KIND = msg("bootstrap over items, percentile, 95%").text
NO_RATINGS = msg("There are no ratings.").text
NO_PAIRS = msg("No item carries two ratings.").text
ONE_LABEL = msg("Only one label is in use, so agreement by chance is certain.").text
NOT_NUMBERS = msg("Ordinal and interval agreement need labels that are numbers.").text
UNEQUAL = msg("Fleiss' kappa needs the same number of ratings on every item.").text
NOT_TWO = msg("Cohen's kappa needs exactly two annotators.").text
REPEATED = msg("Cohen's kappa needs one rating of each annotator for an item.").text
NO_NAMES = msg("The labels do not say who gave them.").text
NO_COMMON = msg("The two annotators have no item in common.").text
NO_INTERVAL = msg("Too few items, or too few labels among them, for an interval.").text

Statistic = Callable[[Floats], Floats]


def measure(ratings: Ratings, level: MeasurementLevel, *, draws: int, seed: int) -> Agreement:
    """Alpha at `level`, AC1, Fleiss, Cohen and raw agreement over `ratings`.

    Only alpha knows a level; the others treat labels as names. Cost: about one pass over the items
    for each of `draws` resamples.
    """
    counts = tabulate(ratings.item, ratings.label, len(ratings.labels))
    paired = counts[counts.sum(axis=1) >= 2] if ratings.items else counts
    chance = _Figures(draws=draws, seed=seed)
    figures = (
        chance.alpha(ratings, paired, level),
        chance.of("ac1", counts, agreement.ac1, _why_none(paired, one_label=True)),
        chance.of("fleiss", counts, agreement.fleiss, _why_none(paired) or _why_unequal(counts)),
        chance.cohen(ratings),
        chance.of("raw", paired, agreement.raw_agreement, _why_none(paired, one_label=True)),
    )
    return Agreement(
        level=level.value,
        items=counts.shape[0],
        pairable_items=paired.shape[0],
        annotators=ratings.annotators,
        ratings=len(ratings.item),
        repeated=ratings.repeated,
        ties=agreement.ties(counts),
        figures=figures,
        draws=draws,
        seed=seed,
    )


class _Figures:
    """Turns a statistic and its units into a figure with an interval."""

    def __init__(self, *, draws: int, seed: int) -> None:
        self.draws = draws
        self.seed = seed

    def of(
        self,
        name: str,
        counts: "scipy.sparse.csr_array",
        formula: Callable[["scipy.sparse.csr_array", Floats], Floats],
        why: str | None,
    ) -> AgreementFigure:
        """The figure of a `formula` over all rows of `counts`, or why there is none."""
        if why:
            return undefined(name, why)
        return self.figure(name, lambda weights: formula(counts, weights), counts.shape[0])

    def figure(self, name: str, statistic: Statistic, n_units: int) -> AgreementFigure:
        """The statistic with every unit once, and its interval over resampled units."""
        value = float(statistic(np.ones((1, n_units)))[0])
        if np.isnan(value):
            return undefined(name, ONE_LABEL)
        interval = percentile_interval(statistic, n_units, draws=self.draws, seed=self.seed)
        found = AgreementFigure(
            coefficient=name, value=_six(value), low=None, high=None, interval=None
        )
        if interval is None:
            return replace(found, why=NO_INTERVAL)
        low, high = _six(interval.low), _six(interval.high)
        return replace(found, low=low, high=high, interval=INTERVAL_KIND)

    def alpha(
        self, ratings: Ratings, paired: "scipy.sparse.csr_array", level: MeasurementLevel
    ) -> AgreementFigure:
        """Krippendorff's alpha over the items with two ratings or more."""
        if why := _why_none(paired):
            return undefined("alpha", why)
        values = None
        if level is not MeasurementLevel.NOMINAL:
            values = numbers(ratings.labels)
            if values is None:
                return undefined("alpha", NOT_NUMBERS)
            # labels that are the same number, such as 1 and 1.0, are one label here
            values, place = np.unique(values, return_inverse=True)
            merged = tabulate(ratings.item, place[ratings.label], len(values))
            paired = merged[merged.sum(axis=1) >= 2]
        return self.figure(
            "alpha", lambda w: agreement.alpha(paired, w, level, values), paired.shape[0]
        )

    def cohen(self, ratings: Ratings) -> AgreementFigure:
        """Cohen's kappa over the items that both annotators rated."""
        if not ratings.named:
            return undefined("cohen", NO_NAMES)
        people = np.unique(ratings.annotator)
        if len(people) != 2:
            return undefined("cohen", NOT_TWO if len(ratings.item) else NO_RATINGS)
        first, second = (_one_label_each(ratings, person) for person in people)
        if first is None or second is None:
            return undefined("cohen", REPEATED)
        common, at_first, at_second = np.intersect1d(first[0], second[0], return_indices=True)
        if not len(common):
            return undefined("cohen", NO_COMMON)
        given = (first[1][at_first], second[1][at_second])
        order = np.lexsort((given[1], given[0]))
        one, two = (_one_hot(labels[order], len(ratings.labels)) for labels in given)
        return self.figure("cohen", lambda w: agreement.cohen(one, two, w), len(common))


def undefined(name: str, why: str) -> AgreementFigure:
    """A coefficient without a value, and the reason."""
    return AgreementFigure(
        coefficient=name, value=None, low=None, high=None, interval=None, why=why
    )


def _one_label_each(ratings: Ratings, person: int) -> tuple[Codes, Codes] | None:
    """Items and labels of one person, ordered by item; None when an item was rated twice."""
    own: NDArray[np.bool_] = ratings.annotator == person
    items, at = np.unique(ratings.item[own], return_index=True)
    return None if len(items) < own.sum() else (items, ratings.label[own][at])


def _one_hot(labels: Codes, n_labels: int) -> "scipy.sparse.csr_array":
    rows = np.arange(len(labels))
    return scipy.sparse.csr_array(
        (np.ones(len(labels)), (rows, labels)), shape=(len(labels), n_labels)
    )


def _why_none(paired: "scipy.sparse.csr_array", *, one_label: bool = False) -> str | None:
    """Why agreement over `paired` is undefined, if it is; raw agreement bears with one label."""
    if not paired.shape[0]:
        return NO_PAIRS
    used = int((paired.sum(axis=0) > 0).sum())
    return ONE_LABEL if used < 2 and not one_label else None


def _why_unequal(counts: "scipy.sparse.csr_array") -> str | None:
    raters = counts.sum(axis=1)
    return None if (raters == raters[0]).all() else UNEQUAL


def _six(value: float) -> str:
    """`value` with six decimals and no negative zero."""
    return f"{value + 0.0:.6f}".replace("-0.000000", "0.000000")
