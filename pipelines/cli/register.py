"""`tda register MANIFEST…`: datasets that are audited every night."""

from pathlib import Path
from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command("register")(register_datasets)


def register_datasets(
    manifests: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[MANIFEST…]", help="Manifests, one dataset each."),
    ] = None,
    policy: Annotated[
        Path | None, typer.Option(help="Policy of these datasets; default: that of tda.")
    ] = None,
    retire: Annotated[
        list[str] | None, typer.Option(help="A dataset to sweep no longer; may be repeated.")
    ] = None,
    at: Annotated[
        str | None,
        typer.Option(help="Since when, ISO 8601 (UTC without a zone); default: now."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")] = False,
    lang: Annotated[str | None, typer.Option(help="zh or en; default: the locale.")] = None,
) -> int:
    """Register datasets for the nightly audit; one that is registered already is updated.

    Example: tda register data/alpaca-zh/dataset.yaml --policy policy.yaml
    """
    from pipelines.cli.registering import register_manifests

    return register_manifests(
        manifests or [], policy=policy, retire=retire or [], at=at, as_json=as_json, lang=lang
    )
