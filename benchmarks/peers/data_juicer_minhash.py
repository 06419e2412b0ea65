"""data-juicer: its MinHash deduplicator, `--tokenization character` or `space` (its default)."""

import argparse
import sys

import datasets
import pyarrow as pa
from data_juicer.core.data import NestedDataset
from data_juicer.ops.deduplicator.document_minhash_deduplicator import (
    DocumentMinhashDeduplicator,
)
from loguru import logger

from benchmarks.peers.protocol import Links, Tool, clusters, measure


def prepare(column: pa.LargeStringArray) -> NestedDataset:
    """A dataset in memory."""
    return NestedDataset(datasets.Dataset(pa.table({"text": column.cast(pa.string())})))


def run(texts: NestedDataset, tokenization: str) -> DocumentMinhashDeduplicator:
    """Hashes, tables, clusters, and the dataset without duplicates."""
    step = DocumentMinhashDeduplicator(
        tokenization=tokenization, window_size=5, num_permutations=128, jaccard_threshold=0.8
    )
    hashed = texts.map(step.compute_hash, num_proc=1, load_from_cache_file=False)
    step.process(hashed)
    return step


def labels(step: DocumentMinhashDeduplicator, count: int) -> list[int]:
    """The clusters of its hash tables."""
    links = Links(count)
    for table in step.hash_tables:
        for members in table.values():
            first = min(members)
            for member in members:
                links.link(first, member)
    return links.labels()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--tokenization", choices=["character", "space"], default="space")
    chosen = parser.parse_known_args()[0].tokenization
    datasets.disable_progress_bars()
    logger.remove()
    logger.add(sys.stderr, level="WARNING")
    measure(
        Tool(
            distributions=("py-data-juicer",),
            prepare=prepare,
            run=lambda texts: run(texts, chosen),
            told=clusters(labels),
        )
    )
