import json
import re
from dataclasses import replace

import pyarrow.parquet as pq
import pytest

from pipelines.engine.local import Local
from pipelines.engine.opening import open_engine
from pipelines.report.writing import write_reports
from pipelines.stages.audit_record import audit_record
from pipelines.stages.changes import changes_between
from pipelines.stages.history import history_of


def test_the_records_that_came_went_and_changed_are_named(watched, tda):
    code, said = tda("diff", watched.before, watched.after, "--json")
    document = json.loads(said.out)

    assert code == 0
    places = {
        (place["kind"], place["before"], place["after"])
        for place in document["places"]
        if place["what"] == "record"
    }
    assert places == {
        ("removed", "a.jsonl#1", None),
        ("changed", "a.jsonl#4", "a.jsonl#3"),
        ("added", None, "b.jsonl#0"),
        ("added", None, "b.jsonl#4"),
        ("moved", "c.jsonl#2", "b.jsonl#5"),
    }
    assert document["counts"] == {
        "record added": 2,
        "record removed": 1,
        "record changed": 1,
        "record moved": 1,
        "hit added": 1,
        "hit removed": 0,
        "pair added": document["counts"]["pair added"],
        "pair removed": document["counts"]["pair removed"],
    }
    assert document["details"]["hit added email valid"] == 1
    assert document["details"]["pair added exact"] == 1
    every = pq.read_table(document["parquet"]).to_pylist()
    assert len(every) == sum(document["counts"].values())
    assert "office@example.org" not in said.out


def test_what_was_stated_is_compared_too(watched, tda):
    _, said = tda("diff", watched.before, watched.after, "--json")
    document = json.loads(said.out)

    licences = [c for c in document["sources"] if c["field"] == "licence"]
    assert licences == [
        {"subject": "one", "field": "licence", "before": "MIT", "after": "Apache-2.0"}
    ]
    assert {change["field"] for change in document["files"]} == {"a.jsonl", "b.jsonl", "c.jsonl"}
    assert {change["field"] for change in document["run"]} >= {"manifest", "version"}
    assert document["policy"] == []
    duplicates = next(c for c in document["controls"] if c["control"] == "QLT-01")
    assert (duplicates["before"], duplicates["after"]) == ("passed", "failed")


def test_a_bound_on_places_keeps_the_counts(watched, tda, tmp_path):
    kept = tmp_path / "all.parquet"
    _, said = tda(
        "diff", watched.before, watched.after, "--places", "1", "--parquet", str(kept), "--json"
    )
    document = json.loads(said.out)
    added = [p for p in document["places"] if (p["what"], p["kind"]) == ("record", "added")]
    assert [place["after"] for place in added] == ["b.jsonl#0"]
    assert document["counts"]["record added"] == 2
    assert kept.exists()


def test_a_run_compared_with_itself_says_nothing_changed(watched, tda):
    _, said = tda("diff", watched.after, watched.after, "--json")
    document = json.loads(said.out)
    assert document["nothing"] is True
    assert not any(document["counts"].values())
    _, said = tda("diff", watched.after, watched.after)
    assert "nothing changed between these runs" in said.out


def test_the_way_back_is_the_mirror_image(watched):
    with Local(1, "256MB", watched.store.settings.home / "tmp") as engine:
        there = changes_between(watched.before, watched.after, store=watched.store, engine=engine)
        back = changes_between(watched.after, watched.before, store=watched.store, engine=engine)
    swap = {"added": "removed", "removed": "added"}
    mirrored = {
        f"{what} {swap.get(kind, kind)}": count
        for what, kind, count in ((*name.split(), count) for name, count in back.counts.items())
    }
    assert mirrored == there.counts
    for name in ("sources", "policy", "files", "run"):
        turned = [replace(c, before=c.after, after=c.before) for c in getattr(back, name)]
        assert turned == list(getattr(there, name))
    outcomes = {c.control: (c.before, c.after) for c in there.controls}
    assert outcomes == {c.control: (c.after, c.before) for c in back.controls}


def test_the_runs_of_a_dataset_are_listed_oldest_first_with_their_levels(watched, tda):
    code, said = tda("trend", "watched", "--json")
    document = json.loads(said.out)
    assert code == 0
    order = [watched.late, watched.before, watched.after]
    assert [run["run"] for run in document["runs"]] == order
    _, first, last = document["runs"]
    assert (first["records"], last["records"]) == (12, 13)
    assert (first["personal_information"], last["personal_information"]) == (0, 1)
    assert first["licences"] == {"MIT": 12}
    assert last["licences"] == {"Apache-2.0": 5, "MIT": 8}
    assert document["levels"]["gate"] == "re-runnable"
    assert document["levels"]["licences"] == "attested"


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_history_page_stands_alone(watched, tda, tmp_path, lang):
    page = tmp_path / "history.html"
    code, said = tda("trend", "watched", "--html", str(page), lang=lang)
    html = page.read_text(encoding="utf-8")
    assert code == 0
    assert str(page) in said.out
    assert "default-src 'none'" in html
    assert "<script" not in html
    assert f'<html lang="{lang}">' in html
    assert "http" not in html.split("</style>")[1]
    # the findings gates follow from do not travel with the page
    assert 'class="lv c"' not in html
    assert set(re.findall(r'<a [^>]*href="([^"]+)"', html)) == {"#main"}
    assert watched.after in html
    assert "office@example.org" not in html


def test_the_report_leads_to_the_history_beside_it_and_back(watched):
    folder = watched.store.settings.reports / watched.after
    figures = {}
    for lang, other in (("zh", "en"), ("en", "zh")):
        report = (folder / f"report.{lang}.html").read_text(encoding="utf-8")
        assert f'<a href="history.{lang}.html">' in report
        history = (folder / f"history.{lang}.html").read_text(encoding="utf-8")
        links = re.findall(r'<a [^>]*href="([^"]+)"', history)
        assert links == ["#main", f"history.{other}.html", f"report.{lang}.html#history"]
        assert 'id="history"' in report
        for run in (watched.before, watched.after):
            assert f"<code>{run}</code>" in history
        assert "office@example.org" not in history
        figures[lang] = re.findall(r'<td class="r" data-l="[^"]+">(\d[^<]*)<', history)
    assert figures["zh"] == figures["en"]
    assert {"12", "13"} <= set(figures["en"])


def test_the_history_beside_an_earlier_report_ends_with_its_run(watched):
    page = watched.store.settings.reports / watched.before / "history.en.html"
    assert watched.after not in page.read_text(encoding="utf-8")


def test_an_unknown_dataset_and_an_unknown_run_are_misuse(tda, watched):
    code, said = tda("trend", "nothing-of-the-kind", "--json")
    assert (code, said.out) == (2, "")
    assert "no finished audit of nothing-of-the-kind" in said.err
    for runs in ((watched.before, "run-nowhere"), ("run-nowhere", watched.before)):
        code, said = tda("diff", *runs)
        assert (code, said.out) == (2, "")
        assert "there is no run run-nowhere in this store" in said.err
        assert "list the runs of a dataset with tda trend DATASET" in said.err


def test_a_report_rendered_again_after_later_runs_is_the_same(watched, tmp_path):
    store = watched.store
    with open_engine(store.settings) as engine:
        record = audit_record(watched.before, store, engine)
    first = write_reports(record, tmp_path / "first")
    rendered = store.settings.reports / watched.before
    assert (tmp_path / "first" / "report.json").read_bytes() == (
        rendered / "report.json"
    ).read_bytes()
    for path in first.values():
        assert path.read_bytes() == (rendered / path.name).read_bytes()
    assert [point.run for point in history_of(store, "watched", upto=watched.before)] == [
        watched.before
    ]


def test_the_report_of_the_second_run_shows_what_changed(watched):
    folder = watched.store.settings.reports / watched.after
    document = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    assert [point["run"] for point in document["history"]["points"]] == [
        watched.before,
        watched.after,
    ]
    assert document["history"]["changes"]["counts"]["record moved"] == 1
    numbered = {figure["id"] for figure in document["figures"]}
    assert {"history", "changes", "validation"} <= numbered
    html = (folder / "report.en.html").read_text(encoding="utf-8")
    assert "What changed since the run before" in html
    assert "a.jsonl#4" in html
