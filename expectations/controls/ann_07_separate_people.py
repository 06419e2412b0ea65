"""ANN-07."""

from collections.abc import Iterator, Mapping

import pyarrow as pa

from expectations import examples as ex
from expectations.annotation_facts import annotators_of
from expectations.control import Example, control
from expectations.findings import cannot_tell, failed, nothing_labelled, passed, places, shown
from pipelines.model.dataset import Dataset
from pipelines.model.finding import Finding
from pipelines.model.message import msg
from pipelines.model.outcome import Outcome


@control(
    examples=(
        Example(
            en="reviewed by somebody else",
            zh="由他人审核",
            given={"dataset": ex.LABELLED, "labels": ex.labels({}), "reviews": ex.reviews({})},
            expect=(Outcome.PASSED,),
        ),
        Example(
            en="A-01 reviewed an item A-01 had labelled",
            zh="A-01 审核了自己标注的条目",
            given={
                "dataset": ex.LABELLED,
                "labels": ex.labels({}),
                "reviews": ex.reviews({"reviewer": "A-01"}),
            },
            expect=(Outcome.FAILED,),
        ),
        Example(
            en="no reviews on file",
            zh="没有审核记录",
            given={"dataset": ex.LABELLED, "labels": ex.labels({}), "reviews": None},
            expect=(Outcome.CANT_TELL,),
        ),
        Example(
            en="a review of an item nobody is known to have labelled",
            zh="被审核的条目没有标注记录",
            given={
                "dataset": ex.LABELLED,
                "labels": ex.labels({}),
                "reviews": ex.reviews({}, {"item": "i-9"}),
            },
            expect=(Outcome.CANT_TELL,),
        ),
        Example(
            en="labels that do not say who gave them",
            zh="标注没有写明标注人员",
            given={
                "dataset": ex.LABELLED,
                "labels": ex.labels({"annotator": None}),
                "reviews": ex.reviews({}),
            },
            expect=(Outcome.CANT_TELL,),
        ),
        Example(
            en="nothing labelled",
            zh="没有标注",
            given={"dataset": ex.dataset(), "labels": None, "reviews": None},
            expect=(Outcome.INAPPLICABLE,),
        ),
    ),
)
def ann_07(
    dataset: Dataset, labels: pa.Table | None, reviews: pa.Table | None
) -> Iterator[Finding]:
    """Annotator and reviewer differ within a task.

    Why: whoever reviews their own work has not been reviewed.
    Remedy: have another reviewer redo the named items.
    """
    if dataset.annotation is None:
        yield nothing_labelled()
        return
    if labels is None or reviews is None or not labels.num_rows or not reviews.num_rows:
        yield cannot_tell("reviews", msg("labels or reviews are not on file"))
        return
    yield from _compared(annotators_of(labels), reviews)


def _compared(annotators: Mapping[str, set[str | None]], reviews: pa.Table) -> Iterator[Finding]:
    own: dict[str, list[str]] = {}
    unlabelled: list[str] = []
    nameless: list[str] = []
    whole = reviews.num_rows
    for item, reviewer in zip(
        reviews["item"].to_pylist(), reviews["reviewer"].to_pylist(), strict=True
    ):
        if item not in annotators:
            unlabelled.append(item)
        elif reviewer in annotators[item]:
            own.setdefault(reviewer, []).append(item)
        elif None in annotators[item]:
            nameless.append(item)
    for reviewer in sorted(own):
        count, where = len(own[reviewer]), places(own[reviewer])
        text = msg(
            "{annotator} reviewed {count} items of their own",
            annotator=shown(reviewer),
            count=count,
        )
        yield failed(f"annotator:{reviewer}", text, count=count, base=whole, places=where)
    if count := len(unlabelled):
        text = msg("{count} reviews are of items without a label", count=count)
        yield cannot_tell("reviews", text, count=count, base=whole, places=places(unlabelled))
    if count := len(nameless):
        text = msg("{count} reviews are of labels that do not say who gave them", count=count)
        yield cannot_tell("reviews", text, count=count, base=whole, places=places(nameless))
    if not (own or unlabelled or nameless):
        text = msg("none of {count} reviews is of the reviewer's own work", count=whole)
        yield passed("reviews", text, count=whole, base=whole)
