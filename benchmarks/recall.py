"""Recall and precision of near-duplicates at Jaccard 0.8, with exact 95 % lower bounds.

    python -m benchmarks.recall --subset small --subset generated-60000 --write

Over characters and over words, each against its own truth.

A true pair counts as found when not both of its texts are kept; a removal counts as right when it
and the text it was removed for reach the threshold. True pairs are the planted ones that reach it,
and every pair of all texts that does (`benchmarks/truth.py`, which is no code of the product).
"""

import argparse
import os
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.corpus import KINDS, Corpus, load
from benchmarks.page import Section, cache_option, command_line, table, write
from benchmarks.project import cluster_labels
from benchmarks.truth import UNITS, ShingleSets, alike, all_pairs, shingle_sets, similarity
from pipelines.kernels.intervals import lower_bound

THRESHOLD = Fraction(4, 5)
BINS = ((0.80, 0.85), (0.85, 0.90), (0.90, 1.01))
NAMES = {"en": "English", "zh": "Chinese", "short": "under 80 characters"}


@dataclass(frozen=True, kw_only=True)
class Truth:
    """What is true of a corpus."""

    sets: ShingleSets
    planted: NDArray[np.int64]
    """The planted pairs that reach the threshold."""
    every: NDArray[np.int64]
    """Every pair that does."""


@dataclass(frozen=True, kw_only=True)
class Tally:
    """Some right of some."""

    right: int
    total: int

    @property
    def share(self) -> float:
        """The share that is right; not a number where there is none."""
        return self.right / self.total if self.total else float("nan")

    @property
    def bound(self) -> float:
        """The share is above this with 95 % confidence (Clopper-Pearson, one-sided)."""
        return lower_bound(self.right, self.total) if self.total else 0.0

    def cells(self) -> list[str]:
        """Right of total, the share, its lower bound; dashes where nothing was there."""
        if not self.total:
            return ["0 of 0", "–", "–"]
        return [f"{self.right:,} of {self.total:,}", f"{self.share:.4f}", f"{self.bound:.4f}"]


def truth_of(corpus: Corpus, cache: Path | None = None, unit: str = UNITS[0]) -> Truth:
    """The true pairs of `corpus` by `unit`; those of an earlier run are taken from `cache`."""
    kept = None if cache is None else cache / f"truth-{unit}-{corpus.digest()[:24]}.npz"
    if kept is not None and kept.exists():
        with np.load(kept) as found:
            sets = ShingleSets(ids=found["ids"].astype(np.int64), ends=found["ends"])
            every = found["every"]
    else:
        sets = shingle_sets(corpus.texts.to_pylist(), unit)
        every = all_pairs(sets, THRESHOLD)
        if kept is not None:
            kept.parent.mkdir(parents=True, exist_ok=True)
            partial = kept.with_suffix(f".{os.getpid()}.npz")
            np.savez(partial, ids=sets.ids.astype(np.uint32), ends=sets.ends, every=every)
            partial.replace(kept)
    planted = np.unique(np.sort(corpus.planted, axis=1), axis=0)
    return Truth(sets=sets, planted=planted[alike(sets, planted, THRESHOLD)], every=every)


def found(pairs: NDArray[np.int64], labels: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which of `pairs` have not both texts kept."""
    removed = labels != np.arange(len(labels))
    return removed[pairs].any(axis=1)


def removals(labels: NDArray[np.int64]) -> NDArray[np.int64]:
    """Every removed text with the one it was removed for, (n, 2)."""
    removed = np.flatnonzero(labels != np.arange(len(labels)))
    return np.stack([removed, labels[removed]], axis=1)


def recall(pairs: NDArray[np.int64], labels: NDArray[np.int64]) -> Tally:
    """How many of the true `pairs` were found."""
    return Tally(right=int(found(pairs, labels).sum()), total=len(pairs))


def precision(pairs: NDArray[np.int64], sets: ShingleSets) -> Tally:
    """How many of the removals `pairs` are right."""
    return Tally(right=int(alike(sets, pairs, THRESHOLD).sum()), total=len(pairs))


def of_kind(
    pairs: NDArray[np.int64], corpus: Corpus, sets: ShingleSets, kind: str
) -> NDArray[np.int64]:
    """The pairs whose smaller text is of `kind`."""
    sizes = sets.sizes[pairs]
    smaller = np.where(sizes[:, 0] <= sizes[:, 1], pairs[:, 0], pairs[:, 1])
    chosen: NDArray[np.int64] = pairs[corpus.kinds[smaller] == KINDS.index(kind)]
    return chosen


def rows(corpus: Corpus, truth: Truth, labels: NDArray[np.int64], unit: str) -> list[list[str]]:
    """The lines of the table for one corpus, compared by `unit`."""
    out = []
    both = (("planted", truth.planted), ("all pairs", truth.every))
    for kind in KINDS:
        for name, pairs in both:
            tally = recall(of_kind(pairs, corpus, truth.sets, kind), labels)
            out.append([corpus.name, unit, NAMES[kind], f"recall, {name}", *tally.cells()])
        own = of_kind(removals(labels), corpus, truth.sets, kind)
        cells = precision(own, truth.sets).cells()
        out.append([corpus.name, unit, NAMES[kind], "precision", *cells])
    values = similarity(truth.sets, truth.every)
    for low, high in BINS:
        inside = truth.every[(values >= low) & (values < high)]
        name = f"similarity {low:.2f} to {min(high, 1):.2f}"
        cells = recall(inside, labels).cells()
        out.append([corpus.name, unit, name, "recall, all pairs", *cells])
    return out


def section(corpora: Sequence[Corpus], command: str, cache: Path | None) -> Section:
    """Recall and precision over `corpora`, measured now."""
    lines, about = [], []
    for corpus in corpora:
        pairs = []
        for unit in UNITS:
            truth = truth_of(corpus, cache, unit)
            lines += rows(corpus, truth, cluster_labels(corpus.texts, unit=unit), unit)
            pairs.append(
                f"by {unit}s {len(truth.planted):,} planted pairs and {len(truth.every):,} of all "
                "pairs reach 0.8"
            )
        about.append(
            f"- `{corpus.name}`: {len(corpus.texts):,} texts; {corpus.origin}; {'; '.join(pairs)}."
        )
    head = ["texts", "shingles of", "which", "what", "right", "share", "95 % lower bound"]
    return Section(name="recall", command=command, body=[*about, "", *table(head, lines)])


def main() -> None:
    """Measure and print; with --write also into the page."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--subset", action="append", help="tiny, small or generated-N; several")
    parser.add_argument("--write", action="store_true", help="also into docs/performance.md")
    cache_option(parser)
    given = parser.parse_args()
    corpora = [load(subset) for subset in given.subset or ["tiny"]]
    write(section(corpora, command_line("recall"), given.cache), page=given.write)


if __name__ == "__main__":
    main()
