"""Lots of labels are drawn, judged and measured the same way every time."""

import dataclasses
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest

from connectors.manifest import read_manifest
from expectations.policy import Policy, load_policy
from pipelines.engine.local import Local
from pipelines.kernels.drawing import draw
from pipelines.model.errors import ConfigError
from pipelines.model.ids import RunId
from pipelines.model.profile import Agreement, SampleDraw
from pipelines.settings import Settings
from pipelines.stages import register, sample
from pipelines.stages.base import Silent, StageOutput
from pipelines.store import registrations, runs, stage_results
from pipelines.store.codec import from_json, to_json
from pipelines.store.database import Store, open_store

AT = datetime(2026, 11, 21, 1, 0, tzinfo=UTC)
EXAMPLE = Path(__file__).parents[2] / "examples" / "support-dialogues" / "dataset.yaml"
POLICY = load_policy()
Row = Mapping[str, object]


def label(item: str, annotator: str, given: str = "x", *, version: str = "1", day: int = 0) -> Row:
    at = AT + timedelta(days=day)
    return {"item": item, "annotator": annotator, "label": given, "rule_version": version, "at": at}


def review(item: str, reviewer: str = "R", verdict: str = "approved") -> Row:
    return {"item": item, "reviewer": reviewer, "verdict": verdict, "at": AT}


def lot(size: int) -> list[Row]:
    return [label(f"i{n:03}", person) for n in range(size) for person in ("A", "B")]


def judged(reviews: Sequence[Row], size: int = 150) -> SampleDraw:
    (found,) = sample.draw_lots(lot(size), reviews, POLICY)
    return found


def drawn_items(size: int = 150) -> tuple[str, ...]:
    return judged([], size).items


def test_the_draw_follows_from_items_and_seed_alone() -> None:
    found = judged([])
    again = draw([f"i{n:03}" for n in range(150)], 13, seed="20261121")
    assert found.items == again.items
    assert found.frame_digest == again.frame_digest
    assert (found.algorithm, found.seed, found.lot_size) == ("sha256-rank-1", "20261121", 150)


def test_the_plan_of_the_policy_is_stored_with_the_draw() -> None:
    assert judged([]).plan == {
        "standard": "ISO 2859-1", "level": "II", "aql": "1.0", "severity": "normal",
        "code_letter": "F", "effective_letter": "E", "sample_size": 13, "accept": 0, "reject": 1,
    }  # fmt: skip


def test_a_lot_is_accepted_when_every_drawn_item_is_approved_by_somebody_else() -> None:
    found = judged([review(item) for item in drawn_items()])
    assert (found.reviewed, found.wrong, found.proposed) == (13, 0, "accept")


def test_one_missing_review_establishes_nothing() -> None:
    found = judged([review(item) for item in drawn_items()[1:]])
    assert (found.reviewed, found.proposed) == (12, "not_established")


def test_a_review_of_own_work_is_no_review() -> None:
    first, *others = drawn_items()
    reviews = [review(item) for item in others]
    assert judged([*reviews, review(first, reviewer="A")]).reviewed == 12
    assert judged([*reviews, review(first, "A", "rejected")]).wrong == 0
    assert judged([*reviews, review(first, "A"), review(first, "R")]).proposed == "accept"


def test_where_nobody_says_who_labelled_nobody_is_known_to_be_somebody_else() -> None:
    reviews = [review(item) for item in drawn_items()]
    labels = [{**row, "annotator": None} for row in lot(150)]
    (found,) = sample.draw_lots(labels, reviews, POLICY)
    assert (found.reviewed, found.proposed) == (0, "not_established")
    measured = sample.agreement_of(labels, POLICY)
    assert (measured.annotators, measured.ratings, measured.repeated) == (None, 300, 0)


def test_enough_rejected_items_call_for_rework_whatever_is_still_missing() -> None:
    found = judged([review(drawn_items()[0], verdict=" Rejected ")])
    assert (found.reviewed, found.wrong, found.proposed) == (1, 1, "rework")


def test_of_two_reviewers_the_one_who_rejects_counts() -> None:
    item = drawn_items()[0]
    assert judged([review(item), review(item, "S", "不通过")]).wrong == 1


def test_a_verdict_nobody_can_read_decides_nothing() -> None:
    assert judged([review(item, verdict="perhaps") for item in drawn_items()]).reviewed == 0


def test_a_rejected_item_outside_the_draw_does_not_count() -> None:
    outside = next(f"i{n:03}" for n in range(150) if f"i{n:03}" not in drawn_items())
    assert judged([review(outside, verdict="rejected")]).wrong == 0


def test_each_version_of_the_rules_is_a_lot_and_relabelled_items_move() -> None:
    labels = [
        *(label(f"i{n}", "A", version="1") for n in range(10)),
        *(label(f"i{n}", "B", version="2", day=1) for n in range(4)),
    ]
    lots = {d.lot: d.lot_size for d in sample.draw_lots(labels, [], POLICY)}
    assert lots == {"1": 6, "2": 4}


def test_labels_without_a_version_are_one_lot() -> None:
    labels = [{**label(f"i{n}", "A"), "rule_version": None, "at": None} for n in range(9)]
    assert [d.lot for d in sample.draw_lots(labels, [], POLICY)] == ["all"]


def test_a_version_for_every_item_is_no_version() -> None:
    labels = [label(f"i{n}", "A", version=str(n)) for n in range(60)]
    assert [(d.lot, d.lot_size) for d in sample.draw_lots(labels, [], POLICY)] == [("all", 60)]


def test_the_order_of_rows_changes_nothing() -> None:
    labels, reviews = lot(40), [review(f"i{n:03}") for n in range(40)]
    before = sample.draw_lots(labels, reviews, POLICY), sample.agreement_of(labels, POLICY)
    for rows in (labels, reviews):
        Random(5).shuffle(rows)
    assert before == (
        sample.draw_lots(labels, reviews, POLICY), sample.agreement_of(labels, POLICY),
    )  # fmt: skip


def changed(part: str, **values: object) -> Policy:
    content = json.loads(POLICY.to_json())
    content[part].update(values)
    return Policy.from_json(json.dumps(content))


def test_repeats_are_taken_by_time_not_by_place() -> None:
    labels = [
        label("i", "A", "late", day=2), label("i", "A", "early"), label("i", "B", "early"),
        label("j", "A", "late"), label("j", "B", "late"),
    ]  # fmt: skip
    first = sample.agreement_of(labels, changed("agreement", repeats="first", draws=100))
    last = sample.agreement_of(labels, changed("agreement", repeats="last", draws=100))
    assert (first.figures[0].value, first.repeated, first.ratings) == ("1.000000", 1, 4)
    assert last.figures[0].value == "0.000000"


def test_an_aql_without_a_table_is_refused_with_advice() -> None:
    with pytest.raises(ConfigError) as refused:
        sample.draw_lots(lot(10), [], changed("sampling", aql="3"))
    assert "1.0, 1.5" in str(refused.value.advice)


def registered(store: Store, settings: Settings, *, annotated: bool) -> RunId:
    """A run over the example whose register stage is done."""
    dataset = read_manifest(EXAMPLE)
    if not annotated:
        dataset = dataclasses.replace(dataset, annotation=None)
    run_id = runs.start(
        store,
        dataset=dataset.id,
        registration=registrations.register(store, dataset, at=AT),
        policy=POLICY.to_json(),
        policy_digest=POLICY.digest,
        code_version="test",
        at=AT,
        owner="test",
    )
    made = carried_out(register.register, run_id, store, settings)
    stage_results.record(
        store, run_id, "register", f"key-{annotated}", position=0, version="1",
        summary=json.dumps(dict(made.summary)), tables=made.tables, reused=False, at=AT,
    )  # fmt: skip
    return run_id


def carried_out(stage: object, run_id: RunId, store: Store, settings: Settings) -> StageOutput:
    engine = Local(1, "256MB", settings.home)
    output = stage(run_id, settings=settings, store=store, engine=engine, progress=Silent())
    assert isinstance(output, StageOutput)
    return output


def test_the_example_is_sampled_and_measured_from_its_evidence(settings: Settings) -> None:
    store = open_store(settings)
    run_id = registered(store, settings, annotated=True)
    output = carried_out(sample.sample, run_id, store, settings)
    assert output == carried_out(sample.sample, run_id, store, settings)
    assert output.summary["annotation"] == {"labels": 450, "lots": 1}
    agreement = from_json(Agreement, str(output.summary["agreement"]))
    assert (agreement.items, agreement.ratings, agreement.annotators) == (150, 450, 6)
    assert 0.6 < float(agreement.figures[0].value or 0) < 0.9
    draws = from_json(tuple[SampleDraw, ...], str(output.summary["draws"]))
    assert to_json(draws) == output.summary["draws"]
    (table,) = output.tables
    rows = store.evidence.read(table).to_pylist()
    assert tuple(row["item"] for row in rows) == draws[0].items
    assert [row["position"] for row in rows] == list(range(13))
    assert len(sample.inputs(run_id, store)["tables"]) == 2


def test_a_dataset_without_labels_says_so(settings: Settings) -> None:
    store = open_store(settings)
    run_id = registered(store, settings, annotated=False)
    assert carried_out(sample.sample, run_id, store, settings) == StageOutput(
        summary={"annotation": None}
    )
