"""Which of several records with equal or near texts is kept: the rule of the policy, as an order.

The order is total: criteria first, the most important one first, then file and row. So neither
workers nor the order of processing decide, and a kept record is never worse, by the criteria, than
one that is removed for it.
"""

from dataclasses import dataclass, field
from typing import assert_never

import numpy as np
from numpy.typing import NDArray

from expectations.keep import Keep
from pipelines.kernels.grouping import Groups, group
from pipelines.stages.shared import Equal, Shared


@dataclass(frozen=True, slots=True, kw_only=True)
class Preference:
    """The criteria in force, and what they know of the sources by number; smaller is better."""

    criteria: tuple[Keep, ...] = (Keep.FIRST,)
    licences: NDArray[np.int64] = field(default_factory=lambda: np.zeros(1, np.int64))
    """Rank of the licence of each source; the last one is that of no source."""
    collected: NDArray[np.int64] = field(default_factory=lambda: np.zeros(1, np.int64))
    """Rank of the day of collection, likewise."""

    @property
    def by_place(self) -> bool:
        """Whether place alone decides."""
        return self.criteria == (Keep.FIRST,)

    def order(
        self, places: NDArray[np.int64], chars: NDArray[np.int64], sources: NDArray[np.int64]
    ) -> NDArray[np.int64]:
        """The indexes of records, the preferred one first."""
        columns = [places]
        for criterion in reversed(self.criteria):
            match criterion:
                case Keep.FIRST:
                    pass  # place decides what the others leave open
                case Keep.BETTER_LICENCE:
                    columns.append(self.licences[sources])
                case Keep.EARLIER_SOURCE:
                    columns.append(self.collected[sources])
                case Keep.LONGER_TEXT:
                    columns.append(-chars)
                case _:
                    assert_never(criterion)
        order: NDArray[np.int64] = np.lexsort(columns)
        return order


FIRST = Preference()


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidates:
    """Equal texts, and the texts that may be near another one, in the order of judgement."""

    repeated: NDArray[np.int64]
    """Places of the records whose text is equal to a preferred one, ascending."""
    firsts: NDArray[np.int64]
    """The place of the preferred record with the same text, parallel to `repeated`."""
    places: NDArray[np.int64]
    """Places of the candidates for near duplicates; of equal texts, the preferred one."""
    chars: NDArray[np.int64]
    """Code points of the normalised text of each candidate."""
    hashes: NDArray[np.int64]
    """Its 128 bits, of shape (n, 2)."""
    groups: Groups
    too_long: int
    """Different texts too long to be candidates."""


def arranged(shared: Shared, preference: Preference) -> Candidates:
    """The candidates of `shared`, the preferred ones first."""
    equal, members = shared.equal, shared.members
    heads, preferred = _preferred(equal, preference)
    removed = equal.places != np.repeat(preferred, _sizes(heads, len(equal.places)))
    order = np.argsort(equal.places[removed], kind="stable")
    leads = np.repeat(preferred, _sizes(heads, len(equal.places)))[removed][order]
    places, sources = members.places.copy(), members.sources.copy()
    if len(heads):
        standing = equal.firsts[heads]
        at = np.minimum(np.searchsorted(standing, members.places), len(standing) - 1)
        there = standing[at] == members.places
        places[there] = preferred[at[there]]
        sources[there] = _sources(equal, heads, preferred)[at[there]]
    by_worth = preference.order(places, members.chars, sources)
    keys, numbers = shared.keys, shared.numbers
    if not preference.by_place:  # by place they stand in their order
        rank = np.empty(len(places), np.int32)
        rank[by_worth] = np.arange(len(places), dtype=np.int32)
        numbers = rank[numbers]
        within = np.lexsort((numbers, keys))
        keys, numbers = keys[within], numbers[within]
    in_groups, groups = group(keys, numbers, len(places))
    judged = by_worth[in_groups]
    return Candidates(
        repeated=equal.places[removed][order],
        firsts=leads,
        places=places[judged],
        chars=members.chars[judged],
        hashes=members.hashes[judged],
        groups=groups,
        too_long=shared.too_long,
    )


def _preferred(equal: Equal, preference: Preference) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Where the records of each text begin in `equal`, and the place of the preferred one."""
    heads = np.flatnonzero(np.diff(equal.firsts, prepend=-1))
    if preference.by_place:
        return heads, equal.firsts[heads]
    order = preference.order(equal.places, equal.chars, equal.sources)
    order = order[np.argsort(equal.firsts[order], kind="stable")]
    return heads, equal.places[order][heads]


def _sources(
    equal: Equal, heads: NDArray[np.int64], preferred: NDArray[np.int64]
) -> NDArray[np.int64]:
    """The source of the preferred record of each text."""
    sizes = _sizes(heads, len(equal.places))
    chosen: NDArray[np.int64] = equal.sources[equal.places == np.repeat(preferred, sizes)]
    return chosen


def _sizes(heads: NDArray[np.int64], count: int) -> NDArray[np.int64]:
    return np.diff(heads, append=count)
