"""Records, hits and pairs that differ between two runs, found by SQL over their evidence.

A record is its digest. Within a file the n-th record of a digest is the n-th of that digest in the
other run, wherever its row has moved to; what is left over is looked for in other files (`moved`).
What is left then stands between two records both runs have: it is paired in order as `changed`, and
what has no partner was `added` or `removed`. The other direction gives the mirror image.
"""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

import pyarrow.parquet as pq

from pipelines.engine.base import Engine
from pipelines.model.evidence import KEYS, TableRef
from pipelines.model.history import PlaceChange
from pipelines.model.ids import RunId
from pipelines.stages.asking import Asking, number
from pipelines.stages.pair_changes import unsettled_pairs
from pipelines.stages.profile import of_kind
from pipelines.store import runs
from pipelines.store.database import Store

MOST_PLACES = 1_000
"""Of each kind of change: a person reads no more, and the file of all changes has the rest."""
KINDS = ("added", "removed", "changed", "moved")


def _side(name: str, other: str) -> str:
    """Steps of one side: `name`0 numbers, 1 marks what the other has, 2 is left, 3 is unmoved."""
    return f"""
{name}1 AS (
  SELECT x.file AS file, x.r AS r, x.d AS d, CASE WHEN y.r IS NULL THEN 0 ELSE 1 END AS kept,
    sum(CASE WHEN y.r IS NULL THEN 0 ELSE 1 END) OVER (
      PARTITION BY x.file ORDER BY x.r ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS gap
  FROM {name}0 x LEFT JOIN {other}0 y ON y.file = x.file AND y.d = x.d AND y.n = x.n
),
{name}2 AS (
  SELECT x.file AS file, x.r AS r, x.d AS d, x.gap AS gap,
    row_number() OVER (PARTITION BY x.d ORDER BY x.file, x.r) AS m
  FROM {name}1 x WHERE x.kept = 0
)"""  # noqa: S608  names of ours


def _unmoved(name: str, other: str) -> str:
    return f"""
{name}3 AS (
  SELECT x.file AS file, x.r AS r, x.gap AS gap,
    row_number() OVER (PARTITION BY x.file, x.gap ORDER BY x.r) AS p
  FROM {name}2 x LEFT JOIN {other}2 y ON y.d = x.d AND y.m = x.m WHERE y.d IS NULL
)"""  # noqa: S608  names of ours


def _numbered(name: str, table: str) -> str:
    return f"""{name}0 AS (
  SELECT t.file AS file, t."row" AS r, t.record_digest AS d,
    row_number() OVER (PARTITION BY t.file, t.record_digest ORDER BY t."row") AS n
  FROM {table} t
)"""  # noqa: S608  names of ours


_COMMON = ", ".join(
    [
        _numbered("a", "before_records"),
        _numbered("b", "after_records"),
        _side("a", "b"),
        _side("b", "a"),
        _unmoved("a", "b"),
        _unmoved("b", "a"),
    ]
)
RECORDS = f"""
WITH {_COMMON}
SELECT 'record' AS what, 'moved' AS kind, x.file AS before_file, x.r AS before_row,
  y.file AS after_file, y.r AS after_row, CAST(NULL AS STRING) AS detail
FROM a2 x JOIN b2 y ON y.d = x.d AND y.m = x.m
UNION ALL
SELECT 'record' AS what, CASE WHEN x.file IS NULL THEN 'added' WHEN y.file IS NULL THEN 'removed'
    ELSE 'changed' END AS kind, x.file AS before_file, x.r AS before_row,
  y.file AS after_file, y.r AS after_row, CAST(NULL AS STRING) AS detail
FROM a3 x FULL OUTER JOIN b3 y ON y.file = x.file AND y.gap = x.gap AND y.p = x.p
"""  # noqa: S608  texts of ours

# hits and pairs belong to records, and follow them: the same hit in the same text is the same hit
_HITS = """
  SELECT h.file AS file, h."row" AS r, t.record_digest AS d, h."column" AS c, h.start AS s,
    h."end" AS e, h.type AS y, h.tier AS z,
    row_number() OVER (PARTITION BY t.record_digest, h."column", h.start, h."end", h.type, h.tier
      ORDER BY h.file, h."row") AS n
  FROM {side}_hits h JOIN {side}_records t ON t.file = h.file AND t."row" = h."row"
"""
_PAIRS = """
  SELECT q.removed_file AS file, q.removed_row AS r, t.record_digest AS d, k.record_digest AS k,
    q.method AS m, row_number() OVER (PARTITION BY t.record_digest, k.record_digest, q.method
      ORDER BY q.removed_file, q.removed_row) AS n
  FROM {side}_pairs q
  JOIN {side}_records t ON t.file = q.removed_file AND t."row" = q.removed_row
  JOIN {side}_records k ON k.file = q.kept_file AND k."row" = q.kept_row
"""


def _came_and_went(what: str, rows: str, keys: Sequence[str], detail: str) -> str:
    equal = " AND ".join(f"y.{key} = x.{key}" for key in keys)
    return f"""
SELECT '{what}' AS what, CASE WHEN x.d IS NULL THEN 'added' ELSE 'removed' END AS kind,
  x.file AS before_file, x.r AS before_row, y.file AS after_file, y.r AS after_row,
  {detail} AS detail
FROM ({rows.format(side="before")}) x FULL OUTER JOIN ({rows.format(side="after")}) y ON {equal}
WHERE x.d IS NULL OR y.d IS NULL
"""  # noqa: S608  texts of ours


HITS = _came_and_went(
    "hit",
    _HITS,
    ("d", "c", "s", "e", "y", "z", "n"),
    "concat(coalesce(x.y, y.y), ' ', coalesce(x.z, y.z))",
)
PAIRS = _came_and_went("pair", _PAIRS, ("d", "k", "m", "n"), "coalesce(x.m, y.m)")
ALL = """
SELECT u.what AS what, u.kind AS kind, u.before_file AS before_file, u.before_row AS before_row,
  u.after_file AS after_file, u.after_row AS after_row, u.detail AS detail
FROM changes u
ORDER BY u.what, u.kind, u.before_file NULLS LAST, u.before_row NULLS LAST,
  u.after_file NULLS LAST, u.after_row NULLS LAST, u.detail NULLS LAST
"""
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
    sides = {"before": before, "after": after}
    scanned = {side: runs.stage_tables(store, run, "scan") for side, run in sides.items()}
    related = {side: runs.stage_tables(store, run, "relate") for side, run in sides.items()}
    held = [table for tables in (*scanned.values(), *related.values()) for table in tables]
    if not all(store.evidence.has(table) for table in held):
        return False
    records = {side: of_kind(tables, "records") for side, tables in scanned.items()}
    hits = {side: of_kind(tables, "hits") for side, tables in scanned.items()}
    pairs = {side: of_kind(tables, "pairs") for side, tables in related.items()}
    same_records = _digests(records["before"]) == _digests(records["after"])
    with _Answers(engine, out) as ask:
        apart = ask.uris(_apart("records", records))
        parts = [ask(RECORDS, "records", apart)]
        if not (same_records and _digests(hits["before"]) == _digests(hits["after"])):
            found = ask.uris({f"{side}_hits": hits[side] for side in sides})
            if _scanned_alike(before, after, store):
                # the same record has the same hits: those of common tables stand on both sides
                seen = apart
            else:
                seen = ask.uris({f"{side}_records": records[side] for side in sides})
            parts.append(ask(HITS, "hits", {**found, **seen}))
        if not (same_records and _digests(pairs["before"]) == _digests(pairs["after"])):
            known = _digests(records["before"])
            common = [table for table in records["after"] if table.digest in known]
            both = ask.uris({f"{side}_pairs": pairs[side] for side in sides})
            tables = unsettled_pairs(
                ask,
                {side: both[f"{side}_pairs"] for side in sides},
                {side: apart[f"{side}_records"] for side in sides}
                | {"common": ask.uris({"_records": common})["_records"]},
            )
            parts.append(ask(PAIRS, "pairs", tables))
        engine.sql(ALL, {"changes": parts}, str(out))
    return True


class _Answers:
    """Asks the engine; the answers lie beside `out` until that is done."""

    def __init__(self, engine: Engine, out: Path) -> None:
        self._engine, self._out = engine, out
        self._parts: list[Path] = []

    def __enter__(self) -> "_Answers":
        return self

    def __exit__(self, *ended: object) -> None:
        for part in self._parts:
            part.unlink(missing_ok=True)

    def __call__(self, query: str, name: str, tables: Mapping[str, Sequence[str]]) -> str:
        part = self._part(name)
        self._engine.sql(query, tables, str(part))
        return str(part)

    def uris(self, tables: Mapping[str, Sequence[TableRef]]) -> dict[str, list[str]]:
        """Where the tables of each side and kind are; no evidence is made for one without any."""
        return {
            name: [table.uri for table in held] or [self._empty(name.partition("_")[2])]
            for name, held in tables.items()
        }

    def _empty(self, kind: str) -> str:
        part = self._part(f"no-{kind}")
        pq.write_table(KEYS[kind][0].empty_table(), part)
        return str(part)

    def _part(self, name: str) -> Path:
        part = self._out.with_name(f".{self._out.name}.{name}.{os.urandom(4).hex()}.parquet")
        self._parts.append(part)
        return part


def _scanned_alike(before: RunId, after: RunId, store: Store) -> bool:
    """Whether the same release, under the same key and schemes, looked for hits in both runs."""
    release = [runs.run(store, run).code_version for run in (before, after)]
    told = [runs.stage_summary(store, run, "scan") for run in (before, after)]
    how = [(one.get("schemes"), one.get("identifier_key")) for one in told]
    return release[0] == release[1] and how[0] == how[1]


def _digests(tables: Sequence[TableRef]) -> set[str]:
    return {str(table.digest) for table in tables}


def _apart(kind: str, tables: Mapping[str, Sequence[TableRef]]) -> dict[str, list[TableRef]]:
    common = _digests(tables["before"]) & _digests(tables["after"])
    return {
        f"{side}_{kind}": [table for table in held if table.digest not in common]
        for side, held in tables.items()
    }


def read_changes(
    path: Path, store: Store, engine: Engine, *, places: int
) -> tuple[dict[str, int], dict[str, int], tuple[PlaceChange, ...]]:
    """Counts by what and kind, counts by detail, and `places`, MOST_PLACES at most, of each."""
    ask = Asking(engine, store)
    counts = {f"record {kind}": 0 for kind in KINDS}
    counts |= {f"{what} {kind}": 0 for what in ("hit", "pair") for kind in KINDS[:2]}
    details: dict[str, int] = {}
    for row in ask.rows(COUNTS, {"changes": path}):
        counts[f"{row['what']} {row['kind']}"] += number(row["n"])
        if row["detail"] is not None:
            details[f"{row['what']} {row['kind']} {row['detail']}"] = number(row["n"])
    first = [row for row in ask.rows(FIRST, {"changes": path}) if number(row["position"]) <= places]
    first.sort(key=lambda row: (str(row["what"]), str(row["kind"]), number(row["position"])))
    found = tuple(
        PlaceChange(
            what=str(row["what"]),
            kind=str(row["kind"]),
            before=_place(row["before_file"], row["before_row"]),
            after=_place(row["after_file"], row["after_row"]),
            detail=None if row["detail"] is None else str(row["detail"]),
        )
        for row in first
    )
    return counts, dict(sorted(details.items())), found


def _place(file: object, row: object) -> str | None:
    return None if file is None else f"{file}#{number(row)}"
