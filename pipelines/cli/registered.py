"""`tda registered`: the datasets that are audited every night."""

from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command("registered")(registered)


def registered(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")] = False,
    lang: Annotated[str | None, typer.Option(help="zh or en; default: the locale.")] = None,
) -> int:
    """List the registered datasets, with what the last sweep said of each.

    Example: tda registered --json
    """
    from pipelines.cli.registering import list_registered

    return list_registered(as_json=as_json, lang=lang)
