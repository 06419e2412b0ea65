"""ANN-01."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pyarrow as pa
import pyarrow.compute as pc

from expectations import examples as ex
from expectations.annotation_facts import days_of
from expectations.control import Example, control
from expectations.findings import cannot_tell, failed, nothing_labelled, passed, places, shown
from pipelines.model.annotation import RuleSet
from pipelines.model.dataset import Dataset
from pipelines.model.finding import Finding
from pipelines.model.message import msg
from pipelines.model.outcome import Outcome

_NO_RULES = ex.dataset(annotation=replace(ex.annotation(), rules=None))


@control(
    examples=(
        Example(
            en="complete, approved, in force before the first label",
            zh="齐备、经批准、先于第一条标注生效",
            given={"dataset": ex.LABELLED, "rules": ex.rules(), "labels": ex.labels({})},
            expect=(Outcome.PASSED,),
        ),
        Example(
            en="no method and nobody's approval",
            zh="没有方法，没有批准",
            given={
                "dataset": ex.LABELLED,
                "rules": ex.rules(method="", approved_by=()),
                "labels": ex.labels({}),
            },
            expect=(Outcome.FAILED,),
        ),
        Example(
            en="in force only after the first label",
            zh="第一条标注之后才生效",
            given={
                "dataset": ex.LABELLED,
                "rules": ex.rules(effective_from=date(2026, 11, 1)),
                "labels": ex.labels({}),
            },
            expect=(Outcome.FAILED,),
        ),
        Example(
            en="a label made under a version that is not on file",
            zh="有标注所依版本不在案",
            given={
                "dataset": ex.LABELLED,
                "rules": ex.rules(),
                "labels": ex.labels({}, {"item": "i-2", "rule_version": "0.9"}),
            },
            expect=(Outcome.CANT_TELL,),
        ),
        Example(
            en="labelled without rules",
            zh="有标注，没有规则",
            given={"dataset": _NO_RULES, "rules": None, "labels": ex.labels({})},
            expect=(Outcome.FAILED,),
        ),
        Example(
            en="nothing labelled",
            zh="没有标注",
            given={"dataset": ex.dataset(), "rules": None, "labels": None},
            expect=(Outcome.INAPPLICABLE,),
        ),
    ),
)
def ann_01(
    dataset: Dataset, rules: RuleSet | None, labels: pa.Table | None, *, sections: tuple[str, ...]
) -> Iterator[Finding]:
    """Rules complete and versioned.

    Why: Article 8 asks for clear, specific and operable rules; rules written after the labels did
    not govern them.
    Remedy: complete the rules, have them approved and state the day they come into force; review
    what was labelled before it or under another version.
    """
    if dataset.annotation is None:
        yield nothing_labelled()
        return
    if rules is None:
        if dataset.annotation.rules is None:
            yield failed("rules", msg("records are labelled and no rules are on file"))
        else:
            yield cannot_tell("rules", msg("the rules were not read"))
        return
    held = {name: bool(str(getattr(rules, name)).strip()) for name in sections}
    held |= {
        "approved_by": bool(rules.approved_by),
        "effective_from": rules.effective_from is not None,
    }
    missing = [name for name, there in held.items() if not there]
    if missing:
        text = msg(
            "the rules {version} lack {fields}",
            version=shown(rules.version),
            fields=", ".join(missing),
        )
        yield failed("rules", text, count=len(missing), base=len(held))
        return
    if labels is None or not labels.num_rows:
        yield cannot_tell("rules", msg("there are no labels to compare with the rules"))
        return
    yield from _in_force(rules, labels)


def _in_force(rules: RuleSet, labels: pa.Table) -> Iterator[Finding]:
    start, whole = rules.effective_from or date.max, labels.num_rows
    version = shown(rules.version)
    days = list(days_of(labels))
    early = [item for item, _, at in days if at is not None and at < start]
    undated = sum(at is None for _, _, at in days)
    other = pc.fill_null(pc.not_equal(labels["rule_version"], rules.version), True)
    foreign = labels.filter(other)["item"].to_pylist()
    if early:
        text = msg(
            "{count} labels are older than the rules {version}, in force from {start}",
            count=len(early),
            version=version,
            start=start.isoformat(),
        )
        yield failed("rules", text, count=len(early), base=whole, places=places(early))
    if foreign:
        text = msg("{count} labels name another version of the rules, or none", count=len(foreign))
        yield cannot_tell("rules", text, count=len(foreign), base=whole, places=places(foreign))
    if undated:
        text = msg("{count} labels carry no time", count=undated)
        yield cannot_tell("rules", text, count=undated, base=whole)
    if not (early or foreign or undated):
        text = msg(
            "the rules {version} are complete, approved and govern all labels", version=version
        )
        yield passed("rules", text, count=whole, base=whole)
