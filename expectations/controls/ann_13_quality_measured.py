"""ANN-13."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from expectations import examples as ex
from expectations.agreeing import held_against
from expectations.control import Example, control
from expectations.findings import (
    as_percent,
    cannot_tell,
    failed,
    nothing_labelled,
    passed,
    percent,
    within,
)
from pipelines.model.annotation import RuleSet
from pipelines.model.dataset import Dataset
from pipelines.model.finding import Finding
from pipelines.model.message import msg
from pipelines.model.outcome import Level, Outcome
from pipelines.model.profile import Agreement, SampleDraw


@control(
    examples=(
        Example(
            en="agreement and accuracy above their minima",
            zh="一致性和准确率都达到",
            given={
                "dataset": ex.LABELLED,
                "rules": ex.rules(),
                "agreement": ex.agreement("0.930000"),
                "draws": (ex.draw("accept"),),
            },
            expect=(Outcome.PASSED, Outcome.PASSED),
        ),
        Example(
            en="agreement below what the rules declare",
            zh="一致性低于规则声明的值",
            given={
                "dataset": ex.LABELLED,
                "rules": ex.rules(),
                "agreement": ex.agreement("0.700000"),
                "draws": (ex.draw("accept"),),
            },
            expect=(Outcome.FAILED, Outcome.PASSED),
        ),
        Example(
            en="alpha undefined, sample not reviewed",
            zh="α 无定义，样本未审",
            given={
                "dataset": ex.LABELLED,
                "rules": ex.rules(),
                "agreement": ex.agreement(None, "one label in use"),
                "draws": (ex.draw("not_established"),),
            },
            expect=(Outcome.CANT_TELL, Outcome.CANT_TELL),
        ),
        Example(
            en="nothing labelled",
            zh="没有标注",
            given={"dataset": ex.dataset(), "rules": None, "agreement": None, "draws": ()},
            expect=(Outcome.INAPPLICABLE,),
        ),
    ),
)
def ann_13(
    dataset: Dataset,
    rules: RuleSet | None,
    agreement: Agreement | None,
    draws: Sequence[SampleDraw],
    *,
    minimum_accuracy: Decimal,
) -> Iterator[Finding]:
    """Annotation quality measured.

    Why: Article 8 asks that the quality of labels is assessed; below the minimum one declared
    oneself, one's own rules are not met.
    Remedy: declare a minimum in the rules, have enough items labelled twice and the sample
    reviewed; send back batches that fall short.
    """
    if dataset.annotation is None:
        yield nothing_labelled()
        return
    yield _agreement(rules, agreement)
    yield _accuracy(draws, minimum_accuracy)


def _agreement(rules: RuleSet | None, agreement: Agreement | None) -> Finding:
    if rules is None or rules.minimum_agreement is None:
        return cannot_tell("agreement", msg("the rules declare no minimum of agreement"))
    return held_against(
        rules.minimum_agreement,
        rules.coefficient,
        agreement,
        subject="agreement",
        said=lambda values: msg(
            "{coefficient} is {value} [{low}, {high}] over {items} items; "
            "the rules declare {minimum}",
            **values,
        ),
    )


def _accuracy(draws: Sequence[SampleDraw], minimum: Decimal) -> Finding:
    reviewed, wrong = sum(d.reviewed for d in draws), sum(d.wrong for d in draws)
    drawn = sum(len(d.items) for d in draws)
    if not reviewed or reviewed < drawn:
        text = msg("{reviewed} of {size} sampled items are reviewed", reviewed=reviewed, size=drawn)
        return cannot_tell("accuracy", text, count=drawn - reviewed, base=drawn)
    text = msg(
        "{share} of {size} reviewed items are wrong; at most {limit} may be",
        share=percent(wrong, reviewed),
        size=reviewed,
        limit=as_percent(1 - minimum),
    )
    judge = passed if within(wrong, reviewed, 1 - minimum) else failed
    return judge("accuracy", text, level=Level.RECOMPUTED, count=wrong, base=reviewed)
