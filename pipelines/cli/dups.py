"""`tda dups PATH…`: exact and near duplicates across files, with the record each leads to.

With `--against PATH`: which records repeat one of other files, for example of an evaluation set.
"""

from pathlib import Path
from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command("dups")(dups)


def dups(
    paths: Annotated[
        list[str],
        typer.Argument(metavar="PATH…", help="Files, folders or s3:// objects."),
    ],
    text: Annotated[
        str, typer.Option(help="Text columns, commas between them; joined with a line feed.")
    ] = "text",
    against: Annotated[
        list[str] | None,
        typer.Option(
            metavar="PATH",
            help="Find the records that repeat one of these files instead; once for each path.",
        ),
    ] = None,
    against_text: Annotated[
        str | None, typer.Option(help="Text columns of the --against files; default: --text.")
    ] = None,
    threshold: Annotated[
        str, typer.Option(help="Least Jaccard similarity of a near duplicate, above 0 up to 1.")
    ] = "0.8",
    shingles: Annotated[
        str, typer.Option(help="What is compared: runs of five of char (code points) or word.")
    ] = "char",
    layout: Annotated[
        str | None,
        typer.Option("--format", help="jsonl, json, parquet, csv, tsv or text; default: guessed."),
    ] = None,
    encoding: Annotated[
        str | None, typer.Option(help="Of CSV and text files; default: UTF-8, else GB18030.")
    ] = None,
    pairs: Annotated[
        Path | None,
        typer.Option(help="Parquet file for the pairs; default: one under $TDA_HOME."),
    ] = None,
    workers: Annotated[
        int | None, typer.Option(min=1, help="Processes that read; default: one a core.")
    ] = None,
    engine: Annotated[
        str | None,
        typer.Option(help="local (this machine) or spark (a cluster); default: TDA_ENGINE."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")] = False,
    lang: Annotated[str | None, typer.Option(help="zh or en; default: the locale.")] = None,
) -> int:
    """Find records that repeat or nearly repeat an earlier one, across all files.

    Texts are compared after NFKC, case folding and collapsing of white space, by their sets of
    five code points, or of five words with `--shingles word`, where a Chinese character is a word.
    The first record is kept; files come in the order given.

    With --against, records are not compared with each other but with those of the other files,
    each with the most similar one: how many questions of an evaluation set are in the training
    data, or, the other way round, which training records to leave out.

    Example: tda dups train.jsonl eval.jsonl --text instruction,output --json

    Example: tda dups eval.jsonl --text question --against train.jsonl --against-text output

    Example: tda dups web.parquet --shingles word --threshold 0.7

    Example: tda dups forum.dat --format csv --encoding gb18030 --text body
    """
    from pipelines.cli.comparing import compare_files

    return compare_files(
        paths,
        against=against or (),
        text=text,
        against_text=against_text,
        threshold=threshold,
        shingles=shingles,
        layout=layout,
        encoding=encoding,
        pairs=pairs,
        workers=workers,
        engine=engine,
        as_json=as_json,
        lang=lang,
    )
