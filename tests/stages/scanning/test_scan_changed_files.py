"""A file that changed since it was hashed, or while it is read, is noticed by the scan."""

import os

import pytest
from scan_setting import begun, scanned

from pipelines.model.errors import EvidenceError
from pipelines.stages import batching, shard


def test_a_file_that_changed_since_it_was_hashed_is_named_after_the_others_are_done(store, folder):
    run_id = begun(store, folder)
    with (folder / "b.jsonl").open("a") as file:
        file.write("{}\n")
    with pytest.raises(EvidenceError, match=r"1 files.*b\.jsonl"):
        scanned(store, run_id)
    assert len(list((store.settings.evidence / "shards").glob("*.json"))) == 1


@pytest.mark.parametrize("small", [0, batching.SMALL_BYTES])
def test_a_change_that_keeps_the_size_is_noticed(store, folder, monkeypatch, small):
    monkeypatch.setattr(batching, "SMALL_BYTES", small)
    run_id = begun(store, folder)
    path = folder / "b.jsonl"
    before = path.stat()
    path.write_text(path.read_text().replace("WHERE", "THERE"))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert path.stat().st_size == before.st_size
    with pytest.raises(
        EvidenceError, match=r"b\.jsonl was changed while it was being audited"
    ) as e:
        scanned(store, run_id)
    assert "1 files" in str(e.value)
    assert len(list((store.settings.evidence / "shards").glob("*.json"))) == 1


def test_a_file_that_changes_while_it_is_read_is_noticed(store, folder, monkeypatch):
    run_id = begun(store, folder)
    read = shard.read

    def meddle(path, request):
        for block in read(path, request):
            yield block
            if path.name == "b.jsonl":
                path.write_text(path.read_text().replace("WHERE", "THERE"))

    monkeypatch.setattr(shard, "read", meddle)
    with pytest.raises(EvidenceError, match=r"1 files.*b\.jsonl was changed"):
        scanned(store, run_id)
