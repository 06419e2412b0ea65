"""What `changes_by_sql` answers, in memory: for as few records and pairs as a day changes.

To start a database, and to have it plan a dozen questions, takes longer than to answer them does.
"""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from pipelines.kernels.partners import mixed, partners
from pipelines.stages.few_pair_changes import PAIR, pair_changes
from pipelines.stages.placed_records import (
    CHANGES,
    RECORD,
    Placed,
    came_and_went,
    changes_at,
    codes_of,
    count,
    in_order,
    names_of,
    placed,
    places_in,
    read,
)
from pipelines.stages.placing import ordinals_of
from pipelines.stages.tables_to_compare import BySide, TablesToCompare
from pipelines.store.evidence import EvidenceStore

MOST_ROWS = 200_000
"""Records of both runs, as many hits, and as many pairs: 210 MiB where nearly all of them changed,
which is less than DuckDB may use."""
HIT = ("file", "row", "column", "start", "end", "type", "tier")


def changes_in_memory(tables: TablesToCompare, evidence: EvidenceStore) -> pa.Table | None:
    """A table of CHANGES as `changes_by_sql` writes it; None where too much would have to be read.

    Raises:
        EvidenceError: a table is gone or cannot be read.
    """
    most = max(map(count, (tables.records, tables.with_hits, tables.pairs or {})))
    if most > MOST_ROWS:
        return None
    records, split = read(evidence, "records", tables.records, RECORD)
    pairs, pairs_split = read(evidence, "pairs", tables.pairs or {}, PAIR)
    names = names_of(records["file"], pairs["removed_file"], pairs["kept_file"])
    apart = placed(records, split, names)
    parts = record_changes(apart)
    if tables.hits is not None:
        owners = apart
        if tables.with_hits is not tables.records:
            records, split = read(evidence, "records", tables.with_hits, RECORD)
            owners = placed(records, split, names_of(records["file"]))
        hits = _of_files(records["file"], tables.hits, evidence)
        if count(hits) > MOST_ROWS:
            return None
        parts += hit_changes(*read(evidence, "hits", hits, HIT), owners)
    if tables.pairs is not None:
        parts += pair_changes(pairs, pairs_split, apart, tables.common, evidence)
    changes = pa.concat_tables(parts)
    return changes.take(pc.sort_indices(changes, [(name, "ascending") for name in CHANGES.names]))


def record_changes(records: Placed) -> list[pa.Table]:
    """Records that moved to another file, changed in their place, came or went."""
    names, at, split = records.names, records.places, records.split
    files, digests = ordinals_of(at), codes_of(records.digests)
    _, _, left = partners(mixed([files, digests]), split)
    moved, moved_to, rest = partners(digests[left], int(np.searchsorted(left, split)))
    still = left[rest]
    stands = mixed([files[still], _gaps(files, left, split)[still]])
    was, now, alone = partners(stands, int(np.searchsorted(still, split)))
    return [
        changes_at("record", "moved", names, at[left[moved]], at[left[moved_to]]),
        changes_at("record", "changed", names, at[still[was]], at[still[now]]),
        *came_and_went("record", still[alone], split, names, at),
    ]


def _gaps(files: NDArray[np.int64], left: NDArray[np.int64], split: int) -> NDArray[np.int64]:
    """How many records of its file stand before each one that are not `left`: both runs have these.

    Of one that is not left itself, it is one more.
    """
    kept = np.ones(len(files), np.int64)
    kept[left] = 0
    new = np.diff(files, prepend=-1) != 0
    new[split : split + 1] = True  # perhaps the same file, but of the other run
    heads = np.flatnonzero(new)
    running = np.cumsum(kept)
    before = running[heads] - kept[heads]
    gaps: NDArray[np.int64] = running - np.repeat(before, np.diff(heads, append=len(files)))
    return gaps


def hit_changes(hits: pa.Table, split: int, records: Placed) -> list[pa.Table]:
    """Hits in `records` that came or went: the same hit in the same text is the same hit."""
    at = places_in(records.names, hits["file"], hits["row"])
    order = in_order(at, split)
    owners = records.at(at[order], split)
    there = owners >= 0
    order, owners, split = order[there], owners[there], int(there[:split].sum())
    hits = hits.take(pa.array(order))
    marks = [codes_of(hits[name]) for name in HIT[2:]]
    _, _, left = partners(mixed([codes_of(records.digests)[owners], *marks]), split)
    detail = pc.binary_join_element_wise(hits["type"], hits["tier"], " ")
    return came_and_went("hit", left, split, records.names, at[order], detail)


def _of_files(files: pa.ChunkedArray, tables: BySide, evidence: EvidenceStore) -> BySide:
    """Those of `tables` that may have a row of one of `files`."""
    names = sorted(pc.unique(files).to_pylist())
    return {
        side: [table for table in held if evidence.may_hold(table, "file", names)]
        for side, held in tables.items()
    }
