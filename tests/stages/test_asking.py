"""Questions leave nothing behind: no answer, and no evidence that no run rests on."""

from pathlib import Path

import pyarrow as pa

from pipelines.engine.local import Local
from pipelines.model.evidence import KEYS
from pipelines.stages.asking import Asking
from pipelines.store.database import open_store

COUNT = "SELECT (SELECT count(*) FROM hits) AS hits, (SELECT count(*) FROM records) AS records"


def files_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_a_kind_without_a_table_is_empty_and_is_no_evidence(settings, tmp_path) -> None:
    store = open_store(settings)
    schema = KEYS["records"][0]
    row = pa.table({name: pa.nulls(1, schema.field(name).type) for name in schema.names})
    records = store.evidence.write("records", row.cast(nullable(schema)))
    before = files_in(settings.home / "evidence")
    assert len(before) == 1

    with Local(1, "200MB", tmp_path / "spill") as engine:
        found = Asking(engine, store).rows(COUNT, {"hits": [], "records": [records]})

    assert found == [{"hits": 0, "records": 1}]
    assert files_in(settings.home / "evidence") == before
    assert not files_in(settings.home / "tmp")


def nullable(schema: pa.Schema) -> pa.Schema:
    return pa.schema([field.with_nullable(True) for field in schema])
