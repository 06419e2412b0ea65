"""`tda pii PATH…`: where personal information is, a line a hit, never the value."""

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from pipelines.language.catalogue import Language
    from pipelines.stages.pii_listing import Tally


def register(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command("pii")(pii)


def pii(
    paths: Annotated[
        list[str],
        typer.Argument(metavar="PATH…", help="Files, folders or s3:// objects."),
    ],
    text: Annotated[
        str | None,
        typer.Option(help="Columns to search, commas between them; plain text needs none."),
    ] = None,
    layout: Annotated[
        str | None,
        typer.Option("--format", help="jsonl, json, parquet, csv, tsv or text; default: guessed."),
    ] = None,
    split: Annotated[
        str, typer.Option(help="What a record of plain text is: line, paragraph or file.")
    ] = "line",
    encoding: Annotated[
        str | None, typer.Option(help="Of CSV and text files; default: UTF-8, else GB18030.")
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="The summary on stderr is JSON too; hits always are.")
    ] = False,
    lang: Annotated[str | None, typer.Option(help="zh or en; default: the locale.")] = None,
) -> int:
    """Find personal information; print JSON Lines: file, row, column, start, end, type, tier.

    Places count code points, the end is exclusive. `valid` means that check digit, range or
    keyword hold; `lookalike` that only the shape does. The summary goes to stderr.

    Example: tda pii data/*.jsonl --text instruction,output > hits.jsonl
    """
    import json
    import os
    import sys

    from connectors.base import ReadRequest
    from connectors.encoding import declared
    from connectors.reading import expand
    from pipelines.cli.choosing import one_of
    from pipelines.cli.progress import StageBars
    from pipelines.language.choice import choose_language
    from pipelines.model.dataset import Format, Split
    from pipelines.settings import read_settings
    from pipelines.stages.pii_listing import Tally, list_hits

    language = choose_language(lang, os.environ)
    request = ReadRequest(
        columns=_columns(text),
        format=None if layout is None else Format(one_of("--format", layout, list(Format))),
        split=Split(one_of("--split", split, list(Split))),
        # an encoding nobody knows is misuse, also where no file needs one
        encoding=None if encoding is None else declared(encoding),
        max_record_bytes=read_settings().max_record_bytes,
    )
    files = expand(paths)
    tally = Tally()
    with StageBars(language) as bars:
        bars.start("scan", len(files))
        last = None
        for path, lines in list_hits(files, request, tally):
            if last not in (None, path):
                bars.advance()
            last = path
            sys.stdout.writelines(json.dumps(line) + "\n" for line in lines)
        bars.done("scan")
    sys.stdout.flush()
    _print_summary(tally, len(files), language, as_json=as_json)
    return 0


def _columns(text: str | None) -> tuple[str, ...]:
    from pipelines.model.errors import ConfigError
    from pipelines.model.message import msg

    if text is None:
        return ()
    names = tuple(dict.fromkeys(name.strip() for name in text.split(",")))
    if "" in names:
        raise ConfigError(
            msg("--text {text} names an empty column", text=text),
            advice=msg("write the names with commas between them: --text instruction,output"),
        )
    return names


def _print_summary(tally: "Tally", files: int, language: "Language", *, as_json: bool) -> None:
    import json

    from pipelines.language.catalogue import translate
    from pipelines.model.message import msg

    hits: dict[str, dict[str, int]] = {}
    for (kind, tier), count in sorted(tally.hits.items()):
        hits.setdefault(kind, {})[tier] = count
    if as_json:
        counts = {"files": files, "records": tally.records, "quarantined": tally.quarantined}
        typer.echo(json.dumps({**counts, "hits": hits}), err=True)
        return
    summary = msg(
        "{records} records in {files} files, {quarantined} quarantined, {hits} hits",
        records=tally.records,
        files=files,
        quarantined=tally.quarantined,
        hits=tally.hits.total(),
    )
    typer.echo(translate(summary, language), err=True)
    for kind, tiers in hits.items():
        figures = ", ".join(f"{tier} {count}" for tier, count in sorted(tiers.items()))
        typer.echo(f"  {kind}: {figures}", err=True)
