"""`tda trend DATASET`: the sealed runs of a dataset over time."""

from pathlib import Path
from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command("trend")(trend)


def trend(
    dataset: Annotated[str, typer.Argument(metavar="DATASET", help="Id of the dataset.")],
    runs: Annotated[
        int, typer.Option("--runs", min=1, max=1000, help="How many runs to look back.")
    ] = 14,
    html: Annotated[
        Path | None, typer.Option("--html", help="Write the history page to this file.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")] = False,
    lang: Annotated[str | None, typer.Option(help="zh or en; default: the locale.")] = None,
) -> None:
    """Gate, records, duplicates, identifiers, licences and consent of a dataset, run by run.

    Example: tda trend support-dialogues --html history.html
    """
    from pipelines.cli.trending import show_trend

    show_trend(dataset, limit=runs, html=html, as_json=as_json, lang=lang)
