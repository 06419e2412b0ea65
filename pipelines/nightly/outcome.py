"""What a sweep came to: every registered dataset with its gate, or with why it has none."""

from collections import Counter
from collections.abc import Iterator, Mapping

from pipelines.model.audit import ControlResult
from pipelines.model.errors import EvidenceError
from pipelines.model.ids import DatasetId, RunId
from pipelines.model.message import Message, msg
from pipelines.model.nightly import (
    Attempt,
    Change,
    DatasetNight,
    Due,
    Night,
    Planned,
    Shift,
    Standing,
    State,
    SweepPlan,
)
from pipelines.model.outcome import Outcome, Severity
from pipelines.nightly.planning import Policies
from pipelines.nightly.terms import Span, Terms, terms_of
from pipelines.stages.order import ORDER
from pipelines.store import registry, runs, stage_results, sweeps
from pipelines.store.database import Store

AGAINST = frozenset({Outcome.FAILED, Outcome.CANT_TELL, Outcome.UNTESTED})
"""Outcomes whose coming is news, and whose going is."""


def conclude(plan: SweepPlan, store: Store) -> Night:
    """The night of `plan`: the expected list, compared with what was really audited.

    A dataset whose audit left no word is not audited; it keeps its last result, as a stale one.
    """
    previous = sweeps.latest_night(store)
    before = {} if previous is None else {night.dataset: night for night in previous.datasets}
    attempts = sweeps.attempts_of(store, plan.id)
    judge = _Judge(plan, store, previous, before)
    swept = {planned.dataset for planned in plan.datasets}
    return Night(
        sweep=plan.id,
        at=plan.at,
        previous=None if previous is None else previous.sweep,
        previous_at=None if previous is None else previous.at,
        datasets=tuple(
            judge.night(planned, attempts.get(planned.dataset)) for planned in plan.datasets
        ),
        # one registered since the plan was made may be in the night of a sweep that overlaps
        retired=tuple(
            name for name in before if name not in swept and registry.find(store, name) is None
        ),
    )


class _Judge:
    """Says of each dataset what became of it, against the night before."""

    def __init__(
        self,
        plan: SweepPlan,
        store: Store,
        previous: Night | None,
        before: Mapping[DatasetId, DatasetNight],
    ) -> None:
        self._plan, self._store, self._before = plan, store, before
        self._told_at = None if previous is None else previous.at
        self._policies = Policies()

    def night(self, planned: Planned, attempt: Attempt | None) -> DatasetNight:
        try:
            return self._compared(planned, attempt)
        except EvidenceError as error:  # the night of the others is told all the same
            return self._unreadable(planned, error.message)

    def _unreadable(self, planned: Planned, problem: Message) -> DatasetNight:
        """A dataset of whose last run something on record cannot be read, not even by an audit."""
        before = self._before.get(planned.dataset)
        return DatasetNight(
            dataset=planned.dataset,
            state=State.NOT_AUDITED,
            run=planned.last,
            gate=None,
            gate_before=None if before is None else before.gate,
            audited_at=None,
            stale_since=(before.stale_since if before else None) or self._plan.at,
            changes=planned.changes,
            run_before=None if before is None else before.run,
            lapsed=planned.lapsed,
            problem=problem,
            undone=len(ORDER),
        )

    def _compared(self, planned: Planned, attempt: Attempt | None) -> DatasetNight:
        state, problem = _state(planned, attempt)
        before = self._before.get(planned.dataset)
        done = attempt is not None and attempt.problem is None
        last = attempt.run if attempt is not None and done else planned.last
        try:
            lapsed, due = self._dated(planned, state, before, last)
        except EvidenceError as error:
            # a gate does not speak for a dataset whose consents nobody can look up any more
            if state.current:
                state, problem = State.NOT_AUDITED, error.message
            lapsed, due = self._dated(planned, state, before, last, consents=False)
        ran, reused, undone = self._stages(state, last, attempt)
        stale_since = None
        if not state.current:
            stale_since = (before.stale_since if before else None) or self._plan.at
        new, resolved = self._shifts(None if before is None else before.run, last)
        return DatasetNight(
            dataset=planned.dataset,
            state=state,
            run=last,
            gate=None if last is None else runs.gate_of(self._store, last).gate,
            gate_before=None if before is None else before.gate,
            audited_at=None if last is None else runs.run(self._store, last).at,
            stale_since=stale_since,
            recovered=state.current and before is not None and before.stale_since is not None,
            changes=planned.changes,
            run_before=None if before is None else before.run,
            lapsed=lapsed,
            new=new,
            resolved=resolved,
            due=due,
            problem=problem,
            ran=ran,
            reused=reused,
            undone=undone,
        )

    def _stages(
        self, state: State, last: RunId | None, attempt: Attempt | None
    ) -> tuple[int, int, int]:
        if state is State.REUSED:
            return 0, len(ORDER), 0
        tried = last if state is State.AUDITED else attempt.run if attempt else None
        done = () if tried is None else stage_results.stages_of(self._store, tried)
        reused = sum(record.reused for record in done)
        return len(done) - reused, reused, len(ORDER) - len(done)

    def _shifts(
        self, before: RunId | None, now: RunId | None
    ) -> tuple[tuple[Shift, ...], tuple[Shift, ...]]:
        if before is None or now is None or before == now:
            return (), ()
        earlier = Counter(_against(runs.findings_of(self._store, before)))
        later = Counter(_against(runs.findings_of(self._store, now)))
        return _summed(later - earlier), _summed(earlier - later)

    def _dated(
        self,
        planned: Planned,
        state: State,
        before: DatasetNight | None,
        last: RunId | None,
        *,
        consents: bool = True,
    ) -> tuple[Mapping[str, int], tuple[Due, ...]]:
        """What lapsed since it was last told of, and what ends soon.

        Raises:
            EvidenceError: the consents of `last` cannot be read.
        """
        if last is None:
            return planned.lapsed, ()
        terms = self._terms(last)
        if not consents:
            terms = terms.without_consents()
        if state.current:
            return self._audited_anew(planned), self._due(before, last, terms)
        since = runs.run(self._store, last).at
        told = since if self._told_at is None else max(since, self._told_at)
        return terms.ended(Span(told, self._plan.at)), self._due(before, last, terms)

    def _audited_anew(self, planned: Planned) -> Mapping[str, int]:
        """What lapsed before the audit; consents the plan could not read may be there again."""
        if planned.last is None or Change.EVIDENCE not in planned.changes:
            return planned.lapsed
        since = Span(runs.run(self._store, planned.last).at, self._plan.at)
        try:
            return self._terms(planned.last).ended(since)
        except EvidenceError:
            return planned.lapsed

    def _due(self, before: DatasetNight | None, last: RunId, terms: Terms) -> tuple[Due, ...]:
        if before is None or before.run is None:
            return terms.due(self._plan.at, None)
        known = None if before.run == last else self._terms(before.run)
        try:
            return terms.due(self._plan.at, self._told_at, known)
        except EvidenceError:
            if known is None:
                raise
            # what was told of cannot be read any more: better told again than not at all
            return terms.due(self._plan.at, None)

    def _terms(self, run_id: RunId) -> Terms:
        policy = self._policies.of(runs.run(self._store, run_id), self._store)
        return terms_of(run_id, self._store, policy)


def _state(planned: Planned, attempt: Attempt | None) -> tuple[State, Message | None]:
    match planned.standing:
        case Standing.UNCHANGED:
            return State.REUSED, None
        case Standing.UNREACHABLE:
            return State.UNREACHABLE, planned.problem
        case Standing.UNREADABLE:
            return State.NOT_AUDITED, planned.problem
    if attempt is None:
        return State.NOT_AUDITED, msg("its audit ended without a word; see the log")
    if attempt.problem is not None:
        return State.NOT_AUDITED, attempt.problem
    return State.REUSED if attempt.reused else State.AUDITED, None


_Key = tuple[str, Severity, Outcome, str]


def _against(results: tuple[ControlResult, ...]) -> Iterator[_Key]:
    for result in results:
        for finding in result.findings:
            if finding.outcome in AGAINST:
                yield result.control, result.severity, finding.outcome, finding.subject


def _summed(found: "Counter[_Key]") -> tuple[Shift, ...]:
    """By control and outcome, the worst outcome first; who or what is concerned stays behind."""
    sums: Counter[tuple[str, Severity, Outcome]] = Counter()
    for (control, severity, outcome, _subject), count in found.items():
        sums[control, severity, outcome] += count
    ordered = sorted(sums, key=lambda key: (key[2].rank, list(Severity).index(key[1]), key[0]))
    return tuple(
        Shift(control=key[0], severity=key[1], outcome=key[2], count=sums[key]) for key in ordered
    )
