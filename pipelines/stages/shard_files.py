"""Small files that appear whole or not at all."""

import os
from pathlib import Path

from pipelines.ownership import temporary_name


def write_whole(path: Path, text: str) -> None:
    """`text` (ASCII) is at `path`, its bytes on disk before its name is."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(temporary_name())
    with temporary.open("w", encoding="ascii") as target:
        target.write(text)
        target.flush()
        os.fsync(target.fileno())
    temporary.replace(path)
