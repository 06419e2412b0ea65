"""The digest of a night: one entry a change, in the order in which they need somebody."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from expectations.findings import MAINLAND
from pipelines.model.message import Message, msg
from pipelines.model.nightly import DatasetNight, Night, Shift, State
from pipelines.model.outcome import Gate
from pipelines.nightly import words
from pipelines.report.words import GATES, OUTCOMES

NOTHING = msg("No result")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One change of one dataset."""

    dataset: str
    parts: tuple[Message, ...]
    gate: Gate | None = None
    """The gate the line is about, for its mark."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """Changes of one kind."""

    id: str
    title: Message
    lines: tuple[Line, ...]


def sections(night: Night) -> tuple[Section, ...]:
    """What changed since the sweep before; kinds without a change are left out."""
    kinds: Sequence[tuple[str, Message, Callable[[DatasetNight], Iterator[Line]]]] = (
        ("stale", msg("Not audited, last result kept as stale"), _stale),
        ("gates", msg("Gate changed"), _gates),
        ("recovered", msg("Current again"), _recovered),
        ("new", msg("New findings"), _new),
        ("lapsed", msg("Lapsed"), _lapsed),
        ("expiring", msg("Ends soon"), _expiring),
        ("resolved", msg("Findings that are gone"), _resolved),
    )
    found = (
        Section(id=id_, title=title, lines=tuple(line for d in night.datasets for line in of(d)))
        for id_, title, of in kinds
    )
    return tuple(section for section in found if section.lines)


def headlines(night: Night) -> tuple[Message, ...]:
    """How many datasets and stages there were, and what became of them."""
    counts = {state: sum(d.state is state for d in night.datasets) for state in State}
    ran, reused, undone = night.stages()
    datasets = msg(
        "{registered} datasets: {audited} audited, {reused} reused, {not_audited} not audited, "
        "{unreachable} unreachable",
        registered=len(night.datasets),
        audited=counts[State.AUDITED],
        reused=counts[State.REUSED],
        not_audited=counts[State.NOT_AUDITED],
        unreachable=counts[State.UNREACHABLE],
    )
    if not undone:
        stages = msg(
            "{stages} stages, {ran} ran, {reused} reused",
            stages=ran + reused,
            ran=ran,
            reused=reused,
        )
    else:
        stages = msg(
            "{stages} stages, {ran} ran, {reused} reused, {undone} left undone",
            stages=ran + reused + undone,
            ran=ran,
            reused=reused,
            undone=undone,
        )
    return datasets, stages


def moment_text(at: datetime) -> str:
    """`2026-11-20 01:00 UTC+8`, in either language."""
    return f"{at.astimezone(MAINLAND):%Y-%m-%d %H:%M} UTC+8"


def _stale(found: DatasetNight) -> Iterator[Line]:
    if found.stale_since is None:
        return
    parts = [words.STATES[found.state]]
    parts.append(msg("stale since {since}", since=moment_text(found.stale_since)))
    if found.gate is not None and found.audited_at is not None and found.run is not None:
        parts.append(
            msg(
                "last result {gate}, of {at}, {run}",
                gate=GATES[found.gate].text,
                at=moment_text(found.audited_at),
                run=found.run,
            )
        )
    else:
        parts.append(msg("never audited"))
    if found.problem is not None:
        parts.append(found.problem)
    yield Line(dataset=found.dataset, parts=tuple(parts), gate=Gate.INCOMPLETE)


def _gates(found: DatasetNight) -> Iterator[Line]:
    if not found.state.current or found.gate is None or found.gate is found.gate_before:
        return
    before = NOTHING if found.gate_before is None else GATES[found.gate_before].text
    shift = msg("{before} → {after}", before=before, after=GATES[found.gate].text)
    parts = [shift, *(words.CHANGES[change] for change in found.changes)]
    if found.run is not None:
        parts.append(msg("run {run}", run=found.run))
    yield Line(dataset=found.dataset, parts=tuple(parts), gate=found.gate)


def _recovered(found: DatasetNight) -> Iterator[Line]:
    if found.recovered and found.gate is not None:
        yield Line(dataset=found.dataset, parts=(GATES[found.gate].text,), gate=found.gate)


def _new(found: DatasetNight) -> Iterator[Line]:
    if found.new:
        yield Line(dataset=found.dataset, parts=tuple(map(_shift, found.new)))


def _resolved(found: DatasetNight) -> Iterator[Line]:
    if found.resolved:
        yield Line(dataset=found.dataset, parts=tuple(map(_shift, found.resolved)))


def _shift(shift: Shift) -> Message:
    return msg(
        "{control} {outcome} ({count})",
        control=shift.control,
        outcome=OUTCOMES[shift.outcome].text,
        count=shift.count,
    )


def _lapsed(found: DatasetNight) -> Iterator[Line]:
    parts = tuple(
        msg("{term}: {count}", term=words.TERMS[term], count=found.lapsed[term])
        for term in words.TERMS
        if found.lapsed.get(term)
    )
    if parts:
        yield Line(dataset=found.dataset, parts=parts)


def _expiring(found: DatasetNight) -> Iterator[Line]:
    parts = tuple(
        msg(
            "{term}: {count} within {days} days",
            term=words.TERMS[due.term],
            count=due.entered,
            days=due.days,
        )
        for due in found.due
        if due.entered
    )
    if parts:
        yield Line(dataset=found.dataset, parts=parts)
