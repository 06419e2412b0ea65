"""Who gave which label to which item, encoded; and what happens to repeated ratings."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import scipy
from numpy.typing import NDArray

Codes = NDArray[np.int64]


class Repeats(StrEnum):
    """What to do when a person rated the same item more than once."""

    ALL = "all"
    """Each counts as a rating of its own."""
    FIRST = "first"
    LAST = "last"
    DROP = "drop"
    """None of them counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ratings:
    """Ratings as parallel codes, in the order in which they were given to us."""

    item: Codes
    annotator: Codes
    label: Codes
    labels: tuple[str, ...]
    """The label of each code."""
    repeated: int
    """Ratings beyond the first of the same annotator for the same item, before any was removed."""

    @property
    def items(self) -> int:
        """Items with at least one rating."""
        return len(np.unique(self.item))

    named: bool = True
    """False: nobody says who gave the ratings; each then counts as another person's."""

    @property
    def annotators(self) -> int | None:
        """People with at least one rating; None where nobody says who they are."""
        return len(np.unique(self.annotator)) if self.named else None


def encode(
    items: Sequence[str], annotators: Sequence[str] | None, labels: Sequence[str]
) -> Ratings:
    """The ratings with ids replaced by codes; equally long sequences, one entry a rating.

    Without `annotators` no rating repeats another: who gave which is then not known.

    Raises:
        ValueError: when the lengths differ.
    """
    if not len(items) == len(labels) == len(labels if annotators is None else annotators):
        raise ValueError("items, annotators and labels differ in length")
    item, _ = _codes(items)
    annotator = np.arange(len(items)) if annotators is None else _codes(annotators)[0]
    label, names = _codes(labels)
    ratings = Ratings(
        item=item,
        annotator=annotator,
        label=label,
        labels=names,
        repeated=0,
        named=annotators is not None,
    )
    return _with(ratings, np.ones(len(item), bool), repeated=len(item) - len(_pairs(ratings)[0]))


def resolved(ratings: Ratings, repeats: Repeats) -> Ratings:
    """`ratings` after `repeats` was applied; `repeated` still tells how many there were."""
    if repeats is Repeats.ALL:
        return ratings
    first, last, times, inverse = _pairs(ratings)
    keep = np.zeros(len(ratings.item), bool)
    if repeats is Repeats.FIRST:
        keep[first] = True
    elif repeats is Repeats.LAST:
        keep[last] = True
    else:
        keep = times[inverse] == 1
    return _with(ratings, keep, repeated=ratings.repeated)


def _codes(values: Sequence[str]) -> tuple[Codes, tuple[str, ...]]:
    """Codes in the order of the sorted distinct values, and those values."""
    names = sorted(set(values))
    place = {name: code for code, name in enumerate(names)}
    return np.fromiter((place[v] for v in values), np.int64, len(values)), tuple(names)


def _pairs(ratings: Ratings) -> tuple[Codes, Codes, Codes, Codes]:
    """First and last position and size of each item-annotator pair, and the pair of each rating."""
    width = int(ratings.annotator.max(initial=0)) + 1
    key = ratings.item * width + ratings.annotator
    _, first, inverse, times = np.unique(
        key, return_index=True, return_inverse=True, return_counts=True
    )
    last = np.zeros(len(times), np.int64)
    last[inverse] = np.arange(len(key))
    return first, last, times, inverse


def _with(ratings: Ratings, keep: NDArray[np.bool_], *, repeated: int) -> Ratings:
    return Ratings(
        item=ratings.item[keep],
        annotator=ratings.annotator[keep],
        label=ratings.label[keep],
        labels=ratings.labels,
        repeated=repeated,
        named=ratings.named,
    )


def tabulate(item: Codes, label: Codes, n_labels: int) -> "scipy.sparse.csr_array":
    """How often each label was given to each item, shape (n_items, n_labels), without ids.

    Rows stand in an order that depends on their content only, so that whatever is drawn from them
    by a seed does not depend on how the items are called or in what order they came.
    """
    rows, place = np.unique(item, return_inverse=True)
    ones = np.ones(len(item), np.float64)
    table = scipy.sparse.csr_array((ones, (place, label)), shape=(len(rows), n_labels))
    table.sum_duplicates()
    keys = [
        tuple(zip(table.indices[a:b], table.data[a:b], strict=True))
        for a, b in zip(table.indptr[:-1], table.indptr[1:], strict=True)
    ]
    return table[sorted(range(len(keys)), key=keys.__getitem__)]


def numbers(labels: Sequence[str]) -> NDArray[np.float64] | None:
    """The labels as finite numbers, or None where one of them is not."""
    try:
        values = np.array([float(label) for label in labels], np.float64)
    except ValueError:
        return None
    return values if np.isfinite(values).all() else None
