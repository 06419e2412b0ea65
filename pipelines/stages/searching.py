"""Which files are searched for the questions of which evaluation sets, and what comes of it.

What earlier searches left is on record, see `passage_plan`. The rest is carried out by the engine,
all missing sets in one pass over a file.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipelines.engine.base import Engine
from pipelines.model.dataset import Dataset
from pipelines.model.errors import EvidenceError
from pipelines.model.ids import RunId
from pipelines.model.message import msg
from pipelines.stages.base import Progress
from pipelines.stages.evaluation_sets import EvaluationSet, is_as_audited
from pipelines.stages.overlapping import Inside, Side
from pipelines.stages.passage_plan import (
    AskedFiles,
    AskedSet,
    Counts,
    Errand,
    Left,
    recall,
    result_key,
)
from pipelines.stages.passages import search_files
from pipelines.stages.placing import ROW_BITS
from pipelines.stages.scan import batches_of
from pipelines.stages.shard_plan import Batch
from pipelines.store.codec import to_json
from pipelines.store.database import Store

Audited = tuple[Dataset, RunId, Side]
"""A dataset, the audit whose files are meant, and these files by ordinal."""


def questions_inside(
    ours: Audited,
    theirs: Sequence[tuple[EvaluationSet, Side]],
    threshold: float,
    *,
    version: str,
    store: Store,
    engine: Engine,
    progress: Progress,
    folder: Path,
) -> list[Inside | None]:
    """For each evaluation set, its questions inside texts of `ours`.

    `progress` is to count the files that are searched together, and then the sets.

    None for a set whose files are not what was audited.

    Raises:
        EvidenceError: a file of the dataset was changed since it was audited.
    """
    dataset, run_id, side = ours
    batches = batches_of(dataset, run_id, None, store) if theirs else []
    sets = [_files_of(one, other, store) for one, other in theirs]
    asked = [AskedSet(files=files, threshold=repr(threshold), version=version) for files in sets]
    keys = [
        [result_key(batch, asked_key) for batch in batches]
        for asked_key in (one.key() for one in asked)
    ]
    left = {key: recall(key, store.settings) for of_set in keys for key in of_set}
    usable = [_as_audited(*one) for one in theirs]
    paths = [folder / f"asked-{number}.json" for number in range(len(asked))]
    for path, one in zip(paths, asked, strict=True):
        path.write_text(to_json(one), encoding="ascii")
    errands = []
    for place, batch in enumerate(batches):
        missing = [
            number
            for number, of_set in enumerate(keys)
            if usable[number] and left[of_set[place]] is None
        ]
        if missing:
            errand = Errand(
                batch=batch,
                sets=tuple(str(paths[number]) for number in missing),
                keys=tuple(keys[number][place] for number in missing),
            )
            errands.append(to_json(errand))
    progress.start("compare", len(errands) + len(theirs))
    for summary in engine.map(search_files, errands):
        if summary["error"] is not None:
            raise _failed(str(summary["error"]))
        progress.advance()
    found: list[Inside | None] = []
    for number, of_set in enumerate(keys):
        if not usable[number]:
            found.append(None)
            continue
        results = [left[key] or recall(key, store.settings) for key in of_set]
        found.append(_together(results, batches, side))
    return found


def _files_of(one: EvaluationSet, side: Side, store: Store) -> tuple[AskedFiles, ...]:
    assert one.registered is not None  # noqa: S101  it was audited
    assert one.run is not None  # noqa: S101
    ordinals = _ordinals(side)
    return tuple(
        AskedFiles(
            plan=batch.plan,
            shards=tuple(replace(shard, ordinal=ordinals[shard.file]) for shard in batch.shards),
        )
        for batch in batches_of(one.registered, one.run, None, store)
    )


def _ordinals(side: Side) -> Mapping[str, int]:
    return {name: ordinal for ordinal, name in enumerate(side.names)}


def _as_audited(one: EvaluationSet, side: Side) -> bool:
    """Whether all files of the set can be read, and are what was audited."""
    digests = one.files.values()
    return all(is_as_audited(*both) for both in zip(side.located, digests, strict=True))


def _together(results: Sequence[Left | None], batches: Sequence[Batch], side: Side) -> Inside:
    """The results of all files: each question leads to one record, each record to one question."""
    ordinals = _ordinals(side)
    parts: dict[str, list[tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]]]
    parts = {"record": [_NOTHING], "question": [_NOTHING]}
    counts = Counts()
    for result, batch in zip(results, batches, strict=True):
        if result is None:
            raise _failed("a result that was just written cannot be read")
        # what holds for the set alone is the same in all of them
        crowded = counts.crowded + result.counts.crowded
        counts = replace(result.counts, crowded=crowded)
        numbers = np.array([ordinals[shard.file] for shard in batch.shards], np.int64)
        table = result.passages
        leads = table["leads"].to_numpy()
        shard, row, ordinal, question, share = (
            table[name].to_numpy() for name in table.column_names[:5]
        )
        record, asked = _placed(numbers[shard], row), _placed(ordinal, question)
        for kind, held in parts.items():
            of_kind = leads == kind
            held.append((record[of_kind], asked[of_kind], share[of_kind]))
    record, asked, share = map(np.concatenate, zip(*parts["question"], strict=True))
    order = np.lexsort((record, -share, asked))
    order = order[np.diff(asked[order], prepend=-1) > 0]
    parts["record"].append((record[order], asked[order], share[order]))
    record, asked, share = map(np.concatenate, zip(*parts["record"], strict=True))
    order = np.lexsort((asked, record))
    fresh = np.ones(len(order), np.bool_)
    fresh[1:] = (np.diff(record[order]) != 0) | (np.diff(asked[order]) != 0)
    order = order[fresh]
    return Inside(ours=record[order], theirs=asked[order], share=share[order], counts=counts)


_NOTHING = (np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0))


def _placed(ordinal: NDArray[np.int64], row: NDArray[np.int64]) -> NDArray[np.int64]:
    return (ordinal << ROW_BITS) + row


def _failed(error: str) -> EvidenceError:
    return EvidenceError(
        msg("a file could not be searched for questions ({error})", error=error),
        advice=msg("see the reason, then audit again: what was searched is kept"),
    )
