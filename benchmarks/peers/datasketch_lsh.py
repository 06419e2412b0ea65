"""datasketch: MinHash of character shingles in batches, and MinHashLSH as it chooses its bands."""

import pyarrow as pa
from datasketch import MinHash, MinHashLSH

from benchmarks.peers.protocol import Links, Tool, clusters, measure, shingles


def run(texts: list[str]) -> Links:
    """Every text is sketched, looked up, and added."""
    links = Links(len(texts))
    index = MinHashLSH(threshold=0.8, num_perm=128)
    for number, text in enumerate(texts):
        sketch = MinHash(num_perm=128)
        sketch.update_batch([shingle.encode() for shingle in set(shingles(text))])
        for other in index.query(sketch):
            links.link(number, other)
        index.insert(number, sketch)
    return links


if __name__ == "__main__":
    measure(
        Tool(
            distributions=("datasketch",),
            prepare=pa.LargeStringArray.to_pylist,
            run=run,
            told=clusters(lambda links, _: links.labels()),
        )
    )
