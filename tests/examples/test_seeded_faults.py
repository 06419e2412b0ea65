"""The audit of the support dialogues finds every seeded fault and invents none of their kinds.

`audit_example` (tests/conftest.py) audits an example once and gives its JSON, its findings and the
evidence tables.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest

EXAMPLE = Path(__file__).parents[2] / "examples" / "support-dialogues"
LISTED = json.loads((EXAMPLE / "faults.json").read_text("utf-8"))


def faults(*kinds: str) -> list[Mapping[str, Any]]:
    found = [fault for fault in LISTED["faults"] if fault["kind"] in kinds]
    assert found
    return found


def places(found: Iterable[Mapping[str, Any]]) -> set[str]:
    return {f"{fault['file']}#{fault['row']}" for fault in found}


@pytest.fixture
def audit(audit_example: Callable[[str], Any]) -> Any:
    return audit_example("support-dialogues")


def failed(audit: Any, control: str) -> list[Mapping[str, Any]]:
    return [f for f in audit.findings if (f["control"], f["outcome"]) == (control, "failed")]


def test_the_counts_are_those_of_the_generator(audit: Any) -> None:
    expected = {
        "dataset": "support-dialogues",
        "records": LISTED["records"],
        "quarantined": LISTED["quarantined"],
        "exact_duplicates": len(faults("exact_duplicate")),
        "near_duplicates": len(faults("near_duplicate")),
        "personal_information": sum(f.get("tier") == "valid" for f in LISTED["faults"]),
    }
    assert {name: audit.json[name] for name in expected} == expected
    assert audit.json["gate"] == "fail"


def test_the_malformed_line_is_quarantined_and_nothing_else(audit: Any) -> None:
    found = {(r["file"], r["row"], r["reason"]) for r in audit.quarantine.to_pylist()}
    (fault,) = faults("malformed_line")
    assert found == {(fault["file"], fault["row"], "malformed")}
    assert [f["count"] for f in failed(audit, fault["control"])] == [1]


@pytest.mark.parametrize("method", ["exact", "near"])
def test_duplicates_are_the_seeded_pairs(audit: Any, method: str) -> None:
    names = ("kept_file", "kept_row", "removed_file", "removed_row")
    found = {
        tuple(row[name] for name in names)
        for row in audit.pairs.to_pylist()
        if row["method"] == method
    }
    seeded = faults(f"{method}_duplicate")
    assert found == {(f["kept_file"], f["kept_row"], f["file"], f["row"]) for f in seeded}
    assert failed(audit, "QLT-01")


def test_identifiers_are_the_seeded_ones_to_the_character(audit: Any) -> None:
    names = ("file", "row", "column", "start", "end", "type", "tier")
    found = {tuple(row[name] for name in names) for row in audit.hits.to_pylist()}
    seeded = [fault for fault in LISTED["faults"] if fault["table"] == "hits"]
    assert found == {tuple(fault[name] for name in names) for fault in seeded}


def test_consent_that_lapsed_or_was_withdrawn_is_found_record_by_record(audit: Any) -> None:
    seeded = places(faults("expired_consent", "withdrawn_consent"))
    for control in ("PI-02", "SRC-13"):
        found = failed(audit, control)
        assert {place for f in found for place in f["places"]} == seeded
        assert sum(f["count"] for f in found) == len(seeded)


def test_only_the_source_without_a_licence_fails_for_it(audit: Any) -> None:
    (fault,) = faults("unlicensed_source")
    found = {f["subject"] for f in failed(audit, fault["control"])}
    assert found == {f"source:{fault['source']}"}


def test_reviews_of_own_work_are_found_item_by_item(audit: Any) -> None:
    seeded = faults("self_review")
    (found,) = failed(audit, "ANN-07")
    assert found["subject"] == f"annotator:{seeded[0]['annotator']}"
    assert set(found["places"]) == {fault["item"] for fault in seeded}


def test_labels_after_the_qualification_lapsed_are_found_item_by_item(audit: Any) -> None:
    (fault,) = faults("lapsed_qualification")
    (found,) = failed(audit, "ANN-06")
    assert found["subject"] == f"annotator:{fault['annotator']}"
    assert sorted(found["places"]) == fault["items"]
    assert found["count"] == len(fault["items"])


def test_nothing_else_is_said_to_be_amiss(audit: Any) -> None:
    seeded = {fault["control"] for fault in LISTED["faults"] if fault["control"]}
    found = {f["control"] for f in audit.findings if f["outcome"] == "failed"}
    assert found == {*seeded, "SRC-13"}
