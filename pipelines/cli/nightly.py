"""`tda nightly`: sweep every registered dataset, audit what changed, tell what changed."""

from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command("nightly")(nightly)


def nightly(
    at: Annotated[
        str | None,
        typer.Option(
            help="Clock of the sweep and its runs, ISO 8601 (UTC without a zone); default: now."
        ),
    ] = None,
    workers: Annotated[
        int | None, typer.Option(min=1, help="Processes that scan; default: one a core.")
    ] = None,
    engine: Annotated[
        str | None,
        typer.Option(help="local (this machine) or spark (a cluster); default: TDA_ENGINE."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")] = False,
    lang: Annotated[str | None, typer.Option(help="zh or en; default: the locale.")] = None,
) -> int:
    """Audit the registered datasets that changed; print and keep one digest of what changed.

    Exit code: 0 every dataset has a current gate, whatever it is; 3 one was not audited.

    Example: tda nightly --at 2026-11-20T01:00:00+08:00
    """
    from pipelines.cli.sweeping import sweep_and_tell

    return sweep_and_tell(at=at, workers=workers, engine=engine, as_json=as_json, lang=lang)
