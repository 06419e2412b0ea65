"""The Parquet file in which every pair of records stands."""

import contextlib
import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

import pyarrow.parquet as pq

from connectors.location import File
from pipelines.model.errors import ConfigError
from pipelines.model.evidence import PAIRS
from pipelines.model.message import msg
from pipelines.model.os_reason import os_reason
from pipelines.ownership import temporary_name
from pipelines.stages.duplicates import Duplicates


def not_an_input(pairs: Path | None, files: Sequence[File]) -> None:
    """Nothing, where the pairs would not take the place of a file that is read.

    Raises:
        ConfigError: they would.
    """
    if pairs is None or not pairs.exists():
        return
    for file in files:
        if isinstance(file, Path) and file.samefile(pairs):
            raise ConfigError(
                msg("the pairs would take the place of {path}, which is read", path=str(pairs)),
                advice=msg("name another file with --pairs"),
            )


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
        with contextlib.suppress(OSError):  # there may be no folder for it either
            part.unlink()
        raise ConfigError(
            msg(
                "the pairs cannot be written to {path} ({reason})",
                path=str(pairs),
                reason=os_reason(error),
            ),
            advice=msg("name a file in a folder that can be written with --pairs"),
        ) from error
    return pairs
