"""The search of some files for the questions of evaluation sets inside their texts.

A record leads to the question of which it holds the greatest share, of several the longest, then
the first; a question leads to the first record that holds most of it. So whatever boilerplate there
is, there are no more rows than records and questions.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from connectors.reading import read
from pipelines.engine.base import Summary
from pipelines.kernels.anchors import Asked
from pipelines.kernels.arrow import text_bytes
from pipelines.kernels.inside import Held, PassageSearch
from pipelines.kernels.normal_facts import runs
from pipelines.kernels.normalise import normalise_block
from pipelines.kernels.normalise_formula import normal_pieces
from pipelines.stages.asked_questions import MOST_POINTS, RUN_BYTES, Questions, questions_of
from pipelines.stages.joining import joined
from pipelines.stages.passage_plan import PASSAGES, Counts, Errand, Left, keep
from pipelines.stages.placing import ordinals_of, places, rows_of
from pipelines.stages.shard import unchanged
from pipelines.stages.shard_plan import Batch, read_plan
from pipelines.store.codec import from_json


def search_files(item: str) -> Summary:
    """The files of the Errand in `item` are searched for its sets, and what was found is kept.

    Raises:
        EvidenceError: a file is not the one that was hashed.
    """
    errand = from_json(Errand, item)
    gathered = [_Gathered() for _ in errand.sets]
    for together in _together(errand.sets):
        searches = [(number, asked, PassageSearch(asked.table)) for number, asked in together]
        active = [search for _, asked, search in searches if asked.count(Asked.LOOKED_FOR)]
        held: dict[int, list[Held]] = {id(search): [] for search in active}
        for search, found in _search(errand.batch, active) if active else ():
            held[id(search)].append(found)
        for number, asked, search in searches:
            gathered[number].add(asked, search, held.get(id(search), []))
    settings = read_plan(errand.batch.plan).settings
    for key, one in zip(errand.keys, gathered, strict=True):
        keep(key, one.left(), settings)
    return {"item": item, "error": None}


def _together(sets: tuple[str, ...]) -> Iterator[list[tuple[int, Questions]]]:
    """The questions of all sets, as many at a time as one pass over the files looks for."""
    waiting: list[tuple[int, Questions]] = []
    points = 0
    for number, path in enumerate(sets):
        for asked in questions_of(Path(path)):
            waiting.append((number, asked))
            points += len(asked.table.questions.points)
            if points >= MOST_POINTS:
                yield waiting
                waiting, points = [], 0
    if waiting:
        yield waiting


def _search(batch: Batch, searches: list[PassageSearch]) -> Iterator[tuple[PassageSearch, Held]]:
    """What each search finds in the files of `batch`; places have numbers within it."""
    plan = read_plan(batch.plan)
    for number, shard in enumerate(batch.shards):
        with unchanged(plan, shard) as located:
            for block in read(located, shard.request(plan)):
                if block.batch.num_rows:
                    place = places(number, block.batch.column("row").to_numpy())
                    yield from _block(joined(block.batch, plan.record.text), place, searches)


def _block(
    text: pa.LargeStringArray, place: NDArray[np.int64], searches: list[PassageSearch]
) -> Iterator[tuple[PassageSearch, Held]]:
    sizes = np.diff(text_bytes(text).offsets)
    for begin, end, large in runs(text, RUN_BYTES):
        part = text.slice(begin, end - begin)
        if large:
            source = text_bytes(part)
            raw = source.data[source.offsets[0] : source.offsets[1]]
            for search in searches:
                yield search, search.parts(normal_pieces(raw), int(place[begin]), len(raw))
            continue
        normal = normalise_block(part)
        for search in searches:
            found = search.block(normal, place[begin:end], sizes[begin:end])
            if len(found.places):
                yield search, found


@dataclass(slots=True)
class _Gathered:
    """What was found of one set; arrays grow with the records that hold a question."""

    records: list[tuple[NDArray[np.int64], ...]] = field(default_factory=list)
    """Record, question, and its length, of those that lead from a record; and their shares."""
    shares: list[NDArray[np.float64]] = field(default_factory=list)
    asked: list[tuple[NDArray[np.int64], ...]] = field(default_factory=list)
    asked_shares: list[NDArray[np.float64]] = field(default_factory=list)
    short: int = 0
    unsearched: int = 0
    crowded: set[int] = field(default_factory=set)
    """Places of records."""

    def add(self, asked: Questions, search: PassageSearch, held: list[Held]) -> None:
        """Some questions have been looked for in all files."""
        table, firsts = asked.table, asked.firsts
        lengths = np.diff(table.questions.offsets)
        for found in held:
            number = found.questions
            self.records.append((found.places, firsts[number], lengths[number]))
            self.shares.append(found.shared / table.distinct[number])
        there = search.best[asked.numbers] > 0
        number = asked.numbers[there]
        self.asked.append((search.best_place[number], asked.places[there]))
        self.asked_shares.append(search.best[number] / table.distinct[number])
        self.short += asked.count(Asked.SHORT)
        self.unsearched += asked.count(Asked.LONG, Asked.COMMON)
        self.crowded.update(search.crowded)

    def left(self) -> Left:
        """All of it as one table."""
        ours, theirs, share = self._of_records()
        tables = [_table(ours, theirs, share, "record")]
        for (record, question), one in zip(self.asked, self.asked_shares, strict=True):
            tables.append(_table(record, question, one, "question"))
        counts = Counts(short=self.short, unsearched=self.unsearched, crowded=len(self.crowded))
        return Left(counts=counts, passages=pa.concat_tables(tables))

    def _of_records(self) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
        """Of each record the question it leads to among all that were looked for."""
        if not self.records:
            return np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0)
        ours, theirs, lengths = map(np.concatenate, zip(*self.records, strict=True))
        share = np.concatenate(self.shares)
        order = np.lexsort((theirs, -lengths, -share, ours))
        order = order[np.diff(ours[order], prepend=-1) > 0]
        return ours[order], theirs[order], share[order]


def _table(
    ours: NDArray[np.int64], theirs: NDArray[np.int64], share: NDArray[np.float64], leads: str
) -> pa.Table:
    columns = [ordinals_of(ours), rows_of(ours), ordinals_of(theirs), rows_of(theirs), share]
    arrays = [pa.array(column) for column in columns]
    return pa.table([*arrays, pa.repeat(pa.scalar(leads), len(ours))], schema=PASSAGES)
