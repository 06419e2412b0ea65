"""profile: the figures that suites, controls and report share, counted once over the evidence."""

from collections import Counter
from collections.abc import Mapping, Sequence

from pipelines.engine.base import Engine
from pipelines.model.evidence import TableRef
from pipelines.model.ids import Digest, RunId
from pipelines.model.profile import KeywordProfile, Profile, SourceProfile
from pipelines.settings import Settings
from pipelines.stages.asking import Asking, number
from pipelines.stages.base import Progress, StageOutput
from pipelines.stages.figures import Figures, SourceFigures
from pipelines.stages.figures_by_sql import Tables, figures_by_sql
from pipelines.stages.repeats import Repeats, repeats_of
from pipelines.store import runs
from pipelines.store.codec import from_json, to_json
from pipelines.store.database import Store

VERSION = "3"
POLICY: tuple[str, ...] = ()
SUBJECTS = "SELECT count(DISTINCT r.subject) AS subjects FROM records r"


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
    """The Profile of the version, as the summary of the stage.

    What the scan has counted shard by shard is added up; nothing is read again for it.
    """
    progress.start("profile", None)
    ask = Asking(engine, store)
    scanned = runs.stage_tables(store, run_id, "scan")
    library = runs.stage_summary(store, run_id, "scan").get("keyword_library")
    figures = figures_of(run_id, store, engine)
    found = profile_from(
        figures,
        repeats_of(run_id, store, ask),
        number(ask.rows(SUBJECTS, {"records": of_kind(scanned, "records")})[0]["subjects"])
        if figures.named
        else 0,
        runs.stage_summary(store, run_id, "ingest"),
        None if library is None else Digest(str(library)),
    )
    progress.done("profile")
    return StageOutput(summary={"profile": to_json(found)})


def figures_of(run_id: RunId, store: Store, engine: Engine) -> Figures:
    """What the scan of the run has counted; counted now where an earlier release scanned."""
    summary = runs.stage_summary(store, run_id, "scan")
    if (counted := summary.get("figures")) is not None:
        return from_json(Figures, str(counted))
    scanned = runs.stage_tables(store, run_id, "scan")
    tables: Tables = {
        kind: of_kind(scanned, kind) for kind in ("records", "hits", "keywords", "quarantine")
    }
    searched = summary.get("keyword_library") is not None
    return figures_by_sql(Asking(engine, store), tables, searched=searched)


def profile_of(run_id: RunId, store: Store) -> Profile:
    """The Profile the stage left for the run."""
    return from_json(Profile, str(runs.stage_summary(store, run_id, "profile")["profile"]))


def of_kind(tables: Sequence[TableRef], kind: str) -> list[TableRef]:
    """Those of `tables` that are of `kind`."""
    return [table for table in tables if table.kind == kind]


def profile_from(
    figures: Figures,
    repeats: Repeats,
    subjects: int,
    ingested: Mapping[str, object],
    library: Digest | None,
) -> Profile:
    """The Profile that follows from what was counted, and which records repeat others."""
    languages: Counter[str] = Counter()
    for source in figures.sources:
        languages.update(source.languages)
    reasons: Counter[str] = Counter()
    for quarantined in figures.quarantine:
        reasons[quarantined.reason] += quarantined.items
    sources = tuple(_source(source, repeats) for source in figures.sources)
    return Profile(
        files=number(ingested["files"]),
        bytes=number(ingested["bytes"]),
        records=sum(source.records for source in sources),
        text_bytes=sum(source.bytes for source in sources),
        chars=sum(source.chars for source in sources),
        quarantined=reasons.total(),
        quarantined_unknown=sum(q.items for q in figures.quarantine if q.extent == "unknown"),
        quarantine_reasons=dict(sorted(reasons.items())),
        empty=sum(source.empty for source in sources),
        exact_duplicates=sum(source.exact_duplicates for source in sources),
        near_duplicates=sum(source.near_duplicates for source in sources),
        clusters=repeats.clusters,
        pi_records=sum(source.pi_records for source in sources),
        subjects=subjects,
        unsourced=sum(source.records for source in sources if source.source is None),
        hits=figures.hits,
        languages=dict(sorted(languages.items())),
        sources=sources,
        keywords=None
        if library is None
        else KeywordProfile(
            library=library, records=figures.keyword_records, counts=figures.keywords
        ),
    )


def _source(figures: SourceFigures, repeats: Repeats) -> SourceProfile:
    exact, near = repeats.by_source.get(figures.source, (0, 0))
    return SourceProfile(
        source=figures.source,
        records=figures.records,
        bytes=figures.bytes,
        chars=figures.chars,
        empty=figures.empty,
        exact_duplicates=exact,
        near_duplicates=near,
        pi_records=figures.pi_records,
        pi_hits=figures.pi_hits,
        short=figures.short,
        garbled=figures.garbled,
        repetitive=figures.repetitive,
        languages=figures.languages,
        lengths=figures.lengths,
    )
