"""daft: its `normalize` and `minhash` over words; the banding, which it has not, is ours.

The banding is 16 bands of 8 in numpy: a band of equal values is a key of 64 bits, equal keys that
follow one another after a sort link their texts.
"""

import daft
import numpy as np
import pyarrow as pa
from daft.functions import minhash, normalize

from benchmarks.peers.protocol import Links, Tool, clusters, measure

BANDS, ROWS = 16, 8


def run(frame: daft.DataFrame) -> Links:
    """The texts are sketched by daft, and linked where a band is equal."""
    text = normalize(
        frame["text"], remove_punct=True, lowercase=True, nfd_unicode=True, white_space=True
    )
    sketch = minhash(text, num_hashes=128, ngram_size=5, seed=1, hash_function="xxhash3_64")
    column = frame.select(sketch.alias("sketch")).to_arrow()["sketch"].combine_chunks()
    values = np.asarray(column.flatten()).astype(np.uint64).reshape(-1, BANDS * ROWS)
    links = Links(len(values))
    odd = np.random.default_rng(1).integers(0, 1 << 63, ROWS, dtype=np.uint64) * np.uint64(2)
    for band in range(BANDS):
        part = values[:, band * ROWS : (band + 1) * ROWS]
        keys = ((part + np.uint64(1)) * (odd + np.uint64(1))).sum(axis=1)
        order = np.argsort(keys, kind="stable")
        same = np.flatnonzero(keys[order[1:]] == keys[order[:-1]])
        for left, right in zip(order[same].tolist(), order[same + 1].tolist(), strict=True):
            links.link(left, right)
    return links


if __name__ == "__main__":
    measure(
        Tool(
            distributions=("daft",),
            prepare=lambda column: daft.from_arrow(pa.table({"text": column})),
            run=run,
            told=clusters(lambda links, _: links.labels()),
        )
    )
