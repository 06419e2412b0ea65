"""Verdicts on record: a text that is compared with the same ones as before is not judged again.

The verdict on a text follows from it and from the texts it is compared with, in their order, and
from nothing else (see `kernels.rejudging`): so it is kept under these, and holds whatever the files
are called, wherever they stand, and whatever else there is. Where most texts of a component are
new, it is judged from the start.
"""

import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from pipelines.kernels.keeping import MOST_KEPT, Judged, Texts, judge, no_verdicts
from pipelines.kernels.rejudging import Recalled, foretell, rejudge
from pipelines.kernels.sketch_spec import DEFAULT
from pipelines.stages.candidate_texts import CandidateTexts, Load
from pipelines.stages.preference import Candidates

LAW = "keeping-1"
"""Raised when `kernels.keeping` gives other verdicts for the same texts."""

VERDICTS = pa.schema(
    [
        ("text_high", pa.int64()),  # 128 bits of SHA-256 of the text
        ("text_low", pa.int64()),
        ("seen_high", pa.int64()),  # the texts it was compared with, see `foretell`
        ("seen_low", pa.int64()),
        ("kept_high", pa.int64()),  # the text it is removed for
        ("kept_low", pa.int64()),
        ("similarity", pa.float64()),  # 0 where it is kept
    ]
)
_PRIME = 2**61 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """The verdicts on all candidates, from the record or reached now."""

    judged: Judged
    read: int
    """Candidates whose texts were read; the verdicts on the others were on record."""
    table: pa.Table
    """All of them, as a table of VERDICTS."""


def _pairs(table: pa.Table, name: str) -> NDArray[np.int64]:
    columns = [table[f"{name}_{part}"].to_numpy() for part in ("high", "low")]
    return np.stack(columns, axis=1)


class Known:
    """Verdicts by text; of each text there is one at most."""

    def __init__(self, table: pa.Table) -> None:
        """`table` is one of VERDICTS, sorted by text; its metadata say under which law."""
        told = table.schema.metadata or {}
        self.law = told.get(b"law", b"").decode()
        self.factors = np.array([int(one) for one in told.get(b"factors", b"0 0").split()], "<u8")
        self.texts = _pairs(table, "text")
        self._seen, self._kept = _pairs(table, "seen"), _pairs(table, "kept")
        self.similarity = table["similarity"].to_numpy()

    @classmethod
    def nothing(cls, law: str) -> Self:
        """No verdict under `law` yet."""
        factors = " ".join(str(secrets.randbelow(_PRIME - 1) + 1) for _ in range(2))
        schema = VERDICTS.with_metadata({"law": law, "factors": factors})
        return cls(schema.empty_table())

    def recall(
        self, rows: NDArray[np.int64], seen: NDArray[np.int64], texts: NDArray[np.int64]
    ) -> Recalled:
        """The verdicts at `rows`, where they are not -1, on `texts` that are compared with `seen`.

        All arrays have an entry, or a row of two, for each candidate.
        """
        there = np.flatnonzero(rows >= 0)
        there = there[(self._seen[rows[there]] == seen[there]).all(axis=1)]
        known, found = np.zeros(len(rows), np.bool_), no_verdicts(len(rows))
        similarity = self.similarity[rows[there]]
        removed = similarity > 0
        for_whom = rows_of(self._kept[rows[there[removed]]], texts)
        found.kept_for[there[removed]] = for_whom
        found.similarity[there] = similarity
        known[there] = True
        known[there[removed]] = for_whom >= 0
        return Recalled(known=known, kept_for=found.kept_for, similarity=found.similarity)

    def table(self, judged: Judged, seen: NDArray[np.int64], texts: NDArray[np.int64]) -> pa.Table:
        """The verdicts on `texts`, which were compared with `seen`, as a table under this law."""
        verdicts = judged.verdicts
        removed = verdicts.kept_for >= 0
        kept = np.where(removed[:, None], texts[verdicts.kept_for], 0)
        order = np.argsort(texts[:, 0], kind="stable")
        columns = [pair[order, at] for pair in (texts, seen, kept) for at in (0, 1)]
        factors = " ".join(str(factor) for factor in self.factors)
        schema = VERDICTS.with_metadata({"law": self.law, "factors": factors})
        return pa.table([*columns, verdicts.similarity[order]], schema=schema)


NOTHING = Known(VERDICTS.empty_table())


def read_known(path: Path) -> Known:
    """The verdicts in the file at `path`."""
    return Known(pq.read_table(path))


def rows_of(wanted: NDArray[np.int64], texts: NDArray[np.int64]) -> NDArray[np.int64]:
    """The row of `texts` that is equal to each row of `wanted`; -1 where none was found.

    Of texts that are alike in the first of their two numbers, one alone is found.
    """
    if not len(texts):
        return np.full(len(wanted), -1, np.int64)
    order = np.argsort(texts[:, 0], kind="stable")
    at = np.searchsorted(texts[:, 0], wanted[:, 0], sorter=order)
    row = order[np.minimum(at, len(texts) - 1)]
    return np.where((texts[row] == wanted).all(axis=1), row, -1)


def verdicts_on(
    found: Candidates,
    texts: CandidateTexts,
    threshold: float,
    *,
    budget: int,
    known: Known = NOTHING,
) -> Reached:
    """The verdict on each candidate.

    Only `texts` on which a verdict is missing are read, and those they are compared with.
    """
    law = f"{LAW} {MOST_KEPT} {threshold!r} {DEFAULT.name}"
    if known.law != law:
        known = Known.nothing(law)
    work = _Work(found, texts, threshold, budget, known)
    sizes = np.diff(found.groups.heads, append=len(found.chars))
    new = np.cumsum(np.concatenate(([0], work.rows < 0)))
    share = np.diff(new[np.append(found.groups.heads, len(found.chars))]) / np.maximum(sizes, 1)
    fresh = np.repeat(share > 0.5, sizes)
    if not work.again(~fresh):
        fresh[:] = True
    work.from_the_start(fresh)
    kept = work.verdicts.kept_for < 0
    crowded = found.groups.crowded(kept, MOST_KEPT)
    judged = Judged(work.verdicts, crowded, work.comparisons)
    seen, _ = foretell(found.groups, found.hashes, kept, known.factors)
    return Reached(
        judged=judged,
        read=int(work.read.sum()),
        table=known.table(judged, seen, found.hashes),
    )


class _Work:
    """The verdicts so far."""

    def __init__(
        self,
        found: Candidates,
        texts: CandidateTexts,
        threshold: float,
        budget: int,
        known: Known,
    ) -> None:
        self._found, self._texts = found, texts
        self._threshold, self._budget, self._known = threshold, budget, known
        self.rows = rows_of(found.hashes, known.texts)
        self.verdicts = no_verdicts(len(found.chars))
        self.read = np.zeros(len(found.chars), np.bool_)
        self.comparisons = 0

    def from_the_start(self, chosen: NDArray[np.bool_]) -> None:
        """The verdicts on `chosen`, which are whole components."""
        part = np.flatnonzero(chosen)
        if len(part):
            groups, chars = self._found.groups.part(chosen), self._found.chars[part]
            with self._texts.at_hand(part) as texts:
                load = self._loading(part, texts)
                judged = judge(groups, chars, load, self._threshold, budget=self._budget)
            self._take(part, judged)

    def again(self, chosen: NDArray[np.bool_]) -> bool:
        """The same where most verdicts are on record; whether that came to an end."""
        part = np.flatnonzero(chosen)
        if not len(part):
            return True
        rows, texts, known = self.rows[part], self._found.hashes[part], self._known
        kept = np.ones(len(part), np.bool_)
        kept[rows >= 0] = known.similarity[rows[rows >= 0]] == 0
        judged = rejudge(
            self._found.groups.part(chosen),
            self._found.chars[part],
            texts,
            self._loading(part, self._texts.read),
            self._threshold,
            kept=kept,
            recall=lambda seen: known.recall(rows, seen, texts),
            factors=known.factors,
            budget=self._budget,
        )
        if judged is not None:
            self._take(part, judged)
        return judged is not None

    def _loading(self, part: NDArray[np.int64], texts: Load) -> Load:
        def load(members: NDArray[np.int32]) -> Texts:
            self.read[part[members]] = True
            return texts(part[members].astype(np.int32))._replace(members=members)

        return load

    def _take(self, part: NDArray[np.int64], judged: Judged) -> None:
        """The verdicts are those on the candidates of `part`."""
        removed = judged.verdicts.kept_for >= 0
        self.verdicts.kept_for[part[removed]] = part[judged.verdicts.kept_for[removed]]
        self.verdicts.similarity[part] = judged.verdicts.similarity
        self.comparisons += judged.comparisons
