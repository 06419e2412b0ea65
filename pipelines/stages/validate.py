"""validate: the expectation suites are run over the figures of the version, never over its text."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import pyarrow as pa

from expectations.gx import run_suite, suite_text
from pipelines.engine.base import Engine
from pipelines.model.evidence import VALIDATION
from pipelines.model.ids import RunId, digest_of
from pipelines.model.profile import Profile, SourceProfile
from pipelines.settings import Settings
from pipelines.stages.base import Progress, StageOutput
from pipelines.stages.profile import of_kind, profile_of
from pipelines.store import runs
from pipelines.store.codec import to_json
from pipelines.store.database import Store

if TYPE_CHECKING:
    import pandas as pd

VERSION = "1"
POLICY: tuple[str, ...] = ()
SUITES = ("profile", "files")


def inputs(run_id: RunId, store: Store) -> Mapping[str, object]:
    """The figures, the table of files, and the suites themselves."""
    return {
        "profile": digest_of(to_json(profile_of(run_id, store)).encode()),
        "files": [
            table.digest for table in of_kind(runs.stage_tables(store, run_id, "ingest"), "files")
        ],
        "suites": {name: digest_of(suite_text(name).encode()) for name in SUITES},
    }


def validate(
    run_id: RunId, *, settings: Settings, store: Store, engine: Engine, progress: Progress
) -> StageOutput:
    """One `validation` table with a row for each expectation of each suite."""
    progress.start("validate", len(SUITES))
    ref = of_kind(runs.stage_tables(store, run_id, "ingest"), "files")[0]
    frames = {
        "profile": source_frame(profile_of(run_id, store)),
        "files": store.evidence.read(ref).to_pandas(),
    }
    tables = [VALIDATION.empty_table()]
    for name in SUITES:
        tables.append(run_suite(name, frames[name]))
        progress.advance()
    table = pa.concat_tables(tables)
    progress.done("validate")
    counts: dict[str, int] = {}
    for status in table["status"].to_pylist():
        counts[status] = counts.get(status, 0) + 1
    return StageOutput(
        summary={"expectations": dict(sorted(counts.items()))},
        tables=(store.evidence.write("validation", table),),
    )


def source_frame(profile: Profile) -> "pd.DataFrame":
    """A row for each source: its counts, and its shares of empty and garbled records."""
    rows = [_figures(part) for part in profile.sources]
    frame: pd.DataFrame = pa.Table.from_pylist(rows, schema=_FIGURES).to_pandas()
    return frame


_FIGURES = pa.schema(
    [
        ("source", pa.string()),
        *((name, pa.int64()) for name in ("records", "bytes", "chars", "empty", "garbled")),
        *((name, pa.int64()) for name in ("repeated", "pi_records", "pi_hits")),
        ("empty_share", pa.float64()),
        ("garbled_share", pa.float64()),
    ]
)


def _figures(part: SourceProfile) -> dict[str, object]:
    return {
        "source": part.source,
        "records": part.records,
        "bytes": part.bytes,
        "chars": part.chars,
        "empty": part.empty,
        "garbled": part.garbled,
        "repeated": part.exact_duplicates + part.near_duplicates,
        "pi_records": part.pi_records,
        "pi_hits": part.pi_hits,
        "empty_share": part.empty / part.records if part.records else 0.0,
        "garbled_share": part.garbled / part.records if part.records else 0.0,
    }
