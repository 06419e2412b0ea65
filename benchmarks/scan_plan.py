"""What the benchmarks of the whole scan scan with: everything on, one column of text."""

from pathlib import Path

from pipelines.model.dataset import MAX_RECORD_BYTES, RecordShape, Split
from pipelines.model.ids import Digest
from pipelines.stages.scan import VERSION
from pipelines.stages.shard_plan import Plan


def plan_of(root: Path, home: Path, keywords: Digest | None = None) -> Plan:
    """The plan for files in `root` with a column `text`; `keywords` is a library kept in `home`."""
    return Plan(
        root=root,
        home=home,
        version=VERSION,
        record=RecordShape(text=("text",)),
        split=Split.LINE,
        encoding=None,
        max_record_bytes=MAX_RECORD_BYTES,
        sources=(),
        keywords=keywords,
    )
