"""The figures of evidence tables by SQL, for tables that an earlier release scanned."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from pipelines.model.evidence import TableRef
from pipelines.model.profile import LENGTH_BINS, HitCount, KeywordCount
from pipelines.stages.asking import Asking, number
from pipelines.stages.figures import (
    PLACES,
    REPETITIVE,
    SHORT,
    Figures,
    QuarantineCount,
    SourceFigures,
    first_places,
    merged,
)

BY_SOURCE = f"""
SELECT r.source AS source, count(*) AS records, CAST(sum(r.bytes) AS BIGINT) AS bytes,
  CAST(sum(r.chars) AS BIGINT) AS chars,
  count(CASE WHEN r.normal_chars = 0 THEN 1 END) AS empty,
  count(CASE WHEN h.valid > 0 THEN 1 END) AS pi_records,
  CAST(sum(CASE WHEN h.valid > 0 THEN h.valid ELSE 0 END) AS BIGINT) AS pi_hits,
  count(CASE WHEN r.normal_chars > 0 AND r.chars < {SHORT} THEN 1 END) AS short,
  count(CASE WHEN r.replacement > 0 THEN 1 END) AS garbled,
  count(CASE WHEN {REPETITIVE} * r.repeated > r.bytes THEN 1 END) AS repetitive,
  count(CASE WHEN h.valid > 0 AND r.subject IS NULL THEN 1 END) AS unlinked,
  count(r.subject) AS named
FROM records r
LEFT JOIN (
  SELECT x.file AS file, x."row" AS hit_row,
    count(CASE WHEN x.tier = 'valid' THEN 1 END) AS valid
  FROM hits x GROUP BY x.file, x."row"
) h ON h.file = r.file AND h.hit_row = r."row"
GROUP BY r.source
"""  # noqa: S608  SHORT is a number of ours
BY_LANGUAGE = """
SELECT r.source AS source, r.language AS language, count(*) AS records
FROM records r GROUP BY r.source, r.language
"""
_BIN = "CASE " + " ".join(f"WHEN r.chars < {2 ** (i + 1)} THEN {i}" for i in range(LENGTH_BINS - 1))
BY_LENGTH = f"""
SELECT r.source AS source, {_BIN} ELSE {LENGTH_BINS - 1} END AS bin, count(*) AS records
FROM records r WHERE r.chars > 0 GROUP BY r.source, {_BIN} ELSE {LENGTH_BINS - 1} END
"""  # noqa: S608  numbers of ours
UNLINKED = f"""
SELECT o.source AS source, o.file AS file, o.place AS place
FROM (
  SELECT r.source AS source, r.file AS file, r."row" AS place,
    row_number() OVER (PARTITION BY r.source ORDER BY r.file, r."row") AS position
  FROM records r
  JOIN (
    SELECT DISTINCT x.file AS file, x."row" AS hit_row FROM hits x WHERE x.tier = 'valid'
  ) h ON h.file = r.file AND h.hit_row = r."row"
  WHERE r.subject IS NULL
) o WHERE o.position <= {PLACES}
"""  # noqa: S608  a number of ours
BY_HIT = """
SELECT g.type AS type, g.tier AS tier, g.sensitive AS sensitive,
  CAST(sum(g.hits) AS BIGINT) AS hits, count(*) AS records
FROM (
  SELECT x.type AS type, x.tier AS tier, x.sensitive AS sensitive, x.file AS file, x."row" AS r,
    count(*) AS hits
  FROM hits x GROUP BY x.type, x.tier, x.sensitive, x.file, x."row"
) g
GROUP BY g.type, g.tier, g.sensitive
"""
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
QUARANTINED = """
SELECT q.reason AS reason, q.extent AS extent, count(*) AS items
FROM quarantine q GROUP BY q.reason, q.extent
"""

Tables = Mapping[str, Sequence[TableRef]]
Row = Mapping[str, object]


def figures_by_sql(ask: Asking, tables: Tables, *, searched: bool) -> Figures:
    """The figures of the `records`, `hits`, `quarantine` and, where `searched`, `keywords`."""

    def rows(query: str, *names: str) -> list[dict[str, object]]:
        return ask.rows(query, {name: tables[name] for name in names})

    totals = rows(BY_SOURCE, "records", "hits")
    # put in order, with what is alike together, by adding them up
    figures = Figures(
        sources=_sources(
            totals,
            rows(BY_LANGUAGE, "records"),
            rows(BY_LENGTH, "records"),
            rows(UNLINKED, "records", "hits"),
        ),
        hits=tuple(map(_hit, rows(BY_HIT, "hits"))),
        quarantine=tuple(map(_quarantined, rows(QUARANTINED, "quarantine"))),
        named=sum(number(row["named"]) for row in totals),
    )
    if searched:
        found = Figures(
            keywords=tuple(map(_keyword, rows(BY_RISK, "keywords", "records"))),
            keyword_records=number(rows(RECORDS_WITH, "keywords")[0]["records"]),
        )
        return merged([figures, found])
    return merged([figures])


def source_of(row: Row) -> str | None:
    """The source a row is about."""
    return None if row["source"] is None else str(row["source"])


def _sources(
    totals: Sequence[Row], languages: Sequence[Row], lengths: Sequence[Row], unlinked: Sequence[Row]
) -> tuple[SourceFigures, ...]:
    spoken: dict[str | None, dict[str, int]] = defaultdict(dict)
    for row in languages:
        spoken[source_of(row)][str(row["language"])] = number(row["records"])
    bins: dict[str | None, list[int]] = defaultdict(lambda: [0] * LENGTH_BINS)
    for row in lengths:
        bins[source_of(row)][number(row["bin"])] = number(row["records"])
    places: dict[str | None, list[tuple[str, int]]] = defaultdict(list)
    for row in unlinked:
        places[source_of(row)].append((str(row["file"]), number(row["place"])))
    return tuple(
        SourceFigures(
            source=source_of(row),
            records=number(row["records"]),
            bytes=number(row["bytes"]),
            chars=number(row["chars"]),
            empty=number(row["empty"]),
            pi_records=number(row["pi_records"]),
            pi_hits=number(row["pi_hits"]),
            short=number(row["short"]),
            garbled=number(row["garbled"]),
            repetitive=number(row["repetitive"]),
            languages=dict(sorted(spoken[source_of(row)].items())),
            lengths=tuple(bins[source_of(row)]),
            unlinked=number(row["unlinked"]),
            unlinked_places=first_places(places[source_of(row)]),
        )
        for row in totals
    )


def _hit(row: Row) -> HitCount:
    return HitCount(
        type=str(row["type"]),
        tier=str(row["tier"]),
        sensitive=bool(row["sensitive"]),
        hits=number(row["hits"]),
        records=number(row["records"]),
    )


def _quarantined(row: Row) -> QuarantineCount:
    return QuarantineCount(
        reason=str(row["reason"]), extent=str(row["extent"]), items=number(row["items"])
    )


def _keyword(row: Row) -> KeywordCount:
    return KeywordCount(
        source=source_of(row),
        risk=str(row["risk"]),
        records=number(row["records"]),
        hits=number(row["hits"]),
    )
