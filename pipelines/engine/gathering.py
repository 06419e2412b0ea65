"""Many Parquet files of one result as one."""

import re
import shutil
from pathlib import Path

import pyarrow.parquet as pq

from pipelines.model.errors import EvidenceError
from pipelines.model.message import msg

_NUMBER = re.compile(r"part-(\d+)-")


def gather(folder: Path, rows: int, out: Path) -> None:
    """The `part-N-…` files in `folder` are the one file `out`, in the order of their numbers.

    A row group is in memory at a time.

    Raises:
        EvidenceError: they have not the `rows` rows that were written: some were written elsewhere.
    """
    parts = sorted(folder.glob("part-*.parquet"), key=_number)
    found = sum(pq.read_metadata(part).num_rows for part in parts)
    if not parts or found != rows:
        raise EvidenceError(
            msg("of {rows} rows of a query, {found} arrived", rows=rows, found=found),
            advice=msg("put TDA_HOME in a folder that all Spark workers share, at the same path"),
        )
    if len(parts) == 1:
        shutil.move(parts[0], out)
        return
    schema = pq.read_schema(parts[0]).remove_metadata()
    with pq.ParquetWriter(out, schema, compression="zstd", compression_level=1) as writer:
        for part in parts:
            with pq.ParquetFile(part) as file:
                for batch in file.iter_batches():
                    writer.write_batch(batch)


def _number(part: Path) -> int:
    found = _NUMBER.match(part.name)
    return int(found.group(1)) if found else -1
