import pytest

from expectations.catalogue import UNCONFIRMED, catalogue, catalogue_ids
from expectations.clause import MEASURES, clauses, frameworks
from expectations.policy import load_policy
from pipelines.model.source import SourceType

ENTRIES = list(catalogue().values())
COUNTS = {
    "SRC": 18, "META": 4, "CNT": 10, "IPR": 5, "PI": 11, "SEC": 2, "QLT": 5, "BIAS": 2, "ANN": 16,
    "REP": 7,
}  # fmt: skip


def test_the_catalogue_holds_eighty_controls_in_unbroken_numbering():
    expected = [f"{topic}-{n:02}" for topic, count in COUNTS.items() for n in range(1, count + 1)]
    assert sorted(catalogue()) == sorted(expected)
    assert tuple(catalogue()) == catalogue_ids()
    assert len(ENTRIES) == 80


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.id)
def test_an_entry_is_whole_in_both_languages(entry):
    for texts in (entry.title, entry.asks, entry.remedy):
        assert all(texts[language].strip() for language in ("zh", "en"))
    if entry.control is not None:
        assert all(entry.why[language].strip() for language in ("zh", "en"))
    assert entry.counted.startswith(f"{MEASURES} ")
    assert entry.kind in ("auto", "hybrid", "manual")
    assert entry.metric
    assert entry.only in ((), ("annotation",)) or set(entry.only) <= set(SourceType)
    assert {entry.counted, entry.rests_on, *entry.clauses} <= set(clauses())


@pytest.mark.parametrize(
    "entry", [e for e in ENTRIES if e.control is not None], ids=lambda entry: entry.id
)
def test_the_docstring_of_a_control_begins_with_its_title(entry):
    assert entry.control.title == entry.title["en"]
    assert entry.control.id == entry.id


@pytest.mark.parametrize(
    "entry", [e for e in ENTRIES if e.confidence in UNCONFIRMED], ids=lambda entry: entry.id
)
def test_an_unsure_control_rests_on_a_clause_of_that_same_confidence(entry):
    assert entry.rests_on in entry.clauses
    assert clauses()[entry.rests_on].confidence is entry.confidence


def test_a_clause_that_nothing_serves_says_who_settles_it():
    served = {clause for e in ENTRIES for clause in (*e.clauses, e.counted)}
    for clause in clauses().values():
        assert clause.id in served or clause.by_hand is not None, clause.id


def test_every_clause_and_framework_speaks_both_languages():
    for clause in clauses().values():
        assert clause.says["zh"].endswith("。")
        assert clause.says["en"].endswith(".")
        assert clause.framework in frameworks()
        if clause.framework == MEASURES:
            assert set(clause.short) == {"zh", "en"}
    for framework in frameworks().values():
        assert set(framework.title) == {"zh", "en"}


def test_every_threshold_a_control_takes_has_its_number_in_the_default_policy_and_no_other():
    held = {control: set(values) for control, values in load_policy().thresholds.items()}
    taken = {e.id: set(e.control.thresholds) for e in ENTRIES if e.control and e.control.thresholds}
    assert held == taken


def test_no_text_of_the_catalogue_claims_what_the_audit_cannot_say():
    for entry in ENTRIES:
        said = " ".join([*entry.title.values(), *entry.asks.values(), *entry.remedy.values()])
        for word in ("compliant", "guarantee", "safe ", "合规的", "违法的", "保证"):
            assert word not in said, (entry.id, word)
