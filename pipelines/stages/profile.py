"""profile: the figures that suites, controls and report share, counted once over the evidence."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from pipelines.engine.base import Engine
from pipelines.model.evidence import TableRef
from pipelines.model.ids import Digest, RunId
from pipelines.model.profile import LENGTH_BINS, HitCount, Profile, SourceProfile
from pipelines.settings import Settings
from pipelines.stages.asking import Asking, number
from pipelines.stages.base import Progress, StageOutput
from pipelines.stages.profile_keywords import keyword_profile
from pipelines.store import runs
from pipelines.store.codec import from_json, to_json
from pipelines.store.database import Store

VERSION = "3"
POLICY: tuple[str, ...] = ()
SHORT = 20
"""Code points under which a text that is not empty counts as short."""

REPETITIVE = 5
"""A text is repetitive where more than one part in so many stands in repeated lines: the limit of
0.20 for characters in duplicate lines of Rae et al., Scaling Language Models (2021), table A1."""

BY_SOURCE = f"""
SELECT r.source AS source, count(*) AS records, CAST(sum(r.bytes) AS BIGINT) AS bytes,
  CAST(sum(r.chars) AS BIGINT) AS chars,
  count(CASE WHEN r.normal_chars = 0 THEN 1 END) AS empty,
  count(CASE WHEN p.method = 'exact' THEN 1 END) AS exact_duplicates,
  count(CASE WHEN p.method = 'near' THEN 1 END) AS near_duplicates,
  count(CASE WHEN h.valid > 0 THEN 1 END) AS pi_records,
  CAST(sum(CASE WHEN h.valid > 0 THEN h.valid ELSE 0 END) AS BIGINT) AS pi_hits,
  count(CASE WHEN r.normal_chars > 0 AND r.chars < {SHORT} THEN 1 END) AS short,
  count(CASE WHEN r.replacement > 0 THEN 1 END) AS garbled,
  count(CASE WHEN {REPETITIVE} * r.repeated > r.bytes THEN 1 END) AS repetitive
FROM records r
LEFT JOIN pairs p ON p.removed_file = r.file AND p.removed_row = r."row"
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
SUBJECTS = "SELECT count(DISTINCT r.subject) AS subjects FROM records r"
CLUSTERS = """
SELECT count(*) AS clusters
FROM (SELECT p.kept_file, p.kept_row FROM pairs p GROUP BY p.kept_file, p.kept_row) k
"""
QUARANTINED = """
SELECT q.reason AS reason, q.extent AS extent, count(*) AS items
FROM quarantine q GROUP BY q.reason, q.extent
"""


def inputs(run_id: RunId, store: Store) -> Mapping[str, object]:
    """The tables the figures are counted over."""
    tables = [
        *runs.stage_tables(store, run_id, "scan"),
        *runs.stage_tables(store, run_id, "relate"),
        *runs.stage_tables(store, run_id, "ingest"),
    ]
    return {
        "tables": sorted(f"{table.kind} {table.digest}" for table in tables),
        # no library and a library of which nothing was found leave the same table
        "keyword_library": runs.stage_summary(store, run_id, "scan").get("keyword_library"),
    }


def profile(
    run_id: RunId, *, settings: Settings, store: Store, engine: Engine, progress: Progress
) -> StageOutput:
    """The Profile of the version, as the summary of the stage."""
    progress.start("profile", None)
    scanned = runs.stage_tables(store, run_id, "scan")
    related = runs.stage_tables(store, run_id, "relate")
    library = runs.stage_summary(store, run_id, "scan").get("keyword_library")
    figures = _count(
        Asking(engine, store),
        {
            "records": of_kind(scanned, "records"),
            "hits": of_kind(scanned, "hits"),
            "keywords": of_kind(scanned, "keywords"),
            "quarantine": of_kind(scanned, "quarantine"),
            "pairs": of_kind(related, "pairs"),
        },
        runs.stage_summary(store, run_id, "ingest"),
        None if library is None else Digest(str(library)),
    )
    progress.done("profile")
    return StageOutput(summary={"profile": to_json(figures)})


def profile_of(run_id: RunId, store: Store) -> Profile:
    """The Profile the stage left for the run."""
    return from_json(Profile, str(runs.stage_summary(store, run_id, "profile")["profile"]))


def of_kind(tables: Sequence[TableRef], kind: str) -> list[TableRef]:
    """Those of `tables` that are of `kind`."""
    return [table for table in tables if table.kind == kind]


def _count(
    ask: Asking,
    tables: Mapping[str, list[TableRef]],
    ingested: Mapping[str, object],
    library: Digest | None = None,
) -> Profile:
    def rows(query: str, *names: str) -> list[dict[str, object]]:
        return ask.rows(query, {name: tables[name] for name in names})

    sources = _sources(
        rows(BY_SOURCE, "records", "hits", "pairs"),
        rows(BY_LANGUAGE, "records"),
        rows(BY_LENGTH, "records"),
    )
    reasons: dict[str, int] = defaultdict(int)
    unknown = 0
    for row in rows(QUARANTINED, "quarantine"):
        reasons[str(row["reason"])] += number(row["items"])
        unknown += number(row["items"]) if row["extent"] == "unknown" else 0
    languages: dict[str, int] = defaultdict(int)
    for source in sources:
        for language, records in source.languages.items():
            languages[language] += records
    return Profile(
        files=number(ingested["files"]),
        bytes=number(ingested["bytes"]),
        records=sum(source.records for source in sources),
        text_bytes=sum(source.bytes for source in sources),
        chars=sum(source.chars for source in sources),
        quarantined=sum(reasons.values()),
        quarantined_unknown=unknown,
        quarantine_reasons=dict(sorted(reasons.items())),
        empty=sum(source.empty for source in sources),
        exact_duplicates=sum(source.exact_duplicates for source in sources),
        near_duplicates=sum(source.near_duplicates for source in sources),
        clusters=number(rows(CLUSTERS, "pairs")[0]["clusters"]),
        pi_records=sum(source.pi_records for source in sources),
        subjects=number(rows(SUBJECTS, "records")[0]["subjects"]),
        unsourced=sum(source.records for source in sources if source.source is None),
        hits=_hits(rows(BY_HIT, "hits")),
        languages=dict(sorted(languages.items())),
        sources=sources,
        keywords=keyword_profile(ask, tables, library),
    )


def _sources(
    totals: list[dict[str, object]],
    languages: list[dict[str, object]],
    lengths: list[dict[str, object]],
) -> tuple[SourceProfile, ...]:
    spoken: dict[object, dict[str, int]] = defaultdict(dict)
    for row in languages:
        spoken[row["source"]][str(row["language"])] = number(row["records"])
    bins: dict[object, list[int]] = defaultdict(lambda: [0] * LENGTH_BINS)
    for row in lengths:
        bins[row["source"]][number(row["bin"])] = number(row["records"])
    ordered = sorted(totals, key=lambda row: (row["source"] is None, str(row["source"])))
    return tuple(
        SourceProfile(
            source=None if row["source"] is None else str(row["source"]),
            records=number(row["records"]),
            bytes=number(row["bytes"]),
            chars=number(row["chars"]),
            empty=number(row["empty"]),
            exact_duplicates=number(row["exact_duplicates"]),
            near_duplicates=number(row["near_duplicates"]),
            pi_records=number(row["pi_records"]),
            pi_hits=number(row["pi_hits"]),
            short=number(row["short"]),
            garbled=number(row["garbled"]),
            repetitive=number(row["repetitive"]),
            languages=dict(sorted(spoken[row["source"]].items())),
            lengths=tuple(bins[row["source"]]),
        )
        for row in ordered
    )


def _hits(rows: list[dict[str, object]]) -> tuple[HitCount, ...]:
    found = [
        HitCount(
            type=str(row["type"]),
            tier=str(row["tier"]),
            sensitive=bool(row["sensitive"]),
            hits=number(row["hits"]),
            records=number(row["records"]),
        )
        for row in rows
    ]
    return tuple(sorted(found, key=lambda hit: (hit.type, hit.tier, hit.sensitive)))
