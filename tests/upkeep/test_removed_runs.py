"""What `tda report` says of a run whose evidence retention removed, on either database."""

import shutil
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from pipelines.cli import main
from pipelines.model.ids import RunId
from pipelines.store.database import Store
from pipelines.upkeep import retention
from pipelines.upkeep.rules import RetentionRules

AT = datetime(2026, 11, 21, tzinfo=UTC)


@pytest.fixture
def report(
    store: Store, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[[RunId], tuple[int, str]]:
    """Exit code and standard error of `tda report RUN` in the workspace of `store`."""
    monkeypatch.setenv("TDA_HOME", str(store.settings.home))
    monkeypatch.setenv("TDA_DATABASE_URL", store.settings.database_url)

    def asked(run: RunId) -> tuple[int, str]:
        with pytest.raises(SystemExit) as ended:
            main(["report", run, "--lang", "en"])
        return int(ended.value.code or 0), " ".join(capsys.readouterr().err.split())

    return asked


def test_the_report_of_a_run_whose_evidence_went_says_when_why_and_what_is_left(store, ids, report):
    retention.apply(store, RetentionRules(), at=AT, now=datetime.now(UTC))
    code, said = report(ids["first"])
    assert code == 2
    assert f"the evidence of {ids['first']} was removed on 2026-11-21" in said
    assert "older than 1096 days and not of the newest 1 runs" in said
    assert "ledger entry retention/20261121T000000-" in said
    assert "findings, gate, ledger entries and documents are kept" in said
    assert "its report is no longer there" in said
    assert "--at 2020-01-01T00:00:00+00:00" in said


def test_a_report_that_was_kept_longer_is_pointed_at(store, ids, report):
    rules = RetentionRules(report_days=100_000)
    retention.apply(store, rules, at=AT, now=datetime.now(UTC))
    code, said = report(ids["first"])
    assert code == 2
    assert str(store.settings.reports / ids["first"]).replace(" ", "") in said.replace(" ", "")


def test_a_table_that_is_lost_but_was_not_removed_is_still_called_unreadable(store, ids, report):
    shutil.rmtree(store.settings.evidence / "tables")
    code, said = report(ids["third"])
    assert code == 3
    assert "cannot be read" in said
