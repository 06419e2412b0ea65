"""Keywords found, by risk and source: a part of the profile."""

from collections.abc import Mapping, Sequence

from pipelines.model.evidence import TableRef
from pipelines.model.ids import Digest
from pipelines.model.profile import KeywordCount, KeywordProfile
from pipelines.stages.asking import Asking, number

BY_RISK = """
SELECT r.source AS source, k.risk AS risk, count(*) AS records,
  CAST(sum(k.hits) AS BIGINT) AS hits
FROM (
  SELECT x.file AS file, x."row" AS hit_row, x.risk AS risk, sum(x."count") AS hits
  FROM keywords x GROUP BY x.file, x."row", x.risk
) k
JOIN records r ON r.file = k.file AND r."row" = k.hit_row
GROUP BY r.source, k.risk
"""
RECORDS_WITH = """
SELECT count(*) AS records
FROM (SELECT x.file AS file, x."row" AS hit_row FROM keywords x GROUP BY x.file, x."row") k
"""


def keyword_profile(
    ask: Asking, tables: Mapping[str, Sequence[TableRef]], library: Digest | None
) -> KeywordProfile | None:
    """The counts over the tables `keywords` and `records`; None where no library was searched."""
    if library is None:
        return None
    counts = [
        KeywordCount(
            source=None if row["source"] is None else str(row["source"]),
            risk=str(row["risk"]),
            records=number(row["records"]),
            hits=number(row["hits"]),
        )
        for row in ask.rows(BY_RISK, {name: tables[name] for name in ("keywords", "records")})
    ]
    (total,) = ask.rows(RECORDS_WITH, {"keywords": tables["keywords"]})
    return KeywordProfile(
        library=library,
        records=number(total["records"]),
        counts=tuple(sorted(counts, key=lambda c: (c.risk, c.source is None, c.source or ""))),
    )
