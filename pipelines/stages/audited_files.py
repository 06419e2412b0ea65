"""The files of a run in their order, and how their texts are read again."""

from collections.abc import Mapping

from connectors.base import ReadRequest
from pipelines.model.dataset import Dataset
from pipelines.model.evidence import TableRef
from pipelines.model.ids import RunId
from pipelines.settings import Settings
from pipelines.store import runs
from pipelines.store.database import Store


def tables_of(run_id: RunId, store: Store, stage: str, kind: str) -> list[TableRef]:
    """The tables of `kind` that `stage` left for the run."""
    return [table for table in runs.stage_tables(store, run_id, stage) if table.kind == kind]


def digests_by_name(run_id: RunId, store: Store) -> dict[str, str]:
    """The digest of each file of the version by its name, in the order of the ordinals."""
    found: list[tuple[int, str, str]] = []
    for table in tables_of(run_id, store, "ingest", "files"):
        rows = store.evidence.read(table, columns=["ordinal", "file", "digest"])
        columns = (rows[name].to_pylist() for name in ("ordinal", "file", "digest"))
        found += zip(*columns, strict=True)
    return {name: digest for _, name, digest in sorted(found)}


def requests_of(dataset: Dataset, settings: Settings) -> Mapping[str, ReadRequest]:
    """How the texts of each file of `dataset` are read, by its name."""
    return {
        name: ReadRequest(
            columns=layout.record.text,
            optional=frozenset(layout.record.optional),
            format=layout.format,
            split=layout.split,
            encoding=layout.encoding,
            max_record_bytes=settings.max_record_bytes,
        )
        for layout in dataset.layouts
        for name in layout.files
    }
