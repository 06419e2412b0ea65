"""What two sets of the real data have in common, as `tda dups --against` counts it.

The counts are those of its README: texts equal after NFKC, in lower case, white space collapsed.
"""

import json
from pathlib import Path
from typing import Any

import pytest
from tda_process import tda

pytestmark = pytest.mark.real_data
ALPACA = [
    f"A-alpaca-en/alpaca_data-{rows}.json"
    for rows in ("0-3252", "3252-6382", "6382-9407", "9407-12345", "12345-15323", "15323-18280")
]
DEMO = ["A-llamafactory-demo/alpaca_en_demo.json"]


@pytest.fixture
def shared(real_data: Path, tmp_path: Path):
    def found(compared: list[str], others: list[str], columns: str) -> dict[str, Any]:
        """What `tda dups` says of the files `compared`, against the files `others`."""
        files: list[object] = [real_data / name for name in compared]
        against = [word for name in others for word in ("--against", real_data / name)]
        options = ("--text", columns, "--pairs", tmp_path / "pairs.parquet", "--json")
        done = tda(tmp_path / "home", "dups", *files, *against, *options, folder=tmp_path)
        assert done.returncode == 0, done.stderr
        outcome: dict[str, Any] = json.loads(done.stdout)
        assert (outcome["quarantined"], outcome["against"]["quarantined"]) == (0, 0)
        return outcome

    return found


@pytest.mark.parametrize(
    ("columns", "both"), [("instruction,input,output", 18), ("instruction", 370)]
)
def test_alpaca_shares_18_records_and_370_prompts_with_a_demo_drawn_from_it(shared, columns, both):
    outcome = shared(ALPACA, DEMO, columns)
    assert (outcome["records"], outcome["against"]["records"]) == (18_280, 999)
    assert outcome["contained"]["exact"] == both


@pytest.mark.parametrize(
    ("columns", "contained"), [("instruction,input,output", 18), ("instruction", 379)]
)
def test_nine_rows_of_the_demo_ask_again_what_it_shares_with_alpaca(shared, columns, contained):
    outcome = shared(DEMO, ALPACA, columns)
    assert outcome["contained"]["exact"] == contained


@pytest.mark.parametrize(("part", "records", "both"), [("test", 5_323, 39), ("dev", 6_431, 30)])
def test_the_parts_of_cold_share_39_and_30_texts_with_its_training_part(
    shared, part, records, both
):
    train, held_out = ["B-cold-zh/train.csv"], [f"B-cold-zh/{part}.csv"]
    for compared, others in ((held_out, train), (train, held_out)):
        outcome = shared(compared, others, "TEXT")
        counted = {outcome["records"], outcome["against"]["records"]}
        assert counted == {25_726, records}
        # no part repeats one of these, so either side counts the same
        assert outcome["contained"]["exact"] == both
