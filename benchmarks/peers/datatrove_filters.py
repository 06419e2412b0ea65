"""datatrove: its Gopher quality and repetition filters and the FineWeb one over each document."""

import sys

import pyarrow as pa
from datatrove.data import Document
from datatrove.pipeline.filters import (
    FineWebQualityFilter,
    GopherQualityFilter,
    GopherRepetitionFilter,
)
from loguru import logger

from benchmarks.peers.protocol import Told, Tool, measure

FILTERS = (GopherQualityFilter(), GopherRepetitionFilter(), FineWebQualityFilter())


def prepare(column: pa.LargeStringArray) -> list[Document]:
    """One document a text."""
    return [Document(text=text, id=str(n)) for n, text in enumerate(column.to_pylist())]


def run(documents: list[Document]) -> int:
    """How many documents each filter would drop, added up."""
    return sum(step.filter(document) is not True for document in documents for step in FILTERS)


if __name__ == "__main__":
    logger.remove()
    logger.add(sys.stderr, level="WARNING")
    measure(
        Tool(
            distributions=("datatrove",),
            prepare=prepare,
            run=run,
            told=lambda found, _: Told(found=found),
        )
    )
