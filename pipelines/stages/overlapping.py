"""Pairs of a record of the audited dataset and a similar one of an evaluation set.

Each record leads to the most similar question, and each question to the most similar record, by the
law of `containment`, and by that of `passages` for questions in longer texts. So every record and
every question that has a similar one is in some pair, and there are never more than two pairs a
record and two a question, whatever boilerplate there is.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from connectors.base import ReadRequest
from connectors.location import File
from pipelines.model.contamination import SetOverlap, SetState
from pipelines.model.evidence import OVERLAPS
from pipelines.stages.containment import contained
from pipelines.stages.evaluation_sets import EvaluationSet
from pipelines.stages.passage_plan import Counts
from pipelines.stages.placing import ordinals_of, places, rows_of
from pipelines.stages.rereading import Rereader
from pipelines.stages.shared import Shared, moved

METHODS = ("exact", "near", "inside")
PLACES = 20
"""Record ids in the summary of the stage; all of them are in the tables."""
CHUNK_ROWS = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """Files of one dataset, by ordinal."""

    names: Sequence[str]
    located: Sequence[File]
    requests: Sequence[ReadRequest]
    first: int
    """The number that the first of them has in what is shared; the others follow."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Overlap:
    """Pairs with one evaluation set, by record, then question; parallel arrays."""

    ours: NDArray[np.int64]
    """Places whose ordinals are those of the dataset."""
    theirs: NDArray[np.int64]
    """Places whose ordinals are those of the evaluation set."""
    similarity: NDArray[np.float64]
    exact: NDArray[np.bool_]
    inside: NDArray[np.bool_]
    """The question is in a longer text; `similarity` is then its share there."""
    crowded_keys: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Inside:
    """Pairs of a record and a question inside its text, each once; parallel arrays."""

    ours: NDArray[np.int64]
    theirs: NDArray[np.int64]
    share: NDArray[np.float64]
    counts: Counts


def with_inside(pairs: Overlap, found: Inside) -> Overlap:
    """`pairs`, and those of `found` that are not among them, by record, then question."""
    ours, theirs = np.append(pairs.ours, found.ours), np.append(pairs.theirs, found.theirs)
    inside = np.arange(len(ours)) >= len(pairs.ours)
    order = np.lexsort((inside, theirs, ours))
    fresh = np.ones(len(order), np.bool_)
    fresh[1:] = (np.diff(ours[order]) != 0) | (np.diff(theirs[order]) != 0)
    order = order[fresh]
    return Overlap(
        ours=ours[order],
        theirs=theirs[order],
        similarity=np.append(pairs.similarity, found.share)[order],
        exact=np.append(pairs.exact, np.zeros(len(found.ours), np.bool_))[order],
        inside=inside[order],
        crowded_keys=pairs.crowded_keys,
    )


def figures_of(
    pairs: Overlap, found: EvaluationSet, questions: int, ours: Side, counts: Counts
) -> SetOverlap:
    """The figures of `pairs` with a set of so many `questions`, and the first of the records."""
    methods = _methods(pairs)
    records, asked = _by_method(pairs.ours, methods), _by_method(pairs.theirs, methods)
    first = np.unique(pairs.ours)[:PLACES]
    named = zip(ordinals_of(first).tolist(), rows_of(first).tolist(), strict=True)
    return SetOverlap(
        dataset=found.dataset,
        state=SetState.COMPARED,
        version=found.version,
        questions=questions,
        questions_exact=asked[0],
        questions_near=asked[1],
        questions_inside=asked[2],
        records_exact=records[0],
        records_near=records[1],
        records_inside=records[2],
        questions_short=counts.short,
        questions_unsearched=counts.unsearched,
        crowded_keys=pairs.crowded_keys,
        crowded_records=counts.crowded,
        places=tuple(f"{ours.names[ordinal]}#{row}" for ordinal, row in named),
    )


def tables_with(
    pairs: Overlap, found: EvaluationSet, ours: Side, theirs: Side
) -> Iterator[pa.Table]:
    """The pairs as OVERLAPS tables of bounded size."""
    our_names, their_names = (pa.array(side.names, pa.string()) for side in (ours, theirs))
    for begin in range(0, len(pairs.ours), CHUNK_ROWS):
        part = slice(begin, begin + CHUNK_ROWS)
        one, other = pairs.ours[part], pairs.theirs[part]
        columns = [
            our_names.take(pa.array(ordinals_of(one))),
            pa.array(rows_of(one)),
            pa.repeat(pa.scalar(found.dataset, pa.string()), len(one)),
            pa.repeat(pa.scalar(found.version, pa.string()), len(one)),
            their_names.take(pa.array(ordinals_of(other))),
            pa.array(rows_of(other)),
            pa.array(pairs.similarity[part]),
            pa.array(METHODS, pa.string()).take(pa.array(_methods(pairs)[part])),
        ]
        yield pa.table(columns, schema=OVERLAPS)


def _methods(pairs: Overlap) -> NDArray[np.int64]:
    """The place in METHODS of each pair."""
    return np.select([pairs.exact, pairs.inside], [0, 2], 1).astype(np.int64)


def _by_method(place: NDArray[np.int64], methods: NDArray[np.int64]) -> list[int]:
    """How many different places are in a pair of each of METHODS and in none of one before it."""
    order = np.lexsort((methods, place))
    first = order[np.diff(place[order], prepend=-1) > 0]
    counts: list[int] = np.bincount(methods[first], minlength=len(METHODS)).tolist()
    return counts


@dataclass(frozen=True, slots=True, kw_only=True)
class Facing:
    """What two sides share, the files of `to` before those of `of`, whose records are to lead."""

    shared: Shared
    to: Side
    of: Side

    @property
    def since(self) -> int:
        """The first place of `of`."""
        return int(places(len(self.to.names), np.zeros(1, np.int64))[0])


def facing(shared: Shared, ours: Side, theirs: Side, *, files: int) -> tuple[Facing, Facing]:
    """The records towards the questions, and the other way; `shared` is about `files` files."""
    return _facing(shared, theirs, ours, files), _facing(shared, ours, theirs, files)


def _facing(shared: Shared, to: Side, of: Side, files: int) -> Facing:
    ordinals = np.full(files, -1, np.int64)
    ordinals[to.first : to.first + len(to.names)] = np.arange(len(to.names))
    ordinals[of.first : of.first + len(of.names)] = len(to.names) + np.arange(len(of.names))
    return Facing(shared=moved(shared, ordinals), to=to, of=of)


def overlap(both: tuple[Facing, Facing], threshold: float) -> Overlap:
    """The pairs between two sides.

    Raises:
        EvidenceError: A file was changed since its texts were sketched.
    """
    ours_lead, theirs_lead = (
        contained(one.shared, one.since, _rereader(one), threshold) for one in both
    )
    one = np.concatenate((ours_lead.removed - both[0].since, theirs_lead.kept))
    other = np.concatenate((ours_lead.kept, theirs_lead.removed - both[1].since))
    order = np.lexsort((other, one))
    one, other = one[order], other[order]
    # a pair that is the best one of both comes once
    first = np.ones(len(one), np.bool_)
    first[1:] = (np.diff(one) != 0) | (np.diff(other) != 0)
    order = order[first]
    return Overlap(
        ours=one[first],
        theirs=other[first],
        similarity=np.concatenate((ours_lead.similarity, theirs_lead.similarity))[order],
        exact=np.concatenate((ours_lead.exact, theirs_lead.exact))[order],
        inside=np.zeros(len(order), np.bool_),
        crowded_keys=ours_lead.crowded_keys + theirs_lead.crowded_keys,
    )


def _rereader(one: Facing) -> Rereader:
    files = [*one.to.located, *one.of.located]
    return Rereader(files, [*one.to.requests, *one.of.requests])
