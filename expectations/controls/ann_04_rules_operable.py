"""ANN-04."""

from collections.abc import Iterator
from decimal import Decimal

from expectations import examples as ex
from expectations.control import Example, control
from expectations.findings import cannot_tell, failed, nothing_labelled, passed, shown
from pipelines.model.annotation import RuleSet
from pipelines.model.dataset import Dataset
from pipelines.model.finding import Finding
from pipelines.model.message import msg
from pipelines.model.outcome import Level, Outcome
from pipelines.model.profile import Agreement


@control(
    examples=(
        Example(
            en="alpha of 0.93",
            zh="α 为 0.93",
            given={
                "dataset": ex.LABELLED,
                "rules": ex.rules(),
                "agreement": ex.agreement("0.930000"),
            },
            expect=(Outcome.PASSED,),
        ),
        Example(
            en="alpha of 0.41",
            zh="α 为 0.41",
            given={
                "dataset": ex.LABELLED,
                "rules": ex.rules(),
                "agreement": ex.agreement("0.410000"),
            },
            expect=(Outcome.FAILED,),
        ),
        Example(
            en="only one label in use: alpha is undefined",
            zh="只用了一个标签，α 无定义",
            given={
                "dataset": ex.LABELLED,
                "rules": ex.rules(),
                "agreement": ex.agreement(None, "one label in use"),
            },
            expect=(Outcome.CANT_TELL,),
        ),
        Example(
            en="nothing labelled",
            zh="没有标注",
            given={"dataset": ex.dataset(), "rules": None, "agreement": None},
            expect=(Outcome.INAPPLICABLE,),
        ),
    ),
)
def ann_04(
    dataset: Dataset,
    rules: RuleSet | None,
    agreement: Agreement | None,
    *,
    minimum_agreement: Decimal,
) -> Iterator[Finding]:
    """Rules clear, specific and operable.

    Why: when people who follow the same rules come to different labels, the rules are not clear.
    Remedy: find the labels they disagree on most, rewrite their definitions and examples, and have
    a batch labelled twice again.
    """
    if dataset.annotation is None:
        yield nothing_labelled()
        return
    name = rules.coefficient if rules else "alpha"
    held = {figure.coefficient: figure for figure in agreement.figures} if agreement else {}
    figure = held.get(name)
    if figure is None or figure.value is None or agreement is None:
        why = figure.why if figure and figure.why else "–"
        text = msg("{coefficient} is undefined: {why}", coefficient=shown(name), why=why)
        yield cannot_tell("labels", text)
        return
    text = msg(
        "{coefficient} is {value} [{low}, {high}] over {items} items; "
        "the policy asks for {minimum}",
        coefficient=shown(name),
        value=figure.value,
        low=figure.low or "–",
        high=figure.high or "–",
        items=agreement.pairable_items,
        minimum=str(minimum_agreement),
    )
    judge = passed if Decimal(figure.value) >= minimum_agreement else failed
    figures = {"value": figure.value, "minimum": str(minimum_agreement)}
    yield judge(
        "labels", text, level=Level.RECOMPUTED, base=agreement.pairable_items, figures=figures
    )
