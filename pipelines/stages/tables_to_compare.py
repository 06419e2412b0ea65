"""The evidence that a comparison of two runs looks at: what both have is equal by its digest."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipelines.model.evidence import TableRef
from pipelines.model.ids import RunId
from pipelines.stages.profile import of_kind
from pipelines.store import runs
from pipelines.store.database import Store

SIDES = ("before", "after")
BySide = Mapping[str, Sequence[TableRef]]
"""Tables of the run `before`, and of the run `after`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TablesToCompare:
    """Tables of two runs; what both have is compared by digest alone."""

    records: BySide
    """Those that the other run has not."""
    common: Sequence[TableRef]
    """Records tables of both."""
    hits: BySide | None
    """All of them; None where no hit can have come or gone."""
    with_hits: BySide
    """The records whose hits are compared."""
    pairs: BySide | None
    """All of them; None where no pair can have come or gone."""


def tables_to_compare(before: RunId, after: RunId, store: Store) -> TablesToCompare | None:
    """Those of two runs; None where evidence is no longer kept."""
    sides = {"before": before, "after": after}
    scanned = {side: runs.stage_tables(store, run, "scan") for side, run in sides.items()}
    related = {side: runs.stage_tables(store, run, "relate") for side, run in sides.items()}
    held = {table for tables in (*scanned.values(), *related.values()) for table in tables}
    if not all(store.evidence.has(table) for table in held):
        return None
    records = {side: of_kind(tables, "records") for side, tables in scanned.items()}
    hits = {side: of_kind(tables, "hits") for side, tables in scanned.items()}
    pairs = {side: of_kind(tables, "pairs") for side, tables in related.items()}
    known, now = (_digests(records[side]) for side in SIDES)
    apart = {
        side: [table for table in tables if str(table.digest) not in known & now]
        for side, tables in records.items()
    }
    # the same record has the same hits: those of common tables stand on both sides
    alike = _scanned_alike(before, after, store)
    return TablesToCompare(
        records=apart,
        common=[table for table in records["after"] if str(table.digest) in known],
        hits=None if known == now and _same(hits) else hits,
        with_hits=apart if alike else records,
        pairs=None if known == now and _same(pairs) else pairs,
    )


def _scanned_alike(before: RunId, after: RunId, store: Store) -> bool:
    """Whether the same release, under the same key and schemes, looked for hits in both runs."""
    release = [runs.run(store, run).code_version for run in (before, after)]
    told = [runs.stage_summary(store, run, "scan") for run in (before, after)]
    how = [(one.get("schemes"), one.get("identifier_key")) for one in told]
    return release[0] == release[1] and how[0] == how[1]


def _same(tables: BySide) -> bool:
    return _digests(tables["before"]) == _digests(tables["after"])


def _digests(tables: Sequence[TableRef]) -> set[str]:
    return {str(table.digest) for table in tables}
