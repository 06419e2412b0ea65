"""Pairs that came or went between two runs, in memory; `pair_changes` says which are looked at."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from pipelines.kernels.lookup import Lookup
from pipelines.kernels.partners import mixed, partners
from pipelines.model.evidence import TableRef
from pipelines.stages.placed_records import (
    RECORD,
    Placed,
    came_and_went,
    codes_of,
    found,
    in_order,
    places_in,
    read_all,
)
from pipelines.stages.placing import ordinals_of
from pipelines.store.evidence import EvidenceStore

PAIR = ("removed_file", "removed_row", "kept_file", "kept_row", "method")


def pair_changes(
    pairs: pa.Table, split: int, records: Placed, common: Sequence[TableRef], store: EvidenceStore
) -> list[pa.Table]:
    """Pairs of `records`, and of records of both runs, which are in the tables `common`.

    The files of all `pairs` are among the names of `records`.

    Raises:
        EvidenceError: a table is gone or cannot be read.
    """
    names = records.names
    removed = places_in(names, pairs["removed_file"], pairs["removed_row"])
    kept = places_in(names, pairs["kept_file"], pairs["kept_row"])
    order = in_order(removed, split)
    removed, kept, method = removed[order], kept[order], pairs["method"].take(pa.array(order))
    left = _unsettled(removed, kept, codes_of(method), split, records.changed())
    removed, kept, method = removed[left], kept[left], method.take(pa.array(left))
    split = int(np.searchsorted(left, split))
    owners = [records.at(places, split) for places in (removed, kept)]
    asked = np.unique(np.concatenate([removed[owners[0] < 0], kept[owners[1] < 0]]))
    others, digests = _looked_up(asked, names, common, store)
    for own, places in zip(owners, (removed, kept), strict=True):
        at = found(others, places[own < 0])
        own[own < 0] = np.where(at < 0, at, at + len(records.places))
    there = np.flatnonzero((owners[0] >= 0) & (owners[1] >= 0))
    split = int(np.searchsorted(there, split))
    texts = codes_of(pa.concat_arrays([records.digests, digests]))
    same = mixed([*(texts[own[there]] for own in owners), codes_of(method)[there]])
    _, _, alone = partners(same, split)
    told = method.take(pa.array(there))
    return came_and_went("pair", alone, split, names, removed[there], told)


def _unsettled(
    removed: NDArray[np.int64],
    kept: NDArray[np.int64],
    method: NDArray[np.int64],
    split: int,
    changed: NDArray[np.int64],
) -> NDArray[np.int64]:
    """The pairs that not both runs have, or that are about a record at a `changed` place.

    Of each run ascending by the place of the removed record, which is in one pair at most.
    """
    at = found(removed[split:], removed[:split])
    there = np.flatnonzero(at >= 0)
    other = split + at[there]
    there_too = (kept[there] == kept[other]) & (method[there] == method[other])
    settled = np.zeros(len(removed), np.bool_)
    settled[there[there_too]] = settled[other[there_too]] = True
    about = Lookup(changed)
    for places in (removed, kept):
        settled[about.rows(places)] = False
    return np.flatnonzero(~settled)


def _looked_up(
    asked: NDArray[np.int64], names: pa.Array, tables: Sequence[TableRef], store: EvidenceStore
) -> tuple[NDArray[np.int64], pa.Array]:
    """The places among `asked` with a record in `tables`, ascending, and the digests of these."""
    wanted = Lookup(asked)
    files = [names[ordinal].as_py() for ordinal in np.unique(ordinals_of(asked)).tolist()]
    places: list[NDArray[np.int64]] = [np.empty(0, np.int64)]
    parts = [read_all(store, "records", (), RECORD)]
    for table in tables:
        if store.may_hold(table, "file", files):
            part = read_all(store, "records", [table], RECORD)
            at = places_in(names, part["file"], part["row"])
            rows = wanted.rows(at)
            places.append(at[rows])
            parts.append(part.take(pa.array(rows)))
    found_at = np.concatenate(places)
    order = np.argsort(found_at)
    digests = pa.concat_tables(parts)["record_digest"].combine_chunks()
    return found_at[order], digests.take(pa.array(order))
