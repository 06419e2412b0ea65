"""ANN-03."""

from collections.abc import Iterator
from string import ascii_lowercase

from expectations import examples as ex
from expectations.control import Example, control
from expectations.findings import cannot_tell, failed, inapplicable, nothing_labelled, passed
from pipelines.model.annotation import LabelRule, RuleKind, RuleSet
from pipelines.model.dataset import Dataset
from pipelines.model.finding import Finding
from pipelines.model.message import msg
from pipelines.model.outcome import Outcome

_SIZES = {"A.1": 8, "A.2": 9, "A.3": 5, "A.4": 7, "A.5": 2}
_ALL = tuple(f"{c}.{ascii_lowercase[i]}" for c, n in _SIZES.items() for i in range(n))


def _safety(risks: tuple[str, ...]) -> RuleSet:
    rule = LabelRule(id="unsafe", definition="d", positive=("p",), negative=("n",), risks=risks)
    return ex.rules(kind=RuleKind.SAFETY, labels=(rule,))


@control(
    examples=(
        Example(
            en="safety rules for all 31 risks",
            zh="安全性规则覆盖三十一种",
            given={"dataset": ex.LABELLED, "rules": _safety(_ALL)},
            expect=(Outcome.PASSED,),
        ),
        Example(
            en="two risks without a rule",
            zh="两种风险没有规则",
            given={"dataset": ex.LABELLED, "rules": _safety(_ALL[2:])},
            expect=(Outcome.FAILED,),
        ),
        Example(
            en="labelled, but the rules were not read",
            zh="有标注，规则未读到",
            given={"dataset": ex.LABELLED, "rules": None},
            expect=(Outcome.CANT_TELL,),
        ),
        Example(
            en="functional labelling only",
            zh="只有功能性标注",
            given={"dataset": ex.LABELLED, "rules": ex.rules()},
            expect=(Outcome.INAPPLICABLE,),
        ),
        Example(
            en="nothing labelled",
            zh="没有标注",
            given={"dataset": ex.dataset(), "rules": None},
            expect=(Outcome.INAPPLICABLE,),
        ),
    ),
)
def ann_03(
    dataset: Dataset, rules: RuleSet | None, *, risks_by_class: tuple[str, ...]
) -> Iterator[Finding]:
    """Safety rules cover all 31 risks.

    Why: nobody looks for a risk the rules do not name.
    Remedy: write label rules for the named risks, each with a definition, examples and
    counter-examples.
    """
    if dataset.annotation is None:
        yield nothing_labelled()
        return
    if rules is None:
        yield cannot_tell("rules", msg("no rules were read"))
        return
    if rules.kind is not RuleKind.SAFETY:
        yield inapplicable("rules", msg("the rules are for functional labelling"))
        return
    wanted = [risk for part in risks_by_class for risk in _risks(part)]
    ruled = {
        risk
        for label in rules.labels
        if label.definition.strip() and label.positive and label.negative
        for risk in label.risks
    }
    missing = tuple(risk for risk in wanted if risk not in ruled)
    if missing:
        text = msg(
            "{count} of {all} risks have no complete rule", count=len(missing), all=len(wanted)
        )
        yield failed("rules", text, count=len(missing), base=len(wanted), places=missing[:20])
    else:
        text = msg("all {count} risks have a complete rule", count=len(wanted))
        yield passed("rules", text, count=len(wanted), base=len(wanted))


def _risks(part: str) -> list[str]:
    """`A.5=2` stands for `A.5.a` and `A.5.b`."""
    name, _, size = part.partition("=")
    return [f"{name}.{letter}" for letter in ascii_lowercase[: int(size)]]
