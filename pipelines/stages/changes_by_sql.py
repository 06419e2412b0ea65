"""Records, hits and pairs that differ between two runs, by SQL: any number of them.

`record_changes` says what is found; `few_changes` finds the same in memory.
"""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

import pyarrow.parquet as pq

from pipelines.engine.base import Engine
from pipelines.model.evidence import KEYS, TableRef
from pipelines.stages.pair_changes import unsettled_pairs
from pipelines.stages.tables_to_compare import SIDES, TablesToCompare


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


def write_by_sql(compared: TablesToCompare, engine: Engine, out: Path) -> None:
    """All changes are in the Parquet file `out`."""
    with _Answers(engine, out) as ask:
        apart = ask.uris({f"{side}_records": compared.records[side] for side in SIDES})
        parts = [ask(RECORDS, "records", apart)]
        if compared.hits is not None:
            found = ask.uris({f"{side}_hits": compared.hits[side] for side in SIDES})
            seen = ask.uris({f"{side}_records": compared.with_hits[side] for side in SIDES})
            parts.append(ask(HITS, "hits", {**found, **seen}))
        if compared.pairs is not None:
            both = ask.uris({f"{side}_pairs": compared.pairs[side] for side in SIDES})
            tables = unsettled_pairs(
                ask,
                {side: both[f"{side}_pairs"] for side in SIDES},
                {side: apart[f"{side}_records"] for side in SIDES}
                | {"common": ask.uris({"_records": compared.common})["_records"]},
            )
            parts.append(ask(PAIRS, "pairs", tables))
        engine.sql(ALL, {"changes": parts}, str(out))


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
