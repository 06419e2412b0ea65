"""ANN-09."""

from collections.abc import Iterator, Sequence

from expectations import examples as ex
from expectations.control import Example, control
from expectations.findings import cannot_tell, failed, nothing_labelled, passed, shown
from pipelines.model.dataset import Dataset
from pipelines.model.finding import Finding
from pipelines.model.message import msg
from pipelines.model.outcome import Level, Outcome
from pipelines.model.profile import SampleDraw


@control(
    examples=(
        Example(
            en="a sample drawn, reviewed and accepted",
            zh="已抽样、审完并接收",
            given={"dataset": ex.LABELLED, "draws": (ex.draw("accept"),)},
            expect=(Outcome.PASSED,),
        ),
        Example(
            en="more wrong items than the plan accepts",
            zh="错误超过方案的接收数",
            given={"dataset": ex.LABELLED, "draws": (ex.draw("rework"),)},
            expect=(Outcome.FAILED,),
        ),
        Example(
            en="drawn, not yet reviewed",
            zh="已抽样，未审完",
            given={"dataset": ex.LABELLED, "draws": (ex.draw("not_established"),)},
            expect=(Outcome.CANT_TELL,),
        ),
        Example(
            en="no sample drawn",
            zh="没有抽样",
            given={"dataset": ex.LABELLED, "draws": ()},
            expect=(Outcome.CANT_TELL,),
        ),
        Example(
            en="nothing labelled",
            zh="没有标注",
            given={"dataset": ex.dataset(), "draws": ()},
            expect=(Outcome.INAPPLICABLE,),
        ),
    ),
)
def ann_09(dataset: Dataset, draws: Sequence[SampleDraw]) -> Iterator[Finding]:
    """Every functional batch sampled by hand.

    Why: Article 8 asks that labels are verified on a sample; a sample nobody finished reviewing
    says nothing of its batch.
    Remedy: review the drawn items; label a batch again that comes out for rework, then draw anew.
    """
    if dataset.annotation is None:
        yield nothing_labelled()
        return
    if not draws:
        yield cannot_tell("labels", msg("no sample was drawn"))
    for draw in draws:
        subject, lot, size = f"lot:{draw.lot}", shown(draw.lot), len(draw.items)
        if draw.proposed == "rework":
            text = msg(
                "{wrong} of {size} sampled items of {lot} are wrong; the plan accepts {accept}",
                wrong=draw.wrong,
                size=size,
                lot=lot,
                accept=draw.plan.get("accept", "–"),
            )
            yield failed(subject, text, count=draw.wrong, base=size, level=Level.RECOMPUTED)
        elif draw.proposed == "accept" and size and draw.reviewed == size:
            text = msg(
                "{lot} is accepted: {wrong} of {size} sampled items are wrong",
                lot=lot,
                wrong=draw.wrong,
                size=size,
            )
            yield passed(subject, text, count=draw.wrong, base=size, level=Level.RECOMPUTED)
        else:
            text = msg(
                "{reviewed} of {size} sampled items of {lot} are reviewed by somebody else",
                reviewed=draw.reviewed,
                size=size,
                lot=lot,
            )
            yield cannot_tell(subject, text, count=size - draw.reviewed, base=size)
