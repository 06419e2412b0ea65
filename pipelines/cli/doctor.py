"""`tda doctor`: what is wrong with a workspace and how to mend it."""

import json
from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command("doctor")(doctor)


def doctor(
    deep: Annotated[
        bool, typer.Option("--deep", help="Recompute every digest and every ledger entry.")
    ] = False,
    sweep: Annotated[
        bool, typer.Option("--sweep", help="First remove temporaries of processes that are gone.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")] = False,
    lang: Annotated[str | None, typer.Option(help="zh or en; default: the locale.")] = None,
) -> int:
    """Say what is wrong with the workspace, each line with its remedy: exit 0 nothing, 1 something.

    Example: TDA_HOME=/srv/tda tda doctor --deep
    """
    import os

    from pipelines.clock import moment
    from pipelines.language.catalogue import translate
    from pipelines.language.choice import choose_language
    from pipelines.language.visible import visible_json
    from pipelines.model.message import msg
    from pipelines.settings import read_settings
    from pipelines.store import temporaries
    from pipelines.upkeep.doctor import examine
    from pipelines.upkeep.line import State

    language = choose_language(lang, os.environ)
    now = moment(None)
    swept = temporaries.sweep(read_settings(), now=now) if sweep else None
    lines = examine(os.environ, now=now, deep=deep)
    faults = sum(line.state is State.WRONG for line in lines)
    if as_json:
        shown = [
            {
                "check": line.check,
                "state": line.state.value,
                "message": translate(line.message, language),
                "remedy": translate(line.remedy, language) if line.remedy else None,
            }
            for line in lines
        ]
        cleared = None if swept is None else {"removed": swept.removed, "bytes": swept.bytes}
        document = {"wrong": faults, "swept": cleared, "lines": shown}
        typer.echo(visible_json(json.dumps(document, ensure_ascii=False, indent=1)))
        return 1 if faults else 0
    if swept is not None:
        done = msg(
            "swept {count} temporaries, {bytes} bytes", count=swept.removed, bytes=swept.bytes
        )
        typer.echo(translate(done, language))
    marks = {State.OK: "✓", State.NOTE: "·", State.WRONG: "✗"}
    for line in lines:
        typer.echo(f"{marks[line.state]} {line.check:<12} {translate(line.message, language)}")
        if line.remedy is not None:
            typer.echo(f"  {'':<12} → {translate(line.remedy, language)}")
    summary = msg("{count} things to mend", count=faults) if faults else msg("nothing to mend")
    typer.echo(translate(summary, language))
    return 1 if faults else 0
