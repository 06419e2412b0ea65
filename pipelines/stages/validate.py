"""validate: the suites of the dataset's purpose are run over figures and registers, never text."""

from collections.abc import Mapping

import pyarrow as pa

from expectations.gx import run_suite
from expectations.suite import suite_text, suites_for
from pipelines.engine.base import Engine
from pipelines.model.evidence import VALIDATION
from pipelines.model.ids import RunId, digest_of
from pipelines.settings import Settings
from pipelines.stages.base import Progress, StageOutput
from pipelines.stages.figure_frames import frames_of
from pipelines.stages.profile import of_kind, profile_of
from pipelines.store import runs
from pipelines.store.codec import to_json
from pipelines.store.database import Store

VERSION = "2"
POLICY: tuple[str, ...] = ()

_REGISTERED = ("consents", "labels")


def inputs(run_id: RunId, store: Store) -> Mapping[str, object]:
    """The figures, the registers, the table of files, and the suites of the purpose themselves."""
    dataset = runs.dataset_of(store, run_id)
    project = dataset.annotation
    people = project.annotators.digest if project and project.annotators else None
    registered = runs.stage_tables(store, run_id, "register")
    ingested = runs.stage_tables(store, run_id, "ingest")
    return {
        "profile": digest_of(to_json(profile_of(run_id, store)).encode()),
        "files": [table.digest for table in of_kind(ingested, "files")],
        "records": sorted(
            table.digest
            for table in of_kind(runs.stage_tables(store, run_id, "scan"), "records")
            if of_kind(registered, "consents")
        ),
        "sources": digest_of(to_json(dataset.sources).encode()),
        "annotators": people,
        "registered": sorted(
            table.digest for kind in _REGISTERED for table in of_kind(registered, kind)
        ),
        "suites": {
            suite.name: digest_of(suite_text(suite.name).encode())
            for suite in suites_for(dataset.purpose)
        },
    }


def validate(
    run_id: RunId, *, settings: Settings, store: Store, engine: Engine, progress: Progress
) -> StageOutput:
    """One `validation` table with a row for each expectation of each suite of the purpose.

    A table of figures that the dataset has nothing for (no consents, no labels) is named in the
    summary as absent: nothing was expected of it, and nothing is said to be met.
    """
    suites = suites_for(runs.dataset_of(store, run_id).purpose)
    progress.start("validate", len(suites))
    frames = frames_of(run_id, store, engine)
    tables = [VALIDATION.empty_table()]
    for suite in suites:
        tables.append(run_suite(suite, frames))
        progress.advance()
    table = pa.concat_tables(tables)
    progress.done("validate")
    counts: dict[str, int] = {}
    for status in table["status"].to_pylist():
        counts[status] = counts.get(status, 0) + 1
    expected = {name for suite in suites for name in suite.tables}
    return StageOutput(
        summary={
            "expectations": dict(sorted(counts.items())),
            "suites": [suite.name for suite in suites],
            "absent": sorted(expected - frames.keys()),
        },
        tables=(store.evidence.write("validation", table),),
    )
