import json
import re
from dataclasses import replace

import pytest

from pipelines.report.json import render_json
from pipelines.report.writing import write_reports


@pytest.fixture(scope="module")
def document(report):
    return json.loads(render_json(report))


def test_the_document_holds_whole_digests(document, sample) -> None:
    assert document["identity"]["version"] == sample.run().version
    assert re.fullmatch("[0-9a-f]{64}", document["head"]["root"])
    digests = [figure["origin"]["digest"] for figure in document["figures"]]
    assert all(d is None or re.fullmatch("(sha256:)?[0-9a-f]{64}", d) for d in digests)


def test_the_document_holds_every_figure_with_level_and_origin(document, report) -> None:
    assert [f["number"] for f in document["figures"]] == [f"F{i:02d}" for i in range(1, 23)]
    for figure in document["figures"]:
        assert figure["level"] in {"recomputed", "re-runnable", "attested"}
        assert figure["name"]["zh"] != figure["name"]["en"]
        assert figure["values"]


def test_titles_are_there_in_both_languages_by_id(document) -> None:
    rows = {row["control"]: row for group in document["findings"] for row in group["controls"]}

    assert rows["SRC-06"]["title"] == {"zh": "样例许可已登记", "en": "Sample licence recorded"}
    assert rows["PI-02"]["facts"][0]["share"] == {"count": 991, "base": 211480, "percent": "0.47%"}


def test_figures_called_recomputed_follow_from_the_tables_in_the_document(document) -> None:
    flows = document["article_7"]["flows"]
    by_standing: dict[str, int] = {}
    for row in document["article_7"]["sources"]:
        by_standing[row["standing"]] = by_standing.get(row["standing"], 0) + row["records"]
    for flow in flows:
        by_standing[flow["standing"]] -= flow["records"]
    assert set(by_standing.values()) == {0}

    outcome = {
        row["control"]: row["facts"][0]["outcome"]
        for group in document["findings"]
        for row in group["controls"]
    }
    for clause in document["clauses"]:
        found = {outcome[control] for control in clause["controls"]}
        if "failed" in found:
            assert clause["proposed"] == "does_not_conform"
        elif found & {"cantTell", "untested"}:
            assert clause["proposed"] == "not_established"
        else:
            assert clause["proposed"] in {"conforms", "not_applicable"}


def test_whether_a_stage_was_reused_changes_nothing_in_the_report(sample, tmp_path) -> None:
    record = sample.sample_record()
    again = replace(record, stages=tuple(replace(stage, reused=True) for stage in record.stages))

    first = write_reports(record, tmp_path / "a", sample.catalogue())
    second = write_reports(again, tmp_path / "b", sample.catalogue())

    assert set(first) == {"html", "html_en", "json", "history", "history_en"}
    assert all(first[name].read_bytes() == second[name].read_bytes() for name in first)


def test_reports_are_written_whole_and_leave_nothing_else(sample, tmp_path) -> None:
    write_reports(sample.sample_record(), tmp_path, sample.catalogue())
    write_reports(sample.sample_record(), tmp_path, sample.catalogue())

    names = sorted(path.name for path in tmp_path.iterdir())
    pages = ["history.en.html", "history.zh.html", "report.en.html", "report.zh.html"]
    assert names == sorted([*pages, "report.json"])


def test_a_file_name_that_is_not_unicode_can_still_be_written(sample, tmp_path) -> None:
    record = sample.sample_record()
    rows = ({"file": "part-\udc80.jsonl", "row": 0, "reason": "malformed", "extent": "one"},)
    written = write_reports(replace(record, quarantine=rows), tmp_path, sample.catalogue())

    assert "⟨U+DC80⟩" in written["html"].read_text(encoding="utf-8")
    assert json.loads(written["json"].read_text(encoding="utf-8"))["quarantine"]["rows"]
