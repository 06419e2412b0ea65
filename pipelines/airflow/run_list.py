"""The audit runs of one DAG run, as a page with links to their reports."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pipelines.airflow.served_files import report_file
from pipelines.language.catalogue import Language
from pipelines.model.errors import ConfigError
from pipelines.model.outcome import Gate
from pipelines.model.run import AuditRun
from pipelines.report import words
from pipelines.report.html import FILES, environment, style_sheet
from pipelines.report.marks import SYMBOLS
from pipelines.settings import Settings
from pipelines.store import runs
from pipelines.store.database import Store, open_store


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A run, the gate it has reached, and whether its report is there."""

    run: AuditRun
    gate: Gate | None
    reported: bool


def runs_of(owner: str, settings: Settings) -> list[Listed]:
    """The audit runs that the DAG run `owner` carried out, oldest first.

    Raises:
        ConfigError: the store cannot be opened.
    """
    store = open_store(settings)
    try:
        return [_listed(run, settings, store) for run in runs.owned_by(store, owner)]
    finally:
        store.engine.dispose()


def render_runs(listed: Sequence[Listed], language: Language) -> str:
    """The page in `language`."""
    template = environment(language).get_template("dag_run.j2")
    return template.render(
        listed=listed,
        lang=language.value,
        style=style_sheet(),
        symbols=SYMBOLS,
        words=words,
        files=FILES,
    )


def _listed(run: AuditRun, settings: Settings, store: Store) -> Listed:
    try:
        gate = runs.gate_of(store, run.id).gate
    except ConfigError:
        gate = None
    page: Path | None = report_file(settings, run.id, FILES[Language.EN])
    return Listed(run=run, gate=gate, reported=page is not None)
