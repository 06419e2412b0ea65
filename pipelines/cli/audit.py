"""`tda audit MANIFEST…`: register … report in one go, with a progress bar and a gate."""

from pathlib import Path
from typing import Annotated

import typer

from pipelines.model.uncollected import uncollected


def register(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command("audit")(audit)


def audit(
    manifests: Annotated[
        list[Path], typer.Argument(metavar="MANIFEST…", help="Manifests, one dataset each.")
    ],
    policy: Annotated[
        Path | None, typer.Option(help="Policy file; default: the one that ships with tda.")
    ] = None,
    at: Annotated[
        str | None,
        typer.Option(
            help="Clock of the run, ISO 8601 (UTC without a zone); default: now. Reruns compare."
        ),
    ] = None,
    workers: Annotated[
        int | None, typer.Option(min=1, help="Processes that scan; default: one a core.")
    ] = None,
    engine: Annotated[
        str | None,
        typer.Option(help="local (this machine) or spark (a cluster); default: TDA_ENGINE."),
    ] = None,
    rehash: Annotated[
        bool, typer.Option("--rehash", help="Read every byte again, also of files nobody touched.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")] = False,
    lang: Annotated[str | None, typer.Option(help="zh or en; default: the locale.")] = None,
) -> int:
    """Audit datasets by their manifests and propose a gate for each.

    Exit code: 0 pass or conditional, 1 fail, 3 incomplete, 2 misuse.

    Example: tda audit examples/support-dialogues/dataset.yaml --lang en
    """
    with uncollected():
        from pipelines.cli.auditing import audit_manifests

    return audit_manifests(
        manifests,
        policy=policy,
        at=at,
        workers=workers,
        engine=engine,
        rehash=rehash,
        as_json=as_json,
        lang=lang,
    )
