"""Small files that are scanned together: one task, one marker and one set of tables for many.

Which files come together depends on their names and sizes near by, so that a file that is added
or taken away moves no border but those beside it, and all other batches are found on record.
"""

import hashlib
from collections.abc import Sequence

from pipelines.stages.shard_plan import Shard

SMALL_BYTES = 1024 * 1024
"""A file of this size or more is a batch of its own."""
MOST_BYTES = 4 * 1024 * 1024
"""What is scanned again at most when one small file changes."""
MOST_FILES = 1024
USUAL_FILES = 256
"""A border lies, on average, behind each of so many names."""


def batches(shards: Sequence[Shard]) -> list[tuple[Shard, ...]]:
    """`shards`, in the order given, in batches; the batches are in the order of their first."""
    done: list[tuple[Shard, ...]] = []
    waiting: list[Shard] = []
    size = 0
    for shard in shards:
        if shard.bytes >= SMALL_BYTES:
            done.append((shard,))
            continue
        full = size + shard.bytes > MOST_BYTES or len(waiting) == MOST_FILES
        if waiting and full:
            done.append(tuple(waiting))
            waiting, size = [], 0
        waiting.append(shard)
        size += shard.bytes
        if _is_border(shard.file):
            done.append(tuple(waiting))
            waiting, size = [], 0
    if waiting:
        done.append(tuple(waiting))
    return sorted(done, key=lambda batch: batch[0].ordinal)


def _is_border(name: str) -> bool:
    digest = hashlib.sha256(name.encode("utf-8", "surrogatepass")).digest()
    return int.from_bytes(digest[:8], "big") % USUAL_FILES == 0
