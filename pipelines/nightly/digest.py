"""The digest of a night: one entry a change, in the order in which they need somebody."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from expectations.findings import MAINLAND
from pipelines.model.message import Message, msg
from pipelines.model.nightly import DatasetNight, Due, Night, Shift, State
from pipelines.model.outcome import Gate
from pipelines.nightly import words
from pipelines.report.words import GATES, OUTCOMES

NOTHING = msg("No result")
RETIRED = msg("what is on record of it stays, and is not looked at any more")
QUIET = msg("Nothing has changed since the sweep before.")


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
        ("same_gate", msg("Changed, gate as before"), _same_gate),
        ("new", msg("New findings"), _new),
        ("lapsed", msg("Lapsed"), _lapsed),
        ("expiring", msg("Ends soon"), _expiring),
        ("resolved", msg("Findings that are gone"), _resolved),
    )
    found = [
        Section(id=id_, title=title, lines=tuple(line for d in night.datasets for line in of(d)))
        for id_, title, of in kinds
    ]
    gone = tuple(Line(dataset=name, parts=(RETIRED,)) for name in night.retired)
    found.append(Section(id="retired", title=msg("No longer registered"), lines=gone))
    return tuple(section for section in found if section.lines)


def quiet(night: Night) -> bool:
    """Whether the night may say that nothing has changed: all stands, and nobody came or went."""
    stands = all(found.state is State.REUSED for found in night.datasets)
    return stands and night.previous is not None and not sections(night)


def headlines(night: Night) -> tuple[Message, ...]:
    """How many datasets and stages there were, and what became of them."""
    counts = {state: sum(d.state is state for d in night.datasets) for state in State}
    ran, reused, undone = night.stages()
    datasets = msg(
        "datasets: {registered} ({audited} audited, {reused} reused, {not_audited} not audited, "
        "{unreachable} unreachable)",
        registered=len(night.datasets),
        audited=counts[State.AUDITED],
        reused=counts[State.REUSED],
        not_audited=counts[State.NOT_AUDITED],
        unreachable=counts[State.UNREACHABLE],
    )
    if not undone:
        stages = msg(
            "stages: {stages} ({ran} ran, {reused} reused)",
            stages=ran + reused,
            ran=ran,
            reused=reused,
        )
    else:
        stages = msg(
            "stages: {stages} ({ran} ran, {reused} reused, {undone} left undone)",
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
    elif found.run is None:
        parts.append(msg("never audited"))
    if found.problem is not None:
        parts.append(found.problem)
    yield Line(dataset=found.dataset, parts=tuple(parts), gate=Gate.INCOMPLETE)


def _gates(found: DatasetNight) -> Iterator[Line]:
    if not found.state.current or found.gate is None or found.gate is found.gate_before:
        return
    before = NOTHING if found.gate_before is None else GATES[found.gate_before].text
    shift = msg("{before} → {after}", before=before, after=GATES[found.gate].text)
    yield Line(dataset=found.dataset, parts=(shift, *_why(found)), gate=found.gate)


def _same_gate(found: DatasetNight) -> Iterator[Line]:
    if not found.state.current or found.gate is None or found.gate is not found.gate_before:
        return
    other_run = found.run_before is not None and found.run != found.run_before
    if found.state is State.AUDITED or other_run:
        parts = (GATES[found.gate].text, *_why(found))
        yield Line(dataset=found.dataset, parts=parts, gate=found.gate)


def _why(found: DatasetNight) -> Iterator[Message]:
    """What had changed, and the run that looked at it."""
    yield from (words.CHANGES[change] for change in found.changes)
    if found.state is State.REUSED and found.run != found.run_before:
        yield msg("audited apart from this sweep")
    if found.run is not None:
        yield msg("run {run}", run=found.run)


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
    parts = tuple(_ending(due) for due in found.due if due.entered)
    if parts:
        yield Line(dataset=found.dataset, parts=parts)


def _ending(due: Due) -> Message:
    term = words.TERMS[due.term]
    if due.days == 1:
        return msg("{term}: {count} within a day", term=term, count=due.entered)
    return msg("{term}: {count} within {days} days", term=term, count=due.entered, days=due.days)
