"""The law of duplicates over the texts of any number of files.

Records have an order, by default that of files and rows (see `preference`). A record whose text
is, after normalisation, equal to an earlier one is an *exact* duplicate. Of the different texts,
one whose exact Jaccard similarity with a kept earlier one reaches the threshold is a *near*
duplicate (see `kernels.keeping`). The first record of a text that is kept is kept, and stands for
its equals. The equals of a text that is itself removed are removed for the same kept record: they
stay exact duplicates, as they repeat an earlier record, and their similarity is the true one with
the record they lead to. So

- exact duplicates = texts - different texts, near duplicates = removed - exact duplicates;
- every removed record leads to one that is kept, and `similarity` is that of these two;
- empty texts are no duplicates of anything.

Near pairs are found through the band keys of the sketch: a pair of similarity J shares one with
probability 1 - (1 - J**rows)**bands, so the figure is a lower bound (see `expected_recall`). Texts
above LONGEST_COMPARED are compared for equality only, and counted.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from pipelines.engine.base import Engine
from pipelines.kernels.keeping import BUDGET, Judged
from pipelines.kernels.sketch_spec import DEFAULT, SketchSpec
from pipelines.model.evidence import PAIRS
from pipelines.stages.candidate_texts import CandidateTexts
from pipelines.stages.known import NOTHING, Known, verdicts_on
from pipelines.stages.placing import ordinals_of, rows_of
from pipelines.stages.preference import FIRST, Candidates, Preference, arranged
from pipelines.stages.rereading import Rereader
from pipelines.stages.sharing import shared_texts

CHUNK_ROWS = 1_000_000
"""Pairs in one table."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Duplicates:
    """Every removed record with the kept record it leads to, by place, removed ones ascending."""

    removed: NDArray[np.int64]
    kept: NDArray[np.int64]
    similarity: NDArray[np.float64]
    exact: NDArray[np.bool_]
    """Whether the text of the removed record is equal to an earlier one."""
    candidates: int = 0
    """Texts that share a band key with a different text."""
    judged: int = 0
    """Of these, the ones whose text was read again; the verdicts on the others were on record."""
    crowded_keys: int = 0
    """Band keys under which more texts were kept than are compared."""
    too_long: int = 0
    """Different texts too long to be compared for more than equality."""

    @property
    def exact_duplicates(self) -> int:
        """Records whose text is equal to an earlier one."""
        return int(self.exact.sum())

    @property
    def near_duplicates(self) -> int:
        """Further records that are removed."""
        return len(self.removed) - self.exact_duplicates

    @property
    def clusters(self) -> int:
        """Kept records that stand for at least one removed one."""
        return len(np.unique(self.kept))

    def tables(self, files: Sequence[str]) -> Iterator[pa.Table]:
        """The pairs as PAIRS tables of bounded size; the file with ordinal i is `files[i]`."""
        names = pa.array(files, pa.string())
        for begin in range(0, len(self.removed), CHUNK_ROWS):
            part = slice(begin, begin + CHUNK_ROWS)
            kept, removed, exact = self.kept[part], self.removed[part], self.exact[part]
            yield pa.table(
                [
                    names.take(pa.array(ordinals_of(kept))),
                    pa.array(rows_of(kept)),
                    names.take(pa.array(ordinals_of(removed))),
                    pa.array(rows_of(removed)),
                    pa.array(self.similarity[part]),
                    pa.array(["near", "exact"], pa.string()).take(pa.array(exact.astype(np.int8))),
                ],
                schema=PAIRS,
            )


NONE = Duplicates(
    removed=np.empty(0, np.int64),
    kept=np.empty(0, np.int64),
    similarity=np.empty(0),
    exact=np.empty(0, np.bool_),
)


def find_duplicates(
    flat: Sequence[str],
    *,
    engine: Engine,
    folder: Path,
    rereader: Rereader,
    threshold: float,
    preference: Preference = FIRST,
    budget: int = BUDGET,
) -> Duplicates:
    """The duplicates among the texts of the `flat` tables; intermediate tables go to `folder`.

    Of several records with equal or near texts, the one that `preference` puts first is kept.

    Raises:
        EvidenceError: A file was changed since its texts were sketched.
    """
    if not flat:
        return NONE
    # what is shared is the largest thing in memory, and candidates are all that is needed of it
    found = arranged(shared_texts(flat, engine=engine, folder=folder), preference)
    texts = CandidateTexts(found, rereader, folder, budget=budget)
    return judge_candidates(found, texts, threshold, budget=budget)[0]


def judge_candidates(
    found: Candidates,
    texts: CandidateTexts,
    threshold: float,
    *,
    budget: int = BUDGET,
    known: Known = NOTHING,
) -> tuple[Duplicates, pa.Table]:
    """The duplicates among the records `found` is about, and the verdicts behind them.

    Verdicts that are `known` are not reached again.

    Raises:
        EvidenceError: A file was changed since its texts were sketched.
    """
    reached = verdicts_on(found, texts, threshold, budget=budget, known=known)
    return ledger_of(found, reached.judged, reached.read), reached.table


def expected_recall(threshold: float, spec: SketchSpec = DEFAULT) -> float:
    """Probability that a pair whose similarity is the threshold itself shares a band key."""
    return float(1.0 - (1.0 - threshold**spec.rows) ** spec.bands)


def summary_of(
    found: Duplicates,
    threshold: str,
    preference: Preference = FIRST,
    spec: SketchSpec = DEFAULT,
) -> dict[str, object]:
    """The figures of `found` as JSON, numbers that are no counts as decimal strings."""
    return {
        "exact_duplicates": found.exact_duplicates,
        "near_duplicates": found.near_duplicates,
        "clusters": found.clusters,
        "candidates": found.candidates,
        "crowded_keys": found.crowded_keys,
        "too_long_to_compare": found.too_long,
        "threshold": threshold,
        "keep": [criterion.value for criterion in preference.criteria],
        "recall_at_threshold": f"{expected_recall(float(threshold), spec):.4f}",
        "sketch": spec.name,
    }


def ledger_of(found: Candidates, judged: Judged, read: int | None = None) -> Duplicates:
    """Every removed record with the one it leads to, from the verdicts on the candidates.

    `read` is the number of candidates whose texts were read for it; all of them where not given.
    """
    verdicts = judged.verdicts
    near = np.flatnonzero(verdicts.kept_for >= 0)
    near_places = found.places[near]
    order = np.argsort(near_places)
    near, near_places = near[order], near_places[order]
    near_kept = found.places[verdicts.kept_for[near]]
    near_similarity = verdicts.similarity[near]
    kept, similarity = found.firsts.copy(), np.ones(len(found.firsts))
    if len(near):
        at = np.minimum(np.searchsorted(near_places, found.firsts), len(near) - 1)
        moved = near_places[at] == found.firsts  # their first record is itself removed
        kept[moved], similarity[moved] = near_kept[at[moved]], near_similarity[at[moved]]
    removed = np.concatenate((found.repeated, near_places))
    exact = np.arange(len(removed)) < len(found.repeated)
    order = np.argsort(removed)
    return Duplicates(
        removed=removed[order],
        kept=np.concatenate((kept, near_kept))[order],
        similarity=np.concatenate((similarity, near_similarity))[order],
        exact=exact[order],
        candidates=len(found.places),
        crowded_keys=judged.crowded_keys,
        judged=len(found.places) if read is None else read,
        too_long=found.too_long,
    )
