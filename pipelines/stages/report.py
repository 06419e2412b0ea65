"""report: the run rendered in zh and en and as JSON, under the reports folder."""

from collections.abc import Mapping
from pathlib import Path

from pipelines.engine.base import Engine
from pipelines.model.ids import RunId
from pipelines.report.writing import write_reports
from pipelines.settings import Settings
from pipelines.stages.audit_record import audit_record
from pipelines.stages.base import Progress, StageOutput
from pipelines.store.database import Store

VERSION = "1"
POLICY: tuple[str, ...] = ()


def inputs(run_id: RunId, store: Store) -> Mapping[str, object]:
    """The run itself."""
    return {"run": run_id}


def report(
    run_id: RunId, *, settings: Settings, store: Store, engine: Engine, progress: Progress
) -> StageOutput:
    """The pages, the history and the JSON of the run are written."""
    progress.start("report", None)
    written = write_reports(audit_record(run_id, store, engine), report_folder(settings, run_id))
    progress.done("report")
    return StageOutput(summary={name: path.name for name, path in sorted(written.items())})


def report_folder(settings: Settings, run_id: RunId) -> Path:
    """Where the reports of the run are."""
    return settings.reports / run_id
