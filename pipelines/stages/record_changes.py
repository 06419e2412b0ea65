"""Records, hits and pairs that differ between two runs, from their evidence.

A record is its digest. Within a file the n-th record of a digest is the n-th of that digest in the
other run, wherever its row has moved to; what is left over is looked for in other files (`moved`).
What is left then stands between two records both runs have: it is paired in order as `changed`, and
what has no partner was `added` or `removed`. The other direction gives the mirror image.
"""

from collections import Counter
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipelines.engine.base import Engine
from pipelines.model.history import PlaceChange
from pipelines.model.ids import RunId
from pipelines.ownership import temporary_name
from pipelines.stages.asking import ANSWER_ROWS, Asking, number
from pipelines.stages.changes_by_sql import write_by_sql
from pipelines.stages.few_changes import changes_in_memory
from pipelines.stages.tables_to_compare import tables_to_compare
from pipelines.store.database import Store

MOST_PLACES = 1_000
"""Of each kind of change: a person reads no more, and the file of all changes has the rest."""
KINDS = ("added", "removed", "changed", "moved")
COUNTS = """
SELECT u.what AS what, u.kind AS kind, u.detail AS detail, count(*) AS n
FROM changes u GROUP BY u.what, u.kind, u.detail
"""
FIRST = f"""
SELECT o.* FROM (
  SELECT u.what AS what, u.kind AS kind, u.before_file AS before_file, u.before_row AS before_row,
    u.after_file AS after_file, u.after_row AS after_row, u.detail AS detail,
    CAST(row_number() OVER (PARTITION BY u.what, u.kind
      ORDER BY coalesce(u.before_file, u.after_file), coalesce(u.before_row, u.after_row),
        u.after_file NULLS LAST, u.after_row NULLS LAST, u.detail NULLS LAST) AS BIGINT)
      AS position
  FROM changes u
) o WHERE o.position <= {MOST_PLACES}
"""  # noqa: S608  a number of ours


def write_changes(before: RunId, after: RunId, store: Store, engine: Engine, out: Path) -> bool:
    """All changes are in the Parquet file `out`; False where evidence is no longer kept.

    Tables that both runs have are compared by their digest alone.
    """
    found = tables_to_compare(before, after, store)
    if found is None:
        return False
    changes = changes_in_memory(found, store.evidence)
    if changes is None:
        write_by_sql(found, engine, out)
    else:
        _write_whole(changes, out)
    return True


def _write_whole(changes: pa.Table, out: Path) -> None:
    out.parent.mkdir(parents=True, exist_ok=True)
    part = out.with_name(temporary_name())
    try:
        pq.write_table(changes, part, compression="zstd")
        part.replace(out)
    finally:
        part.unlink(missing_ok=True)


Rows = list[dict[str, object]]


def read_changes(
    path: Path, store: Store, engine: Engine, *, places: int
) -> tuple[dict[str, int], dict[str, int], tuple[PlaceChange, ...]]:
    """Counts by what and kind, counts by detail, and `places`, MOST_PLACES at most, of each."""
    many = pq.read_metadata(path).num_rows > ANSWER_ROWS
    counted, first = _told_by_sql(path, store, engine) if many else _told(path)
    counts = {f"record {kind}": 0 for kind in KINDS}
    counts |= {f"{what} {kind}": 0 for what in ("hit", "pair") for kind in KINDS[:2]}
    details: dict[str, int] = {}
    for row in counted:
        counts[f"{row['what']} {row['kind']}"] += number(row["n"])
        if row["detail"] is not None:
            details[f"{row['what']} {row['kind']} {row['detail']}"] = number(row["n"])
    found = tuple(
        PlaceChange(
            what=str(row["what"]),
            kind=str(row["kind"]),
            before=_place(row["before_file"], row["before_row"]),
            after=_place(row["after_file"], row["after_row"]),
            detail=None if row["detail"] is None else str(row["detail"]),
        )
        for row in first
        if number(row["position"]) <= places
    )
    return counts, dict(sorted(details.items())), found


def _told_by_sql(path: Path, store: Store, engine: Engine) -> tuple[Rows, Rows]:
    """The rows of COUNTS, and those of FIRST by what, kind and position."""
    ask = Asking(engine, store)
    first = ask.rows(FIRST, {"changes": path})
    first.sort(key=lambda row: (str(row["what"]), str(row["kind"]), number(row["position"])))
    return ask.rows(COUNTS, {"changes": path}), first


def _told(path: Path) -> tuple[Rows, Rows]:
    """The same of a table that fits in memory."""
    changes = pq.read_table(path)
    grouped = changes.group_by(["what", "kind", "detail"]).aggregate([([], "count_all")])
    counted: Rows = grouped.rename_columns(["what", "kind", "detail", "n"]).to_pylist()
    totals = Counter[tuple[str, str]]()
    for row in counted:
        totals[str(row["what"]), str(row["kind"])] += number(row["n"])
    keyed = changes
    for name in ("file", "row"):
        one_of = pc.coalesce(changes[f"before_{name}"], changes[f"after_{name}"])
        keyed = keyed.append_column(name, one_of)
    by = ("what", "kind", "file", "row", "after_file", "after_row", "detail")
    changes = changes.take(pc.sort_indices(keyed, [(name, "ascending") for name in by]))
    first: Rows = []
    at = 0
    for kind in sorted(totals):
        rows = changes.slice(at, min(totals[kind], MOST_PLACES)).to_pylist()
        first += [row | {"position": position} for position, row in enumerate(rows, 1)]
        at += totals[kind]
    return counted, first


def _place(file: object, row: object) -> str | None:
    return None if file is None else f"{file}#{number(row)}"
