"""Who a run belongs to, however long the name, on either database."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from tiny_dataset import write_tiny

from pipelines import flow
from pipelines.ownership import OWNER_CHARS
from pipelines.store import runs
from pipelines.store.database import Store

AT = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
LONG = "airflow:" + "d" * 250 + "/manual__" + "r" * 240


@pytest.fixture
def manifest(tmp_path: Path) -> Path:
    return write_tiny(tmp_path)


def test_a_dag_run_of_a_long_name_finds_its_own_run_again(store: Store, manifest: Path):
    def begin(owner: str) -> str:
        given = {"settings": store.settings, "store": store}
        return flow.begin(manifest, policy=None, at=AT, owner=owner, **given)

    first = begin(LONG + "1")
    assert begin(LONG + "1") == first
    other = begin(LONG + "2")
    assert other != first
    assert [run.id for run in runs.owned_by(store, LONG + "1")] == [first]
    assert [run.id for run in runs.owned_by(store, LONG + "2")] == [other]
    assert {len(run.owner) for run in runs.all_runs(store)} == {OWNER_CHARS}
    assert runs.run(store, first).attempt == 2
