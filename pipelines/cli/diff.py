"""`tda diff RUN RUN`: what changed between two runs, down to the records."""

from pathlib import Path
from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command("diff")(diff)


def diff(
    before: Annotated[str, typer.Argument(metavar="RUN", help="Id of the earlier run.")],
    after: Annotated[str, typer.Argument(metavar="RUN", help="Id of the later run.")],
    places: Annotated[
        int, typer.Option("--places", min=0, max=1000, help="Places shown of each kind of change.")
    ] = 20,
    parquet: Annotated[
        Path | None,
        typer.Option("--parquet", help="File for every changed place; default under $TDA_HOME."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")] = False,
    lang: Annotated[str | None, typer.Option(help="zh or en; default: the locale.")] = None,
) -> None:
    """Records added, removed and changed, findings from and to, sources, licences, policy.

    Example: tda diff run-20261119-0100-1f0c77aa run-20261120-0100-7f3c9a21 --json
    """
    from pipelines.cli.trending import show_changes

    show_changes(before, after, places=places, parquet=parquet, as_json=as_json, lang=lang)
