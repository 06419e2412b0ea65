"""datatrove: its MinHash steps for English text, 16 buckets of 8, called one after the other.

The steps run in this process and take documents from memory, which spares it the readers, the
writers and the processes of its executor. What it writes between its steps is its own design.
"""

import itertools
import struct
import sys
from pathlib import Path

import pyarrow as pa
from datatrove.data import Document
from datatrove.pipeline.dedup import (
    MinhashDedupBuckets,
    MinhashDedupCluster,
    MinhashDedupSignature,
)
from datatrove.pipeline.dedup.minhash import MinhashConfig
from datatrove.utils.hashing import HashConfig
from datatrove.utils.typeshelper import Languages
from loguru import logger

from benchmarks.peers.protocol import Links, Tool, clusters, measure, workspace

FOLDER = workspace()
CONFIG = MinhashConfig(
    hash_config=HashConfig(precision=64), num_buckets=16, hashes_per_bucket=8, n_grams=5
)
_numbers = itertools.count()


def prepare(column: pa.LargeStringArray) -> list[Document]:
    """One document a text."""
    return [Document(text=text, id=str(n)) for n, text in enumerate(column.to_pylist())]


def run(documents: list[Document]) -> Path:
    """Signatures, buckets, clusters; the folder of the pairs that were found."""
    folder = FOLDER / str(next(_numbers))
    signatures, pairs, removed = (str(folder / name) for name in ("sig", "pairs", "removed"))
    step = MinhashDedupSignature(signatures, config=CONFIG, language=Languages.english)
    step.run(iter(documents), rank=0, world_size=1)
    for bucket in range(CONFIG.num_buckets):
        buckets = MinhashDedupBuckets(signatures, pairs, config=CONFIG)
        buckets.run(None, rank=bucket, world_size=CONFIG.num_buckets)
    MinhashDedupCluster(pairs, removed, config=CONFIG).run(None, 0, 1)
    return Path(pairs)


def labels(pairs: Path, count: int) -> list[int]:
    """The clusters of the pairs that the buckets gave."""
    links = Links(count)
    for file in sorted(pairs.glob("*.dups")):
        for _, left, _, right in struct.iter_unpack("<4I", file.read_bytes()):
            links.link(left, right)
    return links.labels()


if __name__ == "__main__":
    logger.remove()
    logger.add(sys.stderr, level="WARNING")
    measure(Tool(distributions=("datatrove",), prepare=prepare, run=run, told=clusters(labels)))
