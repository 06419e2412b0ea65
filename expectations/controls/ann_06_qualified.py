"""ANN-06."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

import pyarrow as pa

from expectations import examples as ex
from expectations.annotation_facts import days_of
from expectations.control import Example, control
from expectations.findings import cannot_tell, failed, nothing_labelled, passed, places, shown
from pipelines.model.annotation import Annotator
from pipelines.model.dataset import Dataset
from pipelines.model.finding import Finding
from pipelines.model.message import Message, msg
from pipelines.model.outcome import Outcome


@control(
    examples=(
        Example(
            en="labelled while qualified",
            zh="在资格有效期内标注",
            given={
                "dataset": ex.LABELLED,
                "annotators": (ex.annotator(),),
                "labels": ex.labels({}),
            },
            expect=(Outcome.PASSED,),
        ),
        Example(
            en="labelled after the qualification had lapsed",
            zh="资格过期后标注",
            given={
                "dataset": ex.LABELLED,
                "annotators": (ex.annotator(qualified_to=date(2026, 9, 30)),),
                "labels": ex.labels({}),
            },
            expect=(Outcome.FAILED,),
        ),
        Example(
            en="labelled while suspended",
            zh="暂停后标注",
            given={
                "dataset": ex.LABELLED,
                "annotators": (ex.annotator(suspended_from=date(2026, 9, 15)),),
                "labels": ex.labels({}),
            },
            expect=(Outcome.FAILED,),
        ),
        Example(
            en="an annotator who is not in the register",
            zh="标注人员不在登记中",
            given={
                "dataset": ex.LABELLED,
                "annotators": (ex.annotator(),),
                "labels": ex.labels({"annotator": "A-99"}),
            },
            expect=(Outcome.CANT_TELL,),
        ),
        Example(
            en="labels that do not say who gave them",
            zh="标注没有写明标注人员",
            given={
                "dataset": ex.LABELLED,
                "annotators": (ex.annotator(),),
                "labels": ex.labels({"annotator": None}),
            },
            expect=(Outcome.CANT_TELL,),
        ),
        Example(
            en="nothing labelled",
            zh="没有标注",
            given={"dataset": ex.dataset(), "annotators": None, "labels": None},
            expect=(Outcome.INAPPLICABLE,),
        ),
    ),
)
def ann_06(
    dataset: Dataset,
    annotators: Sequence[Annotator] | None,
    labels: pa.Table | None,
    *,
    validity_days: int,
) -> Iterator[Finding]:
    """Only currently qualified annotators work.

    Why: nobody vouches for the skill of somebody whose qualification has lapsed or is suspended.
    Remedy: have qualified people review or redo the named items; update the register after
    re-examination.
    """
    if dataset.annotation is None:
        yield nothing_labelled()
        return
    if annotators is None or labels is None or not labels.num_rows:
        yield cannot_tell(
            "annotators", msg("there is no register of annotators, or there are no labels")
        )
        return
    register = {person.id: person for person in annotators}
    work: dict[str, list[tuple[str, date | None]]] = {}
    nameless = 0
    for item, name, at in days_of(labels):
        if name is None:
            nameless += 1
        else:
            work.setdefault(name, []).append((item, at))
    if nameless:
        text = msg("{count} labels do not say who gave them", count=nameless)
        yield cannot_tell("labels", text, count=nameless, base=labels.num_rows)
    for name in sorted(work):
        person = register.get(name)
        if person is None:
            text = msg(
                "{annotator} is not in the register; {count} labels",
                annotator=shown(name),
                count=len(work[name]),
            )
            yield cannot_tell(
                f"annotator:{name}", text, count=len(work[name]), base=labels.num_rows
            )
        else:
            yield from _judged(person, work[name], validity_days)


def _judged(
    person: Annotator, work: list[tuple[str, date | None]], validity_days: int
) -> Iterator[Finding]:
    subject, name, whole = f"annotator:{person.id}", shown(person.id), len(work)
    start, end = person.qualified_from, _last_day(person, validity_days)
    outside = [
        item
        for item, at in work
        if at is not None
        and (
            (start is not None and at < start)
            or (end is not None and at > end)
            or (person.suspended_from is not None and at >= person.suspended_from)
        )
    ]
    if outside:
        text = _outside(person, name, len(outside), end)
        yield failed(subject, text, count=len(outside), base=whole, places=places(outside))
    undated = sum(at is None for _, at in work)
    if undated or start is None:
        text = msg(
            "{annotator}: no first day of qualification, or {count} labels without a time",
            annotator=name,
            count=undated,
        )
        yield cannot_tell(subject, text, count=undated or whole, base=whole)
    elif not outside:
        text = msg("{annotator} was qualified for all {count} labels", annotator=name, count=whole)
        yield passed(subject, text, count=whole, base=whole)


def _last_day(person: Annotator, validity_days: int) -> date | None:
    """The last day on record, else as long as the policy lets a qualification run."""
    if person.qualified_to is not None or person.qualified_from is None:
        return person.qualified_to
    return person.qualified_from + timedelta(days=validity_days)


def _outside(person: Annotator, name: str, count: int, end: date | None) -> Message:
    if person.suspended_from is not None:
        return msg(
            "{annotator}, suspended from {start}, gave {count} labels while not qualified",
            annotator=name,
            start=person.suspended_from.isoformat(),
            count=count,
        )
    return msg(
        "{annotator}, qualified until {end}, gave {count} labels while not qualified",
        annotator=name,
        end=end.isoformat() if end else "–",
        count=count,
    )
