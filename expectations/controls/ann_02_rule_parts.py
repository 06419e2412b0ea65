"""ANN-02."""

from collections.abc import Iterator

from expectations import examples as ex
from expectations.control import Example, control
from expectations.findings import cannot_tell, failed, nothing_labelled, passed
from pipelines.model.annotation import RuleSet
from pipelines.model.dataset import Dataset
from pipelines.model.finding import Finding
from pipelines.model.message import msg
from pipelines.model.outcome import Outcome


@control(
    examples=(
        Example(
            en="only functional labelling is done; its rules say both duties",
            zh="只做功能性标注，规则写明两种职责",
            given={"dataset": ex.LABELLED, "rules": ex.rules()},
            thresholds={"kinds": ("functional",)},
            expect=(Outcome.PASSED,),
        ),
        Example(
            en="rules that say nothing about review",
            zh="规则没有写审核",
            given={"dataset": ex.LABELLED, "rules": ex.rules(stages={"annotate": "label"})},
            thresholds={"kinds": ("functional",)},
            expect=(Outcome.FAILED,),
        ),
        Example(
            en="both kinds are asked for and safety rules are not on file",
            zh="两类都要求，没有安全性规则",
            given={"dataset": ex.LABELLED, "rules": ex.rules()},
            expect=(Outcome.PASSED, Outcome.CANT_TELL),
        ),
        Example(
            en="nothing labelled",
            zh="没有标注",
            given={"dataset": ex.dataset(), "rules": None},
            expect=(Outcome.INAPPLICABLE,),
        ),
    ),
)
def ann_02(
    dataset: Dataset, rules: RuleSet | None, *, kinds: tuple[str, ...], stages: tuple[str, ...]
) -> Iterator[Finding]:
    """Separate functional and safety rules for annotating and reviewing.

    Why: a reviewer without rules has nothing to judge a label by.
    Remedy: say under `stages` of the rules what `annotate` and `review` ask; where only one kind of
    labelling is done, name it in the policy.
    """
    if dataset.annotation is None:
        yield nothing_labelled()
        return
    for kind in kinds:
        subject = f"rules:{kind}"
        if rules is None or rules.kind != kind:
            yield cannot_tell(subject, msg("no {kind} rules are on file", kind=kind))
            continue
        missing = [stage for stage in stages if not rules.stages.get(stage, "").strip()]
        if missing:
            text = msg(
                "the {kind} rules do not say what {stages} ask",
                kind=kind,
                stages=", ".join(missing),
            )
            yield failed(subject, text, count=len(missing), base=len(stages))
        else:
            text = msg("the {kind} rules say what annotating and reviewing ask", kind=kind)
            yield passed(subject, text, count=len(stages), base=len(stages))
