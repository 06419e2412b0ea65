"""Names from a URL lead to reports and drafts, and nowhere else."""

import dataclasses
from pathlib import Path

import pytest

from pipelines.airflow.run_list import render_runs, runs_of
from pipelines.airflow.served_files import draft_file, report_file
from pipelines.language.catalogue import Language
from pipelines.language.choice import language_of
from pipelines.settings import Settings
from pipelines.store import runs
from pipelines.store.database import open_store

RUN = "run-20261120-0100-0123abcd"
HOSTILE = [
    "",
    ".",
    "..",
    "../../keys",
    "..%2f..",
    "/etc",
    f"{RUN}/..",
    f"{RUN}\n",
    f"{RUN}\x00",
    f"../{RUN}",
    "run-２０261120-0100-0123abcd",
]


@pytest.fixture
def served(settings: Settings) -> Settings:
    for folder in (
        settings.reports / RUN,
        settings.home / "inquiries" / "INQ-1" / "draft" / "runs" / RUN,
    ):
        folder.mkdir(parents=True)
        for page in ("report.zh.html", "history.zh.html"):
            (folder / page).write_text("page", encoding="utf-8")
        (folder / "notes.txt").write_text("x", encoding="utf-8")
    (settings.home / "inquiries" / "INQ-1" / "draft" / "cover.json").write_text("{}")
    (settings.home / "keys").mkdir(exist_ok=True)
    (settings.home / "keys" / "report.en.html").write_text("secret", encoding="utf-8")
    return settings


def test_what_was_written_is_found(served):
    for page in ("report.zh.html", "history.zh.html"):
        assert report_file(served, RUN, page).read_text() == "page"
        assert draft_file(served, "INQ-1", page, RUN).read_text() == "page"
    assert draft_file(served, "INQ-1", "cover.json").read_text() == "{}"


@pytest.mark.parametrize("name", [*HOSTILE, "notes.txt", "report.en.html", "../report.zh.html"])
def test_any_other_name_finds_nothing(name, served):
    assert report_file(served, RUN, name) is None
    assert report_file(served, name, "report.zh.html") is None
    assert draft_file(served, "INQ-1", name) is None
    assert draft_file(served, name, "cover.json") is None
    assert draft_file(served, "INQ-1", name, RUN) is None
    assert draft_file(served, "INQ-1", "report.zh.html", name) is None


def test_a_link_that_leads_out_finds_nothing(served):
    (served.reports / RUN / "report.en.html").symlink_to(served.home / "keys" / "report.en.html")
    assert report_file(served, RUN, "report.en.html") is None
    elsewhere = served.reports / "run-20261120-0100-ffffffff"
    elsewhere.symlink_to(served.home / "keys")
    assert report_file(served, elsewhere.name, "report.en.html") is None


def test_the_runs_of_a_dag_run_are_listed_with_their_reports(audit_example):
    home = audit_example("support-dialogues").home
    settings = Settings(home=home, database_url=f"sqlite:///{home / 'audit.db'}", workers=1)
    store = open_store(settings)
    (run,) = runs.all_runs(store)
    listed = runs_of(run.owner, settings)
    assert [(one.run.id, one.gate, one.reported) for one in listed] == [(run.id, "fail", True)]
    page = render_runs(listed, Language.EN)
    assert f'href="../../runs/{run.id}/report.zh.html"' in page
    assert runs_of("airflow:audit_dataset/none", settings) == []
    assert "No audit run belongs to this DAG run" in render_runs([], Language.EN)
    hostile = dataclasses.replace(run, dataset="<script>alert(1)</script>")
    shown = render_runs([dataclasses.replace(listed[0], run=hostile)], Language.ZH)
    assert "<script>" not in shown


def test_the_language_of_a_page_is_the_one_preferred():
    assert language_of("zh-CN,zh;q=0.9,en;q=0.8") is Language.ZH
    assert language_of("en-GB,zh;q=0.5") is Language.EN
    assert language_of("") is Language.EN


def test_the_entry_point_names_the_plugin():
    import configparser

    parser = configparser.ConfigParser()
    parser.read(Path(__file__).resolve().parents[2] / "setup.cfg", encoding="utf-8")
    named = parser["options.entry_points"]["airflow.plugins"]
    assert "pipelines.airflow.plugin:AuditPlugin" in named
