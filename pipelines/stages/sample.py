"""sample: how far annotators agree, and for each lot of labels a plan, a draw and its verdict."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import pyarrow as pa

from expectations.policy import Policy
from pipelines.engine.base import Engine
from pipelines.kernels import acceptance, drawing
from pipelines.kernels.agreement import MeasurementLevel
from pipelines.kernels.agreement_ratings import Repeats, encode, resolved
from pipelines.kernels.agreement_summary import measure
from pipelines.model.evidence import DRAW, TableRef
from pipelines.model.ids import RunId
from pipelines.model.profile import Agreement, SampleDraw
from pipelines.settings import Settings
from pipelines.stages.base import Progress, StageOutput, policy_of
from pipelines.store.codec import to_json
from pipelines.store.database import Store
from pipelines.store.stage_results import stage_tables

VERSION = "2"
POLICY: tuple[str, ...] = ("sampling", "agreement")
MANY_LOTS = 50
"""More rule versions than this are no versions; the labels are then judged as one lot."""
WHOLE = "all"
APPROVED = frozenset({"approved", "approve", "accepted", "accept", "pass", "passed", "correct",
                      "ok", "通过", "正确", "合格"})  # fmt: skip
REJECTED = frozenset({"rejected", "reject", "fail", "failed", "wrong", "incorrect",
                      "不通过", "错误", "不合格", "驳回"})  # fmt: skip
"""What reviewers write; a verdict in neither set decides nothing."""
_BEFORE_ALL = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What reviewers other than its annotators said of an item."""

    approved: bool
    rejected: bool


def inputs(run_id: RunId, store: Store) -> Mapping[str, object]:
    """The labels and reviews the stage reads."""
    return {"tables": sorted(f"{t.kind} {t.digest}" for t in _annotation(run_id, store))}


def sample(
    run_id: RunId, *, settings: Settings, store: Store, engine: Engine, progress: Progress
) -> StageOutput:
    """Agreement over all labels, and one drawn and judged sample for each version of the rules.

    Raises:
        ConfigError: the policy asks for a plan that there is no table for.
    """
    labels = _rows(run_id, store, "labels")
    if not labels:
        return StageOutput(summary={"annotation": None})
    policy = policy_of(run_id, store)
    progress.start("sample", None)
    draws = draw_lots(labels, _rows(run_id, store, "reviews"), policy)
    summary: dict[str, object] = {
        "annotation": {"labels": len(labels), "lots": len(draws)},
        "agreement": to_json(agreement_of(labels, policy)),
        "draws": to_json(draws),
    }
    tables = tuple(store.evidence.write("draw", _draw_table(draw)) for draw in draws)
    progress.done("sample")
    return StageOutput(summary=summary, tables=tables)


def agreement_of(labels: Sequence[Mapping[str, object]], policy: Policy) -> Agreement:
    """Agreement between the annotators as the policy wants it computed, by time of labelling."""
    rule = policy.agreement
    ordered = sorted(labels, key=_when)
    items, labelled = ([str(row[name]) for row in ordered] for name in ("item", "label"))
    people = [row["annotator"] for row in ordered]
    # a file without annotators beside one with them would make people of rows: then nobody is known
    names = None if None in people else [str(person) for person in people]
    ratings = encode(items, names, labelled)
    repeats = Repeats.ALL if rule.repeats == "keep" else Repeats(rule.repeats)
    return measure(
        resolved(ratings, repeats), MeasurementLevel(rule.level), draws=rule.draws, seed=rule.seed
    )


def draw_lots(
    labels: Sequence[Mapping[str, object]],
    reviews: Sequence[Mapping[str, object]],
    policy: Policy,
) -> tuple[SampleDraw, ...]:
    """One drawn and judged sample for each lot, ordered by the name of the lot."""
    annotators: dict[str, set[object]] = defaultdict(set)
    for row in labels:
        annotators[str(row["item"])].add(row["annotator"])
    judged = independent_verdicts(reviews, annotators)
    lots = _lots(labels)
    return tuple(_judge(name, lots[name], judged, policy) for name in sorted(lots))


def independent_verdicts(
    reviews: Iterable[Mapping[str, object]], annotators: Mapping[str, set[object]]
) -> dict[str, Judged]:
    """For each item the verdicts of people who did not label it; a review of own work is none.

    Where it is not known who labelled an item, nobody is known to be independent of them.
    """
    judged: dict[str, Judged] = {}
    for row in reviews:
        item, reviewer = str(row["item"]), str(row["reviewer"])
        if annotators.get(item, set()) & {reviewer, None}:
            continue
        verdict = str(row["verdict"]).strip().casefold()
        before = judged.get(item, Judged(approved=False, rejected=False))
        judged[item] = Judged(
            approved=before.approved or verdict in APPROVED,
            rejected=before.rejected or verdict in REJECTED,
        )
    return judged


def _lots(labels: Sequence[Mapping[str, object]]) -> dict[str, list[str]]:
    """Items by the version of the rules under which they were last labelled."""
    version: dict[str, str] = {}
    for row in sorted(labels, key=_when):
        version[str(row["item"])] = str(row["rule_version"] or WHOLE)[:80]
    if len(set(version.values())) > MANY_LOTS:
        return {WHOLE: list(version)}
    lots: dict[str, list[str]] = defaultdict(list)
    for item, name in version.items():
        lots[name].append(item)
    return lots


def _judge(
    name: str, items: Sequence[str], judged: Mapping[str, Judged], policy: Policy
) -> SampleDraw:
    """The plan for a lot, the items it draws, and what their reviews add up to."""
    plan = _plan(len(items), policy)
    drawn = drawing.draw(items, plan.sample_size, seed=str(policy.sampling.seed))
    verdicts = [judged[item] for item in drawn.items if item in judged]
    wrong = sum(verdict.rejected for verdict in verdicts)
    reviewed = sum(verdict.rejected or verdict.approved for verdict in verdicts)
    return SampleDraw(
        lot=name,
        lot_size=len(items),
        frame_digest=drawn.frame_digest,
        plan={
            "standard": policy.sampling.standard,
            "level": plan.level,
            "aql": str(plan.aql),
            "severity": plan.severity.value,
            "code_letter": plan.code_letter,
            "effective_letter": plan.effective_letter,
            "sample_size": plan.sample_size,
            "accept": plan.accept,
            "reject": plan.reject,
        },
        algorithm=drawn.algorithm,
        seed=drawn.seed,
        items=drawn.items,
        reviewed=reviewed,
        wrong=wrong,
        proposed=_proposed(plan, reviewed=reviewed, wrong=wrong),
    )


def _plan(lot_size: int, policy: Policy) -> acceptance.SamplePlan:
    rule = policy.sampling
    return acceptance.plan(
        lot_size, aql=rule.aql, level=rule.level, severity=acceptance.Severity(rule.severity)
    )


def _proposed(plan: acceptance.SamplePlan, *, reviewed: int, wrong: int) -> str:
    """What the plan proposes: missing reviews never accept a lot, enough wrong items reject it."""
    if wrong >= plan.reject:
        return "rework"
    return "accept" if reviewed == plan.sample_size else "not_established"


def _when(row: Mapping[str, object]) -> tuple[datetime, str]:
    """The order of labelling; labels without a time come first, by version."""
    at = row["at"]
    return (at if isinstance(at, datetime) else _BEFORE_ALL), str(row["rule_version"] or "")


def _annotation(run_id: RunId, store: Store) -> list[TableRef]:
    tables = stage_tables(store, run_id, "register")
    return [table for table in tables if table.kind in ("labels", "reviews")]


def _rows(run_id: RunId, store: Store, kind: str) -> list[Mapping[str, object]]:
    """The rows of every table of `kind`, in the order the evidence store sorts them."""
    return [
        row
        for table in _annotation(run_id, store)
        if table.kind == kind
        for row in store.evidence.read(table).to_pylist()
    ]


def _draw_table(draw: SampleDraw) -> pa.Table:
    rows = [{"position": place, "item": item} for place, item in enumerate(draw.items)]
    return pa.Table.from_pylist(rows, schema=DRAW)
