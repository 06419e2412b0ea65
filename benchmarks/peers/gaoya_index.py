"""gaoya: its string index over characters, 16 bands of 8."""

import gaoya
import pyarrow as pa

from benchmarks.peers.protocol import Links, Tool, clusters, measure


def run(texts: list[str]) -> Links:
    """All texts are added at once, then each is looked up."""
    index = gaoya.minhash.MinHashStringIndex(
        hash_size=32,
        jaccard_threshold=0.8,
        num_bands=16,
        band_size=8,
        num_hashes=128,
        analyzer="char",
        lowercase=True,
        ngram_range=(5, 5),
    )
    index.par_bulk_insert_docs(list(range(len(texts))), texts)
    links = Links(len(texts))
    for number, text in enumerate(texts):
        for other in index.query(text):
            links.link(number, other)
    return links


if __name__ == "__main__":
    measure(
        Tool(
            distributions=("gaoya",),
            prepare=pa.LargeStringArray.to_pylist,
            run=run,
            told=clusters(lambda links, _: links.labels()),
        )
    )
