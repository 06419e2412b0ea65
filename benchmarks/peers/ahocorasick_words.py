"""ahocorasick_rs: 10,000 words in the bytes of each text."""

import ahocorasick_rs
import pyarrow as pa

from benchmarks.looked_for import words
from benchmarks.peers.protocol import Told, Tool, measure

AUTOMATON = ahocorasick_rs.BytesAhoCorasick([word.encode() for word in words()])


def run(texts: list[bytes]) -> int:
    """How often a word was found."""
    return sum(len(AUTOMATON.find_matches_as_indexes(text)) for text in texts)


if __name__ == "__main__":
    measure(
        Tool(
            distributions=("ahocorasick_rs",),
            prepare=lambda column: column.cast(pa.large_binary()).to_pylist(),
            run=run,
            told=lambda found, _: Told(found=found),
        )
    )
