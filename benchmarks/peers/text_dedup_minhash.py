"""text-dedup: its `minhash` command, called in this process with 128 permutations.

It reads and writes files and has no other way in, so both are within the measured stage. Texts of
fewer than five of its words it takes out before it looks for duplicates: they are `lost`.
"""

import itertools
import pickle
from collections import Counter
from pathlib import Path

import datasets
import pyarrow as pa
import pyarrow.parquet as pq
from text_dedup import minhash

from benchmarks.peers.protocol import Links, Told, Tool, measure, workspace

FOLDER = workspace()
_numbers = itertools.count()


def prepare(column: pa.LargeStringArray) -> Path:
    """A new folder with the texts and their numbers as Parquet."""
    folder = FOLDER / str(next(_numbers))
    (folder / "in").mkdir(parents=True)
    numbers = pa.array(range(len(column)), pa.int64())
    pq.write_table(pa.table({"number": numbers, "text": column}), folder / "in" / "texts.parquet")
    return folder


def run(folder: Path) -> Path:
    """From that Parquet file to a dataset without duplicates."""
    options = ["--path", "parquet", "--data_files", str(folder / "in" / "texts.parquet")]
    options += ["--cache_dir", str(folder / "cache"), "--output", str(folder / "out")]
    options += ["--split", "train", "--column", "text", "--batch_size", "10000", "--debug"]
    options += ["--num_perm", "128", "--ngram", "5", "--threshold", "0.8", "--num_proc", "1"]
    minhash.main.main(options, standalone_mode=False)
    return folder / "out"


def told(out: Path, count: int) -> Told:
    """Its clusters; a text that is neither in the output nor in a cluster is lost."""
    kept = set(datasets.load_from_disk(str(out))["number"])
    links = Links(count)
    with (out / "uf.pkl").open("rb") as file:
        parents = pickle.load(file)  # noqa: S301  written by the stage above
    parents = getattr(parents, "parent", parents)
    for text in parents:
        top = text
        while parents[top] != top:
            top = parents[top]
        links.link(int(text), int(top))
    labels = links.labels()
    sizes = Counter(labels)  # of a cluster it may keep another text than the first
    lost = sum(sizes[label] == 1 and number not in kept for number, label in enumerate(labels))
    return Told(labels=labels, lost=lost)


if __name__ == "__main__":
    measure(Tool(distributions=("text-dedup",), prepare=prepare, run=run, told=told))
