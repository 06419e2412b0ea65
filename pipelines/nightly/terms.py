"""When what a dataset rests on begins and ends to hold: licences, contracts, consents, waivers.

Days of manifests, registers and policies are days in China Standard Time, their last day included;
consents carry a time of their own. Nobody is named here: terms are counted.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from expectations.findings import MAINLAND
from expectations.policy import Policy
from pipelines.model.dataset import Dataset
from pipelines.model.evidence import TableRef
from pipelines.model.ids import RunId
from pipelines.model.nightly import Due, Term
from pipelines.model.source import Source, SourceType
from pipelines.store import runs
from pipelines.store.database import Store
from pipelines.store.terms import Qualified, consent_tables, qualifications_of

WINDOWS = (1, 7, 30)
"""Days ahead that are told of; a term is in the smallest window it fits."""


@dataclass(frozen=True, slots=True)
class Span:
    """The moments after `after`, up to and including `until`."""

    after: datetime
    until: datetime

    def holds(self, moment: datetime | None) -> bool:
        """Whether `moment` is one of them."""
        return moment is not None and self.after < moment <= self.until


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """The moments at which something a run rests on begins (or is interrupted) or ends to hold."""

    begins: tuple[tuple[Term, datetime], ...]
    ends: tuple[tuple[Term, datetime], ...]
    consents: tuple[TableRef, ...]
    """Consents stay in their tables: there may be millions."""
    store: Store

    def without_consents(self) -> "Terms":
        """All but the consents, for when their tables cannot be read."""
        return replace(self, consents=())

    def ended(self, span: Span) -> dict[str, int]:
        """How many of each ended to hold in `span`; what is 0 is left out."""
        counts = self._counted(self.ends, span)
        for table in self._consents():
            withdrawn = table["withdrawn_at"]
            already = _inside(withdrawn, Span(_EARLIEST, span.after))
            ended = _inside(withdrawn, span) | (_inside(table["valid_to"], span) & ~already)
            counts[Term.CONSENT] += int(ended.sum())
        return {term.value: count for term, count in counts.items() if count}

    def begun(self, span: Span) -> dict[str, int]:
        """How many of each began to hold in `span`; what is 0 is left out."""
        counts = self._counted(self.begins, span)
        for table in self._consents():
            counts[Term.CONSENT] += int(_inside(table["given_at"], span).sum())
        return {term.value: count for term, count in counts.items() if count}

    def due(
        self, at: datetime, before: datetime | None, known: "Terms | None" = None
    ) -> tuple[Due, ...]:
        """What ends in the days after `at`, by window.

        `before` is the clock of the last sweep that told of the dataset, None when none did;
        `known` are the terms it told of, where they were others. What has come into a window since,
        and what was not known then, counts as entered.
        """
        found: list[Due] = []
        near = 0
        for days in WINDOWS:
            window = Span(at + timedelta(days=near), at + timedelta(days=days))
            told = None if before is None else before + timedelta(days=days)
            fresh = Span(max(window.after, told or window.after), window.until)
            counts, entered = self._ending(window, at), self._ending(fresh, at)
            if before is not None and known is not None:
                reached = Span(window.after, min(fresh.after, window.until))
                for term, count in self._added(reached, at, known).items():
                    entered[term] += count
            found.extend(
                Due(term=term, days=days, count=counts[term], entered=entered[term])
                for term in Term
                if counts[term]
            )
            near = days
        return tuple(sorted(found, key=lambda due: (due.days, list(Term).index(due.term))))

    def _ending(self, span: Span, at: datetime) -> dict[Term, int]:
        counts = self._counted(self.ends, span)
        for table in self._consents():
            gone = _inside(table["withdrawn_at"], Span(_EARLIEST, at))
            counts[Term.CONSENT] += int((_inside(table["valid_to"], span) & ~gone).sum())
        return counts

    def _added(self, span: Span, at: datetime, known: "Terms") -> dict[Term, int]:
        """Of what ends in `span`, what `known` had not; consents are compared by their number."""
        mine, theirs = (
            Counter(end for end in terms.ends if span.holds(end[1])) for terms in (self, known)
        )
        added = Counter(term for term, _ in (mine - theirs).elements())
        consents = self._ending(span, at)[Term.CONSENT] - known._ending(span, at)[Term.CONSENT]
        added[Term.CONSENT] += max(0, consents)
        return dict(added)

    def _counted(self, terms: Sequence[tuple[Term, datetime]], span: Span) -> dict[Term, int]:
        counts = dict.fromkeys(Term, 0)
        for term, moment in terms:
            counts[term] += span.holds(moment)
        return counts

    def _consents(self) -> Iterator[pa.Table]:
        for ref in self.consents:
            columns = ["given_at", "valid_to", "withdrawn_at"]
            yield self.store.evidence.read(ref, columns=columns)


_EARLIEST = datetime.min.replace(tzinfo=MAINLAND) + timedelta(days=1)


def terms_of(run_id: RunId, store: Store, policy: Policy) -> Terms:
    """The terms the run rests on, as its registration and its policy state them."""
    dataset = runs.dataset_of(store, run_id)
    people = qualifications_of(store, run_id) if _has_register(dataset) else []
    validity = int(str(policy.thresholds["ANN-06"]["validity_days"]))
    return Terms(
        begins=tuple(_begins(people, policy)),
        ends=tuple(_ends(dataset.sources, people, policy, validity)),
        consents=tuple(consent_tables(store, run_id)),
        store=store,
    )


def _has_register(dataset: Dataset) -> bool:
    return dataset.annotation is not None and dataset.annotation.annotators is not None


def _begins(people: Sequence[Qualified], policy: Policy) -> Iterator[tuple[Term, datetime]]:
    for person in people:
        if person.first is not None:
            yield Term.QUALIFICATION, first_moment(person.first)
    for waiver in policy.waivers:
        yield Term.WAIVER, first_moment(waiver.start)


def _ends(
    sources: Sequence[Source], people: Sequence[Qualified], policy: Policy, validity: int
) -> Iterator[tuple[Term, datetime]]:
    for source in sources:
        if source.licence.valid_to is not None:
            bought = source.type is SourceType.COMMERCIAL
            yield (
                (Term.CONTRACT if bought else Term.LICENCE),
                after_last_day(source.licence.valid_to),
            )
    for person in people:
        moments = []
        if person.last is not None:
            moments.append(after_last_day(person.last))
        elif person.first is not None:
            moments.append(after_last_day(person.first + timedelta(days=validity)))
        if person.suspended is not None:
            moments.append(first_moment(person.suspended))
        if moments:
            yield Term.QUALIFICATION, min(moments)
    for waiver in policy.waivers:
        yield Term.WAIVER, after_last_day(waiver.end)


def first_moment(day: date) -> datetime:
    """The moment `day` begins where the Measures apply."""
    return datetime.combine(day, time(), MAINLAND)


def after_last_day(day: date) -> datetime:
    """The moment a term ends whose last day is `day`."""
    return first_moment(day) + timedelta(days=1)


def _inside(moments: pa.ChunkedArray, span: Span) -> NDArray[np.bool_]:
    """Which of `moments` lie in `span`; shape (rows,). A moment that is not stated does not."""
    unit = pa.timestamp("us", "UTC")
    values = moments.cast(unit).cast(pa.int64()).combine_chunks()
    known = values.is_valid().to_numpy(zero_copy_only=False)
    numbers = values.fill_null(0).to_numpy(zero_copy_only=False)
    after, until = (_microseconds(moment) for moment in (span.after, span.until))
    inside: NDArray[np.bool_] = known & (numbers > after) & (numbers <= until)
    return inside


def _microseconds(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(microseconds=1)


_EPOCH = datetime.fromisoformat("1970-01-01T00:00:00+00:00")
