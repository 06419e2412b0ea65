"""Flat tables of files that belong to no dataset: what `tda dups` compares."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from connectors.base import ReadRequest
from connectors.location import File, fresh
from connectors.reading import guess_format, read
from pipelines.engine.base import Summary
from pipelines.kernels.unit_facts import sketch_facts_in
from pipelines.kernels.units import Unit
from pipelines.stages.joining import joined
from pipelines.stages.placing import flat_table, flat_writer, places

ROWS = 65_536
"""Texts gathered before they are written as one row group."""


def sketch_file(
    item: str,
    *,
    paths: Sequence[File],
    request: ReadRequest,
    folder: str,
    unit: Unit = Unit.CHAR,
) -> Summary:
    """The file with ordinal `item` of `paths` as a flat table in `folder`: where, and counts.

    Gives `out` (a path, or None when every text is empty), `records`, `empty`, `quarantined` and
    `reasons` (counts of what was quarantined).
    """
    ordinal = int(item)
    path = fresh(paths[ordinal])
    request = replace(request, format=request.format or guess_format(path))
    reasons: Counter[str] = Counter()
    records, texts = 0, 0
    out = Path(folder) / f"texts-{ordinal:06d}.parquet"
    with flat_writer(out) as writer:
        waiting = list[pa.Table]()
        for block in read(path, request):
            reasons.update(quarantined.reason.value for quarantined in block.quarantined)
            records += block.batch.num_rows
            table = _flat(ordinal, block.batch, request.columns, unit)
            texts += table.num_rows
            waiting.append(table)
            if sum(part.num_rows for part in waiting) >= ROWS:
                writer.write_table(pa.concat_tables(waiting))
                waiting.clear()
        if waiting:
            writer.write_table(pa.concat_tables(waiting))
    return {
        "item": item,
        "out": str(out) if texts else None,
        "records": records,
        "empty": records - texts,
        "quarantined": reasons.total(),
        "reasons": dict(reasons),
    }


def _flat(ordinal: int, batch: pa.RecordBatch, columns: Sequence[str], unit: Unit) -> pa.Table:
    text = joined(batch, columns)
    facts = sketch_facts_in(unit, text)
    place = places(ordinal, batch.column("row").to_numpy())
    table = flat_table(place, facts.hashes, facts.chars, facts.bands)
    return table.filter(pc.greater(table["chars"], 0))
