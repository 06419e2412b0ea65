"""An index of duplicates goes with the records it was made of."""

import json
import sys
from pathlib import Path

from pipelines.model.ids import RunId
from pipelines.stages.known_digests import write_digests
from pipelines.store import stage_results
from pipelines.store.database import Store

sys.path.insert(0, str(Path(__file__).parent))

from retention_view import apply, tables


def test_an_index_goes_with_the_records_it_was_made_of(store, ids):
    held = [
        table
        for table in tables_of_kind(store, ids["first"])
        if table not in tables(store, ids["third"])
    ]
    of_old = store.settings.indexes / "old"
    of_kept = store.settings.indexes / "kept"
    for folder, digest in ((of_old, held[0]), (of_kept, tables_of_kind(store, ids["third"])[0])):
        folder.mkdir(parents=True)
        (folder / "current.json").write_text(json.dumps({"units": {digest: {}}}))
    write_digests(store.settings.digests / "old.parquet", [], store.settings.home / "tmp")
    apply(store)
    assert not of_old.exists()
    assert not store.settings.digests.exists()
    assert (of_kept / "current.json").exists()


def tables_of_kind(store: Store, run: RunId, kind: str = "records") -> list[str]:
    stages = stage_results.stages_of(store, run)
    return [table.digest for stage in stages for table in stage.tables if table.kind == kind]
