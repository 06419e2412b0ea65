"""`tda overlaps DATASET`: records that hold a question of an evaluation set, a line a pair."""

from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command("overlaps")(overlaps)


def overlaps(
    name: Annotated[
        str, typer.Argument(metavar="DATASET|RUN", help="Id of a dataset or of a run.")
    ],
    evaluation: Annotated[
        str | None, typer.Option("--set", help="List the pairs with this evaluation set only.")
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="The summary on stderr is JSON too; pairs always are.")
    ] = False,
    lang: Annotated[str | None, typer.Option(help="zh or en; default: the locale.")] = None,
) -> None:
    """List the records an audit found to hold a question of an evaluation set, as JSON Lines.

    A line has file and row of the record, evaluation set and its version, evaluation_file and
    evaluation_row of the question, similarity and method: exact, near, or inside, a question in a
    longer text, of which similarity is the share found there; never text. The summary goes to
    stderr. For a dataset, its last finished audit is listed.

    Example: tda overlaps support-dialogues > leave-out.jsonl
    """
    from pipelines.cli.overlapping import list_overlaps

    list_overlaps(name, evaluation=evaluation, as_json=as_json, lang=lang)
