"""`tda report RUN`: write the report of a run again, or print it."""

from pathlib import Path
from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command("report")(report)


def report(
    run: Annotated[str, typer.Argument(metavar="RUN", help="Id of the run.")],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Folder; default: $TDA_HOME/reports/RUN.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as JSON.")] = False,
    lang: Annotated[str | None, typer.Option(help="zh or en; default: the locale.")] = None,
) -> None:
    """Write report.zh.html, report.en.html and report.json of a run.

    Example: tda report run-20261120-0100-7f3c9a21 --output answer/
    """
    import os

    from pipelines.engine.opening import open_engine
    from pipelines.language.choice import choose_language
    from pipelines.language.visible import visible_json
    from pipelines.model.errors import EvidenceError
    from pipelines.model.ids import RunId
    from pipelines.report.writing import write_reports
    from pipelines.settings import read_settings
    from pipelines.stages.audit_record import audit_record
    from pipelines.stages.report import report_folder
    from pipelines.store.database import open_store
    from pipelines.upkeep.removed import explained

    choose_language(lang, os.environ)
    settings = read_settings()
    store = open_store(settings)
    folder = output or report_folder(settings, RunId(run))
    try:
        with open_engine(settings) as engine:
            record = audit_record(RunId(run), store, engine)
    except EvidenceError as error:
        removed = explained(store, RunId(run))
        if removed is None:
            raise
        raise removed from error
    written = write_reports(record, folder)
    if as_json:
        typer.echo(visible_json(written["json"].read_text(encoding="utf-8")))
        return
    for path in written.values():
        typer.echo(str(path))
