"""Evaluation sets and training data: compared in every audit, from what their own audits left."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from exam_house import EXAM, EXPECTED, FIRST, SECOND, House, exam_house, share
from tda_process import tda

from pipelines.model.contamination import SetOverlap, SetState
from pipelines.model.outcome import Outcome
from pipelines.stages import compare, questions, sharing
from pipelines.stages import evaluation_sets as sets
from pipelines.store import runs
from pipelines.upkeep.references import _digests_of


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with exam_house(tmp_path) as made:
        yield made


def test_planted_questions_are_found_and_nothing_else_is(house: House):
    version = runs.run(house.store, house.audit("exam")).version
    house.audit("refusals")
    run_id = house.audit("training")
    assert house.pairs(run_id) == EXPECTED
    assert set(house.table(run_id)["version"].to_pylist()) == {version}
    exam, refusals = house.figures(run_id).sets
    assert exam == SetOverlap(
        dataset="exam",
        state=SetState.COMPARED,
        version=version,
        questions=4,
        questions_exact=2,
        questions_near=1,
        records_exact=2,
        records_near=3,
        questions_inside=1,
        records_inside=1,
        places=("a.jsonl#1", "a.jsonl#2", "b.jsonl#0", "b.jsonl#2", "b.jsonl#3", "b.jsonl#4"),
    )
    assert (refusals.dataset, refusals.questions, refusals.overlapping) == ("refusals", 1, 0)
    result = house.control(run_id)
    assert [finding.outcome for finding in result.findings] == [Outcome.FAILED, Outcome.PASSED]
    assert (result.findings[0].count, result.findings[0].base) == (4, 4)
    assert result.thresholds == {"maximum_questions": 0}
    assert "contamination" in result.evidence


def test_the_figures_reach_the_report_in_both_languages(house: House):
    house.audit("exam")
    house.begin("refusals")
    run_id = house.audit("training")
    report = house.report(run_id)
    exam, refusals = report["article_7"]["evaluation"]["rows"]
    assert (exam["exact"], exam["near"], exam["inside"], exam["records"]) == (2, 1, 1, 6)
    assert exam["share"] == {"count": 4, "base": 4, "percent": "100.00%"}
    assert refusals["state"] == "never_audited"
    assert report["article_7"]["across"] == [["exam", 6]]
    figure = next(one for one in report["figures"] if one["id"] == "evaluation")
    assert figure["level"] == "re-runnable"
    assert figure["origin"]["kind"] == "table"
    folder = house.store.settings.home / "reports" / run_id
    for lang, said in (("zh", "从未审计"), ("en", "Never audited")):
        page = (folder / f"report.{lang}.html").read_text(encoding="utf-8")
        assert said in page
        assert "100.00%" in page


def test_without_an_evaluation_set_nothing_was_tested(house: House):
    run_id = house.audit("training")
    (finding,) = house.control(run_id).findings
    assert finding.outcome is Outcome.UNTESTED
    assert "register one with purpose evaluation" in str(finding.message)
    assert house.pairs(run_id) == []
    assert house.report(run_id)["article_7"]["evaluation"] is None


def test_an_evaluation_set_is_compared_with_none(house: House):
    house.dataset("copy", "evaluation", q=EXAM)
    house.audit("exam")
    run_id = house.audit("copy")
    (finding,) = house.control(run_id).findings
    assert finding.outcome is Outcome.INAPPLICABLE
    assert house.figures(run_id).sets == ()


def test_a_set_that_was_begun_and_never_audited_to_the_end_is_named(house: House):
    house.begin("exam")
    (finding,) = house.control(house.audit("training")).findings
    assert (finding.outcome, finding.subject) == (Outcome.CANT_TELL, "evaluation:exam")
    assert "never audited" in str(finding.message)
    house.audit("exam")
    run_id = house.audit("training")
    assert "compare" in house.ran
    assert house.pairs(run_id) == EXPECTED


def test_a_set_that_is_registered_for_the_night_and_was_not_audited_yet_is_named(
    house: House,
):
    path = str(house.folder / "refusals" / "dataset.yaml")
    done = tda(house.store.settings.home, "register", path)
    assert done.returncode == 0, done.stderr
    (finding,) = house.control(house.audit("training")).findings
    assert (finding.outcome, finding.subject) == (Outcome.CANT_TELL, "evaluation:refusals")


def test_a_set_the_policy_names_and_nobody_registered_is_named(house: House):
    house.audit("exam")
    run_id = house.audit("training", "contamination: {evaluation_sets: [exam, exma]}")
    failed, unknown = house.control(run_id).findings
    assert (failed.outcome, unknown.outcome) == (Outcome.FAILED, Outcome.CANT_TELL)
    assert "exma" in str(unknown.message)


def test_the_policy_says_which_sets_and_from_which_similarity(house: House):
    house.audit("exam")
    house.audit("refusals")
    run_id = house.audit("training", "contamination: {evaluation_sets: [refusals]}")
    assert [one.dataset for one in house.figures(run_id).sets] == ["refusals"]
    assert house.control(run_id).outcome is Outcome.PASSED
    texts = {"a.jsonl": FIRST, "b.jsonl": SECOND}
    strict = house.audit("training", "contamination: {threshold: 0.999}")
    assert house.pairs(strict) == [
        pair
        if pair[-1] == "exact"
        else (*pair[:-2], share(EXAM[pair[4]], texts[pair[0]][pair[1]]), "inside")
        for pair in EXPECTED
    ]
    allowed = house.audit("training", "thresholds: {QLT-05: {maximum_questions: 4}}")
    assert house.control(allowed).outcome is Outcome.PASSED


def test_an_unchanged_set_is_reused_and_a_changed_one_is_compared_again(house: House):
    first = house.audit("exam")
    second = house.audit("training")
    house.audit("training")
    assert "compare" not in house.ran
    assert house.audit("exam") != first  # another run over the same records
    house.audit("training")
    assert "compare" not in house.ran
    house.dataset("exam", "evaluation", q=[*EXAM, FIRST[0]])
    house.audit("exam")
    assert house.pairs(house.audit("training")) == sorted(
        [*EXPECTED, ("a.jsonl", 0, "exam", "q.jsonl", len(EXAM), 1.0, "exact")]
    )
    assert "compare" in house.ran
    assert not house.ran & {"scan", "relate"}
    assert house.pairs(second) == EXPECTED


def test_another_purpose_is_another_question(house: House):
    house.audit("exam")
    house.dataset("exam", "fine_tune")
    house.audit("exam")
    run_id = house.audit("training")
    assert house.figures(run_id).sets == ()
    assert house.control(run_id).outcome is Outcome.UNTESTED


@pytest.mark.parametrize("gone", [True, False], ids=["gone", "changed"])
def test_a_set_whose_files_are_not_what_was_audited_cannot_be_told(house: House, gone: bool):
    house.audit("exam")
    path = house.folder / "exam" / "q.jsonl"
    content = path.read_text(encoding="utf-8")
    if gone:
        path.unlink()
    else:  # as long as it was, so that only its digest tells
        path.write_text(content.replace("register", "registry"), encoding="utf-8")
    run_id = house.audit("training")
    assert house.figures(run_id).sets[0].state is SetState.CHANGED
    (finding,) = house.control(run_id).findings
    assert (finding.outcome, finding.count) == (Outcome.CANT_TELL, None)
    assert house.pairs(run_id) == []
    path.write_text(content, encoding="utf-8")
    assert house.pairs(house.audit("training")) == EXPECTED


def test_a_set_whose_files_are_gone_cannot_be_told_even_where_nothing_is_alike(house: House):
    house.audit("refusals")
    (house.folder / "refusals" / "q.jsonl").unlink()
    assert house.control(house.audit("training")).outcome is Outcome.CANT_TELL


def test_a_set_whose_evidence_is_gone_cannot_be_told_until_it_is_audited_again(house: House):
    exam = house.audit("exam")
    (table,) = [r for r in runs.stage_tables(house.store, exam, "scan") if r.kind == "records"]
    house.store.evidence.table(table).unlink()
    run_id = house.audit("training")
    assert house.figures(run_id).sets[0].state is SetState.EVIDENCE_GONE
    assert house.control(run_id).outcome is Outcome.CANT_TELL
    house.audit("exam")
    assert house.pairs(house.audit("training")) == EXPECTED


def test_a_set_under_another_sketch_is_not_compared(house: House, monkeypatch):
    house.audit("exam")
    monkeypatch.setattr(sets, "SCHEMES", {**sets.SCHEMES, "normal": "another"})
    assert house.figures(house.audit("training")).sets[0].state is SetState.OTHER_SKETCH


def test_queries_workers_and_small_items_give_the_same(house: House, monkeypatch):
    house.audit("exam")
    house.audit("refusals")
    before = house.table(house.audit("training"))
    monkeypatch.setattr(compare, "VERSION", "by queries")
    monkeypatch.setattr(sharing, "MOST_IN_MEMORY", 0)
    monkeypatch.setattr(questions, "AT_ONCE", 1)
    after = house.table(house.audit("training", workers=2))
    assert "compare" in house.ran
    assert after.equals(before)
    assert [path.name for path in (house.store.settings.home / "tmp").iterdir()] == []


def test_two_sets_of_the_same_file_are_two_sets(house: House):
    house.dataset("twin", "evaluation", q=EXAM)
    house.audit("exam")
    house.audit("twin")
    pairs = house.pairs(house.audit("training"))
    assert [pair for pair in pairs if pair[2] == "exam"] == EXPECTED
    assert [(*pair[:2], "exam", *pair[3:]) for pair in pairs if pair[2] == "twin"] == EXPECTED


def test_training_data_that_is_the_evaluation_set_itself_is_found_whole(house: House):
    house.dataset("training", "fine_tune", q=EXAM)
    for name in ("a", "b"):
        (house.folder / "training" / f"{name}.jsonl").unlink()
    house.audit("exam")
    (exam,) = house.figures(house.audit("training")).sets
    assert (exam.questions, exam.questions_exact, exam.records_exact) == (4, 4, 4)


def test_no_text_is_in_what_the_stage_leaves_and_retention_knows_its_tables(house: House):
    house.audit("exam")
    run_id = house.audit("training")
    (table,) = runs.stage_tables(house.store, run_id, "compare")
    left = json.dumps(runs.stage_summary(house.store, run_id, "compare"))
    left += str(house.store.evidence.read(table).to_pylist())
    assert not any(part in left for part in ("river", "annotator", "登记", "weather"))
    digests = set(_digests_of(house.store, runs.run(house.store, run_id)))
    assert table.digest.removeprefix("sha256:") in digests


def test_the_command_lists_the_pairs_and_says_what_they_come_to(house: House):
    house.audit("exam")
    run_id = house.audit("training")
    home = house.store.settings.home
    done = tda(home, "overlaps", "training", "--lang", "en")
    assert done.returncode == 0, done.stderr
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [(line["file"], line["row"], line["method"]) for line in lines] == [
        (pair[0], pair[1], pair[-1]) for pair in EXPECTED
    ]
    assert "exam: 4 of 4 questions are in 6 records of the data, 2 exactly, 1" in done.stderr
    assert "refusals" not in done.stderr
    other = tda(home, "overlaps", run_id, "--set", "exam", "--json")
    assert json.loads(other.stderr)["sets"][0]["questions"] == 4
    assert other.stdout == done.stdout
    for arguments, said in (
        (("training", "--set", "none"), "knows no evaluation set none"),
        (("exam",), "was compared with no evaluation set"),
        (("nothing",), "there is no run nothing"),
    ):
        wrong = tda(home, "overlaps", *arguments, "--lang", "en")
        assert (wrong.returncode, wrong.stdout) == (2, "")
        assert said in wrong.stderr
