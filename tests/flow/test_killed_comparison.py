"""A comparison with evaluation sets that was killed goes on to what it would have found."""

import json
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from exam_house import EXPECTED, House, exam_house
from tda_process import tda


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with exam_house(tmp_path) as made:
        yield made


@pytest.mark.parametrize(
    ("point", "when", "left"),
    [
        pytest.param("passage_plan:write_whole", "1", [1, 0], id="a result is there without name"),
        pytest.param("passages:keep", "1+", [1, 1], id="one of two sets is searched for"),
        pytest.param("compare:overlap", "1+", [1, 2], id="pairs are found"),
        pytest.param("compare:tables_with", "1+", [1, 2], id="pairs are about to be written"),
    ],
)
def test_a_killed_comparison_goes_on_to_the_same_result(
    house: House, point: str, when: str, left: list[int]
):
    house.audit("exam")
    house.audit("refusals")
    home = house.store.settings.home
    path = str(house.folder / "training" / "dataset.yaml")
    command = ("audit", path, "--json", "--workers", "1", "--at", "2026-11-21T01:00:00+08:00")
    killed = tda(home, *command, kill=(f"pipelines.stages.{point}", when))
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    kept = home / "passages"
    # tables of passages, of which the search for refusals has none, and results that name them
    assert [len(list(kept.glob(f"*.{end}"))) for end in ("parquet", "json")] == left
    done = tda(home, *command)
    outcome = json.loads(done.stdout)
    assert outcome["attempt"] == 2, done.stderr
    assert outcome["reused_stages"][:4] == ["register", "ingest", "scan", "relate"]
    assert "compare" not in outcome["reused_stages"]
    assert house.pairs(outcome["run_id"]) == EXPECTED
    assert len(list(kept.glob("*.json"))) == 2
    assert [one.name for one in home.rglob("compare-*")] == []
