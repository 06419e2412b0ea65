"""What the policy and the sources of a dataset make of `preference`."""

from collections.abc import Mapping, Sequence
from datetime import date

import numpy as np

from expectations.keep import Keep
from expectations.licences import terms_of
from expectations.policy import Duplicates as Rule
from pipelines.model.source import Source
from pipelines.stages.preference import Preference


def preference_of(rule: Rule, sources: Sequence[Source]) -> Preference:
    """The preference of `rule`, for records whose source is a number in `sources` by sorted id."""
    known = {source.id: source for source in sources}
    ordered = [known[name] for name in numbered(sources)]
    classes = {terms: rank for rank, terms in enumerate(rule.licence_order)}
    none = classes[terms_of(None)]
    days = [source.collected_from or source.collected_to or date.max for source in ordered]
    ranks = {day: rank for rank, day in enumerate(sorted({*days, date.max}))}
    return Preference(
        criteria=rule.keep,
        licences=np.array([*(classes[terms_of(s.licence.spdx)] for s in ordered), none], np.int64),
        collected=np.array([*(ranks[day] for day in days), ranks[date.max]], np.int64),
    )


def numbered(sources: Sequence[Source]) -> list[str]:
    """The ids of `sources` by number."""
    return sorted({source.id for source in sources})


def stated(rule: Rule, sources: Sequence[Source]) -> Mapping[str, object]:
    """Everything beside the records that decides by `rule` which one is kept, as JSON."""
    found = preference_of(rule, sources)
    known = {Keep.BETTER_LICENCE: found.licences, Keep.EARLIER_SOURCE: found.collected}
    ranks = {kind.value: known[kind].tolist() for kind in rule.keep if kind in known}
    names = numbered(sources) if ranks else []
    return {"keep": [kind.value for kind in rule.keep], "ranks": ranks, "sources": names}
