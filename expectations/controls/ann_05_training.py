"""ANN-05."""

from collections.abc import Iterator, Sequence

import pyarrow as pa

from expectations import examples as ex
from expectations.control import Example, control
from expectations.findings import cannot_tell, failed, nothing_labelled, passed, shown
from pipelines.model.annotation import Annotator
from pipelines.model.dataset import Dataset
from pipelines.model.finding import Finding
from pipelines.model.message import msg
from pipelines.model.outcome import Level, Outcome

_BOTH = (ex.annotator(), ex.annotator("R-01"))


@control(
    examples=(
        Example(
            en="everybody trained on the four topics",
            zh="人人四项齐全",
            given={
                "dataset": ex.LABELLED,
                "annotators": _BOTH,
                "labels": ex.labels({}),
                "reviews": ex.reviews({}),
            },
            expect=(Outcome.PASSED,),
        ),
        Example(
            en="no training in data security",
            zh="没有数据安全培训",
            given={
                "dataset": ex.LABELLED,
                "annotators": (
                    ex.annotator(topics=("task_rules", "tools", "quality_verification")),
                    ex.annotator("R-01"),
                ),
                "labels": ex.labels({}),
                "reviews": ex.reviews({}),
            },
            expect=(Outcome.FAILED,),
        ),
        Example(
            en="a reviewer who is not in the register",
            zh="有审核人员不在登记中",
            given={
                "dataset": ex.LABELLED,
                "annotators": (ex.annotator(),),
                "labels": ex.labels({}),
                "reviews": ex.reviews({}),
            },
            expect=(Outcome.CANT_TELL,),
        ),
        Example(
            en="labels that do not say who gave them",
            zh="标注没有写明标注人员",
            given={
                "dataset": ex.LABELLED,
                "annotators": _BOTH,
                "labels": ex.labels({}, {"annotator": None}),
                "reviews": ex.reviews({}),
            },
            expect=(Outcome.CANT_TELL,),
        ),
        Example(
            en="nothing labelled",
            zh="没有标注",
            given={"dataset": ex.dataset(), "annotators": None, "labels": None, "reviews": None},
            expect=(Outcome.INAPPLICABLE,),
        ),
    ),
)
def ann_05(
    dataset: Dataset,
    annotators: Sequence[Annotator] | None,
    labels: pa.Table | None,
    reviews: pa.Table | None,
    *,
    topics: tuple[str, ...],
) -> Iterator[Finding]:
    """Annotators trained on four topics.

    Why: Article 8 asks for the necessary training of those who label; training nobody recorded
    cannot be shown.
    Remedy: train them on the missing topics and record it in the register.
    """
    if dataset.annotation is None:
        yield nothing_labelled()
        return
    active = set(labels["annotator"].unique().to_pylist()) if labels is not None else set()
    active |= set(reviews["reviewer"].unique().to_pylist()) if reviews is not None else set()
    nameless = None in active
    active.discard(None)
    if nameless:
        yield cannot_tell("labels", msg("there are labels that do not say who gave them"))
    if not annotators or not active:
        yield cannot_tell(
            "annotators", msg("there is no register, or nobody is known to have worked")
        )
        return
    if labels is None or (reviews is None and dataset.annotation.reviews is not None):
        yield cannot_tell("annotators", msg("labels or reviews are declared and were not read"))
        return
    register = {person.id: person for person in annotators}
    trained = 0
    for name in sorted(active):
        person, subject = register.get(name), f"annotator:{name}"
        if person is None:
            text = msg("{annotator} worked and is not in the register", annotator=shown(name))
            yield cannot_tell(subject, text)
        elif missing := [topic for topic in topics if topic not in person.topics]:
            text = msg(
                "{annotator} has no training record for {topics}",
                annotator=shown(name),
                topics=", ".join(missing),
            )
            yield failed(subject, text, count=len(missing), base=len(topics), level=Level.ATTESTED)
        else:
            trained += 1
    if trained == len(active) and not nameless:
        text = msg("all {count} people who worked are trained on every topic", count=trained)
        yield passed("annotators", text, count=trained, base=trained, level=Level.ATTESTED)
