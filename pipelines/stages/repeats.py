"""How many records of each source repeat another record: the pairs, by the source of the removed.

Pairs are about the dataset as a whole, and are all counted in every run; that reads the records
they are about only where a column names the source of each.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa

from connectors.source_files import source_of_files
from pipelines.model.evidence import TableRef
from pipelines.model.ids import RunId
from pipelines.stages.asking import Asking, number
from pipelines.stages.audited_files import tables_of
from pipelines.stages.figures_by_sql import Tables, source_of
from pipelines.store import runs
from pipelines.store.database import Store
from pipelines.store.evidence import EvidenceStore

BY_SOURCE = """
SELECT r.source AS source, count(CASE WHEN p.method = 'exact' THEN 1 END) AS exact,
  count(CASE WHEN p.method = 'near' THEN 1 END) AS near
FROM pairs p JOIN records r ON r.file = p.removed_file AND r."row" = p.removed_row
GROUP BY r.source
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeats:
    """Exact and near duplicates by source, and the kept records they lead to."""

    by_source: Mapping[str | None, tuple[int, int]]
    clusters: int


def repeats_of(run_id: RunId, store: Store, ask: Asking) -> Repeats:
    """What the pairs of the run come to."""
    pairs = tables_of(run_id, store, "relate", "pairs")
    dataset = runs.dataset_of(store, run_id)
    clusters = number(runs.stage_summary(store, run_id, "relate")["clusters"])
    if any(shape.source is not None for shape in dataset.shapes):
        records = tables_of(run_id, store, "scan", "records")
        return Repeats(
            by_source=by_sql(ask, {"pairs": pairs, "records": records}), clusters=clusters
        )
    found = by_file(store.evidence, pairs, source_of_files(dataset))
    return Repeats(by_source=found, clusters=clusters)


def by_file(
    evidence: EvidenceStore, pairs: Sequence[TableRef], origins: Mapping[str, str]
) -> Mapping[str | None, tuple[int, int]]:
    """Exact and near duplicates by source, where `origins` says which one each file has.

    Raises:
        EvidenceError: a table of `pairs` is gone or cannot be read.
    """
    exact, near = Counter[str | None](), Counter[str | None]()
    for ref in pairs:
        for batch in evidence.batches(ref, _COLUMNS):
            for name, method, count in _counted(batch):
                (exact if method == "exact" else near)[origins.get(name)] += count
    return {source: (exact[source], near[source]) for source in exact.keys() | near.keys()}


def by_sql(ask: Asking, tables: Tables) -> Mapping[str | None, tuple[int, int]]:
    """The same from `pairs` and `records`, whatever says which source a record has."""
    rows = ask.rows(BY_SOURCE, tables)
    return {source_of(row): (number(row["exact"]), number(row["near"])) for row in rows}


_COLUMNS = ("removed_file", "method")


def _counted(batch: pa.RecordBatch) -> list[tuple[str, str, int]]:
    groups = pa.Table.from_batches([batch]).group_by(list(_COLUMNS))
    counts = groups.aggregate([([], "count_all")])
    columns = (counts[name].to_pylist() for name in (*_COLUMNS, "count_all"))
    return list(zip(*columns, strict=True))
