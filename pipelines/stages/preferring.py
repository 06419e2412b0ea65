"""What the policy and the sources of a dataset make of `preference`."""

from collections.abc import Mapping, Sequence
from datetime import date

import numpy as np

from expectations.keep import Keep
from expectations.licences import terms_of
from expectations.policy_parts import Duplicates as Rule
from pipelines.model.source import Source
from pipelines.stages.preference import Preference


def preference_of(rule: Rule, sources: Sequence[Source], names: Sequence[str]) -> Preference:
    """The preference of `rule`, for records whose source is a number in `names`."""
    known = {source.id: source for source in sources}
    ordered = [*(known.get(name) for name in names), None]
    classes = {terms: rank for rank, terms in enumerate(rule.licence_order)}
    terms = [terms_of(source.licence.spdx if source else None) for source in ordered]
    days = [_day(source) for source in ordered]
    ranks = {day: rank for rank, day in enumerate(sorted(set(days)))}
    return Preference(
        criteria=rule.keep,
        licences=np.array([classes[held] for held in terms], np.int64),
        collected=np.array([ranks[day] for day in days], np.int64),
    )


def _day(source: Source | None) -> date:
    """The day the collection began, or ended where only that is stated; the last of all if none."""
    stated = source and (source.collected_from or source.collected_to)
    return stated or date.max


def numbered(sources: Sequence[Source]) -> list[str]:
    """The ids of `sources`, sorted."""
    return sorted({source.id for source in sources})


def stated(rule: Rule, sources: Sequence[Source]) -> Mapping[str, object]:
    """Everything beside the records that decides by `rule` which one is kept, as JSON."""
    names = numbered(sources)
    found = preference_of(rule, sources, names)
    known = {Keep.BETTER_LICENCE: found.licences, Keep.EARLIER_SOURCE: found.collected}
    ranks = {kind.value: known[kind].tolist() for kind in rule.keep if kind in known}
    named = names if ranks else []
    return {"keep": [kind.value for kind in rule.keep], "ranks": ranks, "sources": named}
