"""ANN-08."""

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal

import pyarrow as pa

from expectations import examples as ex
from expectations.control import Example, control
from expectations.findings import (
    as_percent,
    cannot_tell,
    failed,
    nothing_labelled,
    passed,
    percent,
    shown,
    within,
)
from pipelines.model.dataset import Dataset
from pipelines.model.finding import Finding
from pipelines.model.message import msg
from pipelines.model.outcome import Outcome


@control(
    examples=(
        Example(
            en="eight seconds for a label",
            zh="每条八秒",
            given={"dataset": ex.LABELLED, "labels": ex.labels({})},
            expect=(Outcome.PASSED,),
        ),
        Example(
            en="half of the labels in half a second",
            zh="一半的标注只用半秒",
            given={
                "dataset": ex.LABELLED,
                "labels": ex.labels({}, {"item": "i-2", "seconds": "0.5"}),
            },
            expect=(Outcome.FAILED,),
        ),
        Example(
            en="no times recorded",
            zh="没有用时记录",
            given={"dataset": ex.LABELLED, "labels": ex.labels({"seconds": None})},
            expect=(Outcome.CANT_TELL,),
        ),
        Example(
            en="nothing labelled",
            zh="没有标注",
            given={"dataset": ex.dataset(), "labels": None},
            expect=(Outcome.INAPPLICABLE,),
        ),
    ),
)
def ann_08(
    dataset: Dataset, labels: pa.Table | None, *, minimum_seconds: int, maximum_share: Decimal
) -> Iterator[Finding]:
    """Enough time per item.

    Why: an item nobody had the time to read cannot be labelled reliably.
    Remedy: review what the named people labelled too fast, and adjust the daily load.
    """
    if dataset.annotation is None:
        yield nothing_labelled()
        return
    if labels is None or not labels.num_rows:
        yield cannot_tell("labels", msg("there are no labels"))
        return
    pairs = zip(labels["annotator"].to_pylist(), labels["seconds"].to_pylist(), strict=True)
    timed = [(name, Decimal(seconds)) for name, seconds in pairs if seconds is not None]
    untimed = labels.num_rows - len(timed)
    hasty = Counter(name for name, seconds in timed if seconds < minimum_seconds)
    fast, whole = hasty.total(), labels.num_rows
    text = msg(
        "{share} of {all} labels took less than {seconds} seconds; the limit is {limit}",
        share=percent(fast, whole),
        all=whole,
        seconds=minimum_seconds,
        limit=as_percent(maximum_share),
    )
    people = tuple(shown(name) for name in sorted(filter(None, hasty))[:20])
    if not within(fast, whole, maximum_share):
        yield failed("labels", text, count=fast, base=whole, places=people)
    elif not within(fast + untimed, whole, maximum_share):
        text = msg("{count} of {all} labels carry no time spent", count=untimed, all=whole)
        yield cannot_tell("labels", text, count=untimed, base=whole)
    else:
        yield passed("labels", text, count=fast, base=whole, places=people)
