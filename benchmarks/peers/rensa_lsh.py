"""rensa: RMinHash of character shingles, and its own LSH with 16 bands of 8."""

import pyarrow as pa
from rensa import RMinHash, RMinHashLSH

from benchmarks.peers.protocol import Links, Tool, clusters, measure, shingles


def run(texts: list[str]) -> Links:
    """Every text is sketched, looked up, and added."""
    links = Links(len(texts))
    index = RMinHashLSH(threshold=0.8, num_perm=128, num_bands=16)
    for number, text in enumerate(texts):
        sketch = RMinHash(num_perm=128, seed=42)
        sketch.update(shingles(text))
        for other in index.query(sketch):
            links.link(number, other)
        index.insert(number, sketch)
    return links


if __name__ == "__main__":
    measure(
        Tool(
            distributions=("rensa",),
            prepare=pa.LargeStringArray.to_pylist,
            run=run,
            told=clusters(lambda links, _: links.labels()),
        )
    )
