"""The Alpaca folders, audited: two licences that disagree, a shard that stops in the middle."""

import json
from pathlib import Path

import pytest
from tda_process import tda

pytestmark = pytest.mark.real_data


def test_the_licence_conflict_the_broken_shard_and_the_shared_records_are_found(
    alpaca_manifest: tuple[Path, tuple[Path, ...]], tmp_path: Path
):
    manifest, roots = alpaca_manifest
    allowed = ":".join(str(root) for root in roots)
    done = tda(tmp_path / "home", "audit", manifest, "--json", TDA_ROOTS=allowed)
    outcome = json.loads(done.stdout)
    assert (done.returncode, outcome["gate"]) == (1, "fail")
    assert outcome["records"] == 38_556
    assert outcome["quarantined"] == 2  # a record without its input, and the tail of the shard
    assert outcome["exact_duplicates"] >= 2_571  # rows left untranslated, and a few inside
    report = Path(outcome["report"]["json"]).read_text(encoding="utf-8")
    found = json.loads(report)
    failed = json.dumps(found["findings"])
    for control in ("SRC-06", "SRC-07", "QLT-01"):
        assert control in failed
