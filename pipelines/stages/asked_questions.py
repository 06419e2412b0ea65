"""The questions of an evaluation set, read from its files a bounded number at a time."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from connectors.reading import read
from pipelines.kernels.anchors import LONGEST_QUESTION, Asked
from pipelines.kernels.arrow import text_bytes
from pipelines.kernels.inside import QuestionTable, question_table
from pipelines.kernels.normal_facts import runs
from pipelines.kernels.normalise import NormalText, normalise_block
from pipelines.kernels.normalise_formula import normal_pieces
from pipelines.kernels.text_facts import text_hashes
from pipelines.stages.joining import joined
from pipelines.stages.passage_plan import AskedSet
from pipelines.stages.placing import places
from pipelines.stages.shard import unchanged
from pipelines.stages.shard_plan import read_plan
from pipelines.store.codec import from_json

MOST_POINTS = 1 << 22
"""Code points of questions that are looked for together, or one question more."""
RUN_BYTES = 1 << 20
"""Texts normalised together; a longer one comes in pieces."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Questions:
    """Some questions of an evaluation set, equal ones once."""

    table: QuestionTable
    places: NDArray[np.int64]
    """Of the records with text, ascending."""
    numbers: NDArray[np.int64]
    """The question of each record."""

    @property
    def firsts(self) -> NDArray[np.int64]:
        """The first record of each question."""
        _, first = np.unique(self.numbers, return_index=True)
        found: NDArray[np.int64] = self.places[first]
        return found

    def count(self, *kinds: Asked) -> int:
        """Records whose question is of one of `kinds`."""
        return int(np.isin(self.table.anchors.asked[self.numbers], kinds).sum())


@lru_cache(maxsize=4)
def read_asked(path: Path) -> AskedSet:
    """The set kept at `path`."""
    return from_json(AskedSet, path.read_text(encoding="ascii"))


def questions_of(path: Path) -> Iterator[Questions]:
    """All questions of the set kept at `path`, in the order of its records, some at a time.

    Raises:
        EvidenceError: a file is not what was audited.
    """
    few = _few(path)
    if few is not None:
        yield from few
        return
    yield from _questions(read_asked(path))


@lru_cache(maxsize=4)
def _few(path: Path) -> tuple[Questions, ...] | None:
    """The questions, if they are few enough to be kept for the next files; None otherwise."""
    found = []
    for questions in _questions(read_asked(path)):
        found.append(questions)
        if len(found) > 1:
            return None
    return tuple(found)


def _questions(asked: AskedSet) -> Iterator[Questions]:
    waiting: list[tuple[NDArray[np.int64], NormalText]] = []
    points = 0
    for place, normal in _texts(asked):
        waiting.append((place, normal))
        points += len(normal.points)
        if points >= MOST_POINTS:
            yield _gathered(waiting, float(asked.threshold))
            waiting, points = [], 0
    if waiting:
        yield _gathered(waiting, float(asked.threshold))


def _texts(asked: AskedSet) -> Iterator[tuple[NDArray[np.int64], NormalText]]:
    """Places and normal forms of all texts that are not empty."""
    files = [(shard, files.plan) for files in asked.files for shard in files.shards]
    for shard, path in sorted(files, key=lambda pair: pair[0].ordinal):
        plan = read_plan(path)
        with unchanged(plan, shard) as found:
            for block in read(found, shard.request(plan)):
                if not block.batch.num_rows:
                    continue
                rows = block.batch.column("row").to_numpy()
                text = joined(block.batch, plan.record.text)
                for begin, end, large in runs(text, RUN_BYTES):
                    part = text.slice(begin, end - begin)
                    normal = _beginning(part) if large else normalise_block(part)
                    there = np.diff(normal.offsets) > 0
                    if there.any():
                        yield places(shard.ordinal, rows[begin:end][there]), _some(normal, there)


def _beginning(column: pa.LargeStringArray) -> NormalText:
    """Of the one text of `column` no more than shows that it is too long."""
    source = text_bytes(column)
    held: NDArray[np.uint32] = np.empty(0, np.uint32)
    for piece in normal_pieces(source.data[source.offsets[0] : source.offsets[1]]):
        held = np.concatenate((held, piece))
        if len(held) > LONGEST_QUESTION:
            held = held[: LONGEST_QUESTION + 1]
            break
    return NormalText(points=held, offsets=np.array([0, len(held)], np.int64))


def _some(normal: NormalText, chosen: NDArray[np.bool_]) -> NormalText:
    """The chosen texts."""
    if chosen.all():
        return normal
    lengths = np.diff(normal.offsets)
    offsets = np.zeros(int(chosen.sum()) + 1, np.int64)
    np.cumsum(lengths[chosen], out=offsets[1:])
    points = normal.points[np.repeat(chosen, lengths)]
    return NormalText(points=points, offsets=offsets)


def _gathered(waiting: list[tuple[NDArray[np.int64], NormalText]], threshold: float) -> Questions:
    place = np.concatenate([one for one, _ in waiting])
    lengths = np.concatenate([np.diff(normal.offsets) for _, normal in waiting])
    points = np.concatenate([normal.points for _, normal in waiting])
    normal = NormalText(points=points, offsets=np.concatenate(([0], np.cumsum(lengths))))
    hashes = np.ascontiguousarray(text_hashes(normal)).view([("high", "i8"), ("low", "i8")]).ravel()
    _, first, group = np.unique(hashes, return_index=True, return_inverse=True)
    order = np.argsort(first)  # questions are numbered as they come
    number = np.empty(len(order), np.int64)
    number[order] = np.arange(len(order))
    once = np.zeros(len(place), np.bool_)
    once[first] = True
    return Questions(
        table=question_table(_some(normal, once), threshold), places=place, numbers=number[group]
    )
