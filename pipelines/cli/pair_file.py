"""The Parquet file in which every pair of records stands."""

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

import pyarrow.parquet as pq

from pipelines.model.errors import ConfigError
from pipelines.model.evidence import PAIRS
from pipelines.model.message import msg
from pipelines.ownership import temporary_name
from pipelines.stages.duplicates import Duplicates


def write_pairs(found: Duplicates, names: Sequence[str], pairs: Path | None, home: Path) -> Path:
    """The path of the pairs, which appear there whole; in `home`, named by content, by default.

    The file with ordinal i is `names[i]`.

    Raises:
        ConfigError: The file cannot be written.
    """
    if pairs is None:
        sha = hashlib.sha256(json.dumps(names).encode())
        for column in (found.removed, found.kept, found.similarity, found.exact):
            sha.update(column.tobytes())
        pairs = home / f"pairs-{sha.hexdigest()[:16]}.parquet"
    part = pairs.with_name(f"{temporary_name()}.part")
    try:
        with pq.ParquetWriter(part, PAIRS, compression="zstd") as writer:
            for table in found.tables(names):
                writer.write_table(table)
        part.replace(pairs)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise ConfigError(
            msg(
                "the pairs cannot be written to {path} ({reason})",
                path=str(pairs),
                reason=error.strerror or type(error).__name__,
            ),
            advice=msg("name a file in a folder that can be written with --pairs"),
        ) from error
    return pairs
