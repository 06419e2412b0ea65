"""What a killed process left half written is swept; what a living one writes is not."""

import os
import re
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pipelines.ownership import stamp, temporary_name, writer_is_gone
from pipelines.settings import Settings
from pipelines.store.database import open_store
from pipelines.store.temporaries import UNTOUCHED, orphans, sweep

NOW = datetime.now(UTC)
LONG_AGO = (NOW - 2 * UNTOUCHED).timestamp()


@pytest.fixture
def dead_stamp() -> str:
    """The stamp of a process that has been killed."""
    script = "from pipelines.ownership import stamp; print(stamp(), flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", script],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        found = process.stdout.readline().strip()
        assert writer_is_gone(found) is False
        os.kill(process.pid, signal.SIGKILL)
    assert found
    return found


def put(path: Path, *, aged: bool = False) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"half a table")
    if aged:
        os.utime(path, (LONG_AGO, LONG_AGO))
    return path


def test_a_stamp_tells_the_living_from_the_dead_and_from_those_out_of_sight(dead_stamp):
    assert writer_is_gone(temporary_name()) is False
    assert writer_is_gone(f".tmp-{dead_stamp}-00ff") is True
    elsewhere = re.sub(r"^m[0-9a-f]{8}", "m00000000", dead_stamp)
    assert writer_is_gone(f".tmp-{elsewhere}-00ff") is None
    assert writer_is_gone(".tmp-4711-00ff") is None


def test_a_process_id_that_was_given_again_is_not_taken_for_the_writer():
    machine, pid, _ = stamp().split("-")
    assert writer_is_gone(f"{machine}-{pid}-1") is True


def test_the_start_of_an_audit_sweeps_what_the_dead_left_and_nothing_else(
    settings: Settings, dead_stamp
):
    store = open_store(settings)
    gone = [
        put(settings.evidence / "incoming" / f".tmp-{dead_stamp}-01"),
        put(settings.evidence / "shards" / f".tmp-{dead_stamp}-02"),
        put(settings.keys / f".tmp-{dead_stamp}-03"),
        put(settings.home / f".tmp-{dead_stamp}-04.part"),
        put(settings.home / "tmp" / f"answer.tmp-{dead_stamp}-05.parquet"),
        put(settings.home / "tmp" / f"relate-{dead_stamp}-x" / "deep" / "bands.parquet"),
        put(settings.home / "tmp" / f"spill-{dead_stamp}-x" / "block"),
    ]
    kept = [
        put(settings.evidence / "incoming" / temporary_name()),
        put(settings.home / "tmp" / f"relate-{stamp()}-x" / "bands.parquet", aged=True),
        put(settings.home / "tmp" / "nobody-knows.parquet", aged=True),
        put(settings.evidence / "shards" / "0a1b.json", aged=True),
        put(settings.home / "pairs-00.parquet", aged=True),
    ]
    swept = sweep(store.settings)
    assert (swept.removed, swept.left) == (len(gone), 0)
    assert swept.bytes >= len(gone) * len(b"half a table")
    assert not [path for path in gone if path.exists()]
    assert [path for path in kept if path.exists()] == kept


def test_with_a_clock_old_temporaries_of_unknown_writers_go_too(settings: Settings):
    open_store(settings)
    gone = [
        put(settings.evidence / "tables" / "hits" / "0a" / ".tmp-99-0a", aged=True),
        put(settings.reports / "run-1" / ".report.json.99.tmp", aged=True),
        put(settings.home / "tmp" / "tmpabc" / "block", aged=True),
    ]
    os.utime(gone[-1].parent, (LONG_AGO, LONG_AGO))
    fresh = [
        put(settings.evidence / "tables" / "hits" / "0a" / ".tmp-99-0b"),
        put(settings.home / "tmp" / "tmpdef" / "block"),
        put(settings.reports / "run-1" / "report.json", aged=True),
        put(settings.evidence / "tables" / "hits" / "0a" / "0a.parquet", aged=True),
    ]
    assert orphans(settings) == []
    assert orphans(settings, now=NOW - 2 * UNTOUCHED - timedelta(days=1)) == []
    assert sweep(settings, now=NOW).removed == len(gone)
    assert not [path for path in gone if path.exists()]
    assert [path for path in fresh if path.exists()] == fresh


def test_a_link_is_removed_and_what_it_leads_to_is_left(settings: Settings, tmp_path, dead_stamp):
    open_store(settings)
    target = put(tmp_path / "elsewhere" / "precious")
    (settings.home / "tmp").mkdir()
    link = settings.home / "tmp" / f"relate-{dead_stamp}-x"
    link.symlink_to(target.parent)
    assert sweep(settings).removed == 1
    assert not link.is_symlink()
    assert target.read_bytes() == b"half a table"


def test_a_workspace_that_does_not_exist_yet_has_no_orphans(settings: Settings):
    assert orphans(settings, now=NOW) == []
