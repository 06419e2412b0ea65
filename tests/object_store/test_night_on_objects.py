"""A night over objects: the DAG reads the store as an Airflow connection says."""

import json
from datetime import datetime
from pathlib import Path

import pytest
from dag_process import python, run_dag
from generated_texts import with_consents

from pipelines.settings import Settings
from pipelines.store import registry, sweeps
from pipelines.store.database import open_store

AT = datetime.fromisoformat("2026-11-20T01:00:00+08:00")
HUSH = "hush-hush-hush"
WORKER = {
    "TDA_ALLOW_LOCAL_ENDPOINTS": "1",
    "TDA_S3_CONNECTION": "corpus",
    # half of an access of the worker's own, and no endpoint: with it nothing could be read
    "AWS_ACCESS_KEY_ID": "the worker's own",
}
SWEEP = """
import json, sys
from datetime import UTC, datetime
from types import SimpleNamespace
from pipelines.airflow.nightly_tasks import sweep_all
run = SimpleNamespace(start_date=datetime(2026, 11, 20, tzinfo=UTC))
try:
    sweep_all({"dag_run": run, "dag": SimpleNamespace(dag_id="nightly_audit"), "run_id": "x"})
except Exception as error:
    json.dump({"kind": type(error).__name__, "said": str(error)}, open(sys.argv[2], "w"))
"""
pytestmark = pytest.mark.airflow


@pytest.fixture
def settings(s3, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A workspace in which a dataset is registered whose records are objects."""
    bucket = s3({"a/data.jsonl": b'{"text": "words nobody may find in a log"}\n'})
    for name in ("AWS_ENDPOINT_URL", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION"):
        monkeypatch.delenv(name)
    manifest = with_consents(tmp_path / "remote", "remote")
    described = json.loads(manifest.read_text(encoding="utf-8"))
    described["files"] = [f"s3://{bucket}/a/*.jsonl"]
    manifest.write_text(json.dumps(described), encoding="utf-8")
    home = tmp_path / "home"
    made = Settings(home=home, database_url=f"sqlite:///{home / 'audit.db'}", workers=1)
    registry.register(open_store(made), "remote", manifest=manifest, policy=None, at=AT)
    return made


def test_a_night_has_its_access_from_an_airflow_connection(settings, server, tmp_path: Path):
    connection = {
        "conn_type": "aws",
        "login": "AKIATEST",
        "password": HUSH,
        "extra": {"endpoint_url": server.url, "region_name": "us-west-2"},
    }
    given = WORKER | {"AIRFLOW_CONN_CORPUS": json.dumps(connection)}
    outcome, log = run_dag("nightly_audit", settings.home, tmp_path / "result.json", **given)
    assert outcome["state"] == "success", outcome["tasks"]
    night = sweeps.latest_night(open_store(settings))
    assert night is not None
    assert [(one.dataset, one.state.value) for one in night.datasets] == [("remote", "audited")]
    assert HUSH not in log
    kept = [path for path in settings.home.rglob("*") if path.is_file()]
    assert [path.name for path in kept if HUSH.encode() in path.read_bytes()] == []


def test_a_connection_that_does_not_exist_ends_the_sweep_at_once(settings, tmp_path: Path):
    refused, _ = python(SWEEP, settings.home, tmp_path / "result.json", **WORKER)
    assert refused["kind"] == "AirflowFailException"
    assert "the Airflow connection corpus does not exist" in refused["said"]
