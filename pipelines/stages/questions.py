"""What a dataset and evaluation sets have in common, from their records tables alone.

Of the dataset only the texts that share a text hash or a band key with a question are looked at
further: in each records table they are picked out by itself, so that the work grows with the
dataset and the memory with the evaluation sets. Above MOST_IN_MEMORY questions all texts are
related by the queries of `candidates`; what comes out is the same.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from pipelines.engine.base import Engine
from pipelines.engine.failure import reason_of
from pipelines.model.errors import EvidenceError
from pipelines.model.evidence import TableRef
from pipelines.model.message import msg
from pipelines.stages import sharing
from pipelines.stages.overlapping import Side
from pipelines.stages.placing import files_of, flatten, keep_keys
from pipelines.stages.shared import NOTHING_SHARED, Shared
from pipelines.stages.sharing import shared_texts

AT_ONCE = 16
"""Records tables in one item of work (a million records at most)."""

Scanned = tuple[Side, Sequence[TableRef]]
"""The files of a dataset, and the records tables that its scan left."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Met:
    """What the texts have in common, and how many questions each evaluation set has."""

    shared: Shared
    questions: tuple[int, ...]
    """Records whose text is not empty."""


def meet(ours: Scanned, theirs: Sequence[Scanned], *, engine: Engine, folder: Path) -> Met:
    """What the texts of `ours` share with those of the evaluation sets `theirs`.

    Raises:
        EvidenceError: A records table cannot be read.
    """
    flat: list[str] = []
    questions = []
    for scanned in theirs:
        parts, texts = _flattened(scanned, None, engine, folder)
        flat += parts
        questions.append(texts)
    if not flat:
        return Met(shared=NOTHING_SHARED, questions=tuple(questions))
    keys = None
    if sum(questions) <= sharing.MOST_IN_MEMORY:
        keys = folder / "keys.npy"
        keep_keys(flat, keys)
    parts, _ = _flattened(ours, keys, engine, folder)
    shared = shared_texts([*flat, *parts], engine=engine, folder=folder)
    return Met(shared=shared, questions=tuple(questions))


def _flattened(
    scanned: Scanned, keys: Path | None, engine: Engine, folder: Path
) -> tuple[list[str], int]:
    """Flat tables of the texts, and how many texts there are; those alike only, if `keys`."""
    work = partial(
        flatten, sources=(), folder=str(folder), alike=None if keys is None else str(keys)
    )
    flat: list[str] = []
    texts = 0
    for summary in engine.map(work, list(_items(*scanned))):
        if "error" in summary:
            raise EvidenceError(
                msg("a records table could not be read ({error})", error=reason_of(summary)),
                advice=msg("free memory and disk space, then run the audit again"),
            )
        counts = summary["counts"]
        assert isinstance(counts, list)  # noqa: S101  flatten gives one
        texts += sum(one["records"] - one["empty"] for one in counts)
        if summary["out"] is not None:
            flat.append(str(summary["out"]))
    return sorted(flat), texts


def _items(side: Side, tables: Sequence[TableRef]) -> Iterator[str]:
    numbers = {name: side.first + ordinal for ordinal, name in enumerate(side.names)}
    for begin in range(0, len(tables), AT_ONCE):
        part = tables[begin : begin + AT_ONCE]
        yield json.dumps(
            [[table.uri, {name: numbers[name] for name in files_of(table.uri)}] for table in part]
        )
