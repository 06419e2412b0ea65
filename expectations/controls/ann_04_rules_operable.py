"""ANN-04."""

from collections.abc import Iterator
from decimal import Decimal

from expectations import examples as ex
from expectations.agreeing import held_against
from expectations.control import Example, control
from expectations.findings import nothing_labelled
from pipelines.model.annotation import RuleSet
from pipelines.model.dataset import Dataset
from pipelines.model.finding import Finding
from pipelines.model.message import msg
from pipelines.model.outcome import Outcome
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
    yield held_against(
        minimum_agreement,
        rules.coefficient if rules else "alpha",
        agreement,
        subject="labels",
        said=lambda values: msg(
            "{coefficient} is {value} [{low}, {high}] over {items} items; "
            "the policy asks for {minimum}",
            **values,
        ),
    )
