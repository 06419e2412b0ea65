"""ANN-12."""

from collections.abc import Iterator, Sequence

from expectations import examples as ex
from expectations.control import Example, control
from expectations.findings import cannot_tell, failed, nothing_labelled, passed, shown
from pipelines.model.dataset import Dataset
from pipelines.model.finding import Finding
from pipelines.model.message import msg
from pipelines.model.outcome import Level, Outcome
from pipelines.model.profile import SampleDraw

_NEEDED = ("code_letter", "sample_size", "accept", "reject")


@control(
    examples=(
        Example(
            en="as many items drawn as the plan says",
            zh="抽样数与方案一致",
            given={"dataset": ex.LABELLED, "draws": (ex.draw("accept"),)},
            expect=(Outcome.PASSED,),
        ),
        Example(
            en="fewer items drawn than the plan says",
            zh="抽样数少于方案",
            given={"dataset": ex.LABELLED, "draws": (ex.draw("accept", items=("i-1", "i-2")),)},
            expect=(Outcome.FAILED,),
        ),
        Example(
            en="a draw without its plan",
            zh="抽样没有方案",
            given={"dataset": ex.LABELLED, "draws": (ex.draw("accept", plan={}),)},
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
def ann_12(dataset: Dataset, draws: Sequence[SampleDraw]) -> Iterator[Finding]:
    """Acceptance plan and switching rules.

    Why: a plan chosen afterwards can always accept a lot; only one fixed before means something.
    Remedy: draw again by the plan of the policy, and keep the digest of the frame and the seed.
    """
    if dataset.annotation is None:
        yield nothing_labelled()
        return
    if not draws:
        yield cannot_tell("labels", msg("no sample was drawn"))
    for draw in draws:
        subject, lot = f"lot:{draw.lot}", shown(draw.lot)
        if any(name not in draw.plan for name in _NEEDED) or not (draw.seed and draw.frame_digest):
            text = msg("the draw of {lot} lacks its plan, seed or frame", lot=lot)
            yield cannot_tell(subject, text)
            continue
        wanted = min(int(draw.plan["sample_size"]), draw.lot_size)
        drawn = len(set(draw.items))
        decided_off = draw.proposed == "accept" and draw.wrong > int(draw.plan["accept"])
        if drawn != wanted or decided_off:
            text = msg(
                "{lot}: {drawn} items drawn, the plan says {wanted}",
                lot=lot,
                drawn=drawn,
                wanted=wanted,
            )
            yield failed(subject, text, count=drawn, base=wanted, level=Level.RECOMPUTED)
        else:
            text = msg(
                "{lot} follows its plan: letter {letter}, {wanted} items, accept {accept}",
                lot=lot,
                letter=draw.plan["code_letter"],
                wanted=wanted,
                accept=draw.plan["accept"],
            )
            yield passed(subject, text, count=drawn, base=wanted, level=Level.RECOMPUTED)
