"""`tda agreement FILE`: how far annotators agree beyond chance, with an interval."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from pipelines.model.profile import Agreement

LEVELS = ("nominal", "ordinal", "interval")
REPEATS = ("all", "first", "last", "drop")


def register(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command("agreement")(agreement)


def agreement(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="CSV, TSV, JSON Lines, JSON array or Parquet.")
    ],
    item: Annotated[str, typer.Option(help="Column with the id of the item.")],
    label: Annotated[str, typer.Option(help="Column with the label.")],
    annotator: Annotated[
        str | None,
        typer.Option(help="Column with the id of the annotator; left out where there is none."),
    ] = None,
    level: Annotated[str, typer.Option(help="nominal, ordinal or interval.")] = "nominal",
    repeats: Annotated[
        str, typer.Option(help="Ratings of one item by one person: all, first, last or drop.")
    ] = "all",
    draws: Annotated[int, typer.Option(min=100, max=100_000, help="Resamples.")] = 2000,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the resamples.")] = 20261121,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")] = False,
    lang: Annotated[str | None, typer.Option(help="zh or en; default: the locale.")] = None,
) -> int:
    """Krippendorff's alpha with a bootstrap interval, AC1, Fleiss, Cohen and raw agreement.

    Example: tda agreement labels.csv --item item --annotator annotator --label label

    Where nobody says who voted, leave --annotator out:

    Example: tda agreement votes.csv --item item --label vote
    """
    import os

    from pipelines.kernels.agreement import MeasurementLevel
    from pipelines.kernels.agreement_ratings import Repeats, encode, resolved
    from pipelines.kernels.agreement_summary import measure
    from pipelines.language.choice import choose_language

    language = choose_language(lang, os.environ)
    _choice("--level", level, LEVELS)
    _choice("--repeats", repeats, REPEATS)
    wanted = (item, label) if annotator is None else (item, label, annotator)
    items, labels, *people = _read(file, wanted, language)
    ratings = resolved(encode(items, people[0] if people else None, labels), Repeats(repeats))
    found = measure(ratings, MeasurementLevel(level), draws=draws, seed=seed)
    if as_json:
        typer.echo(json.dumps(document(found, language)))
    else:
        _print(found, language)
    return 0


def document(found: "Agreement", language: str) -> Mapping[str, object]:
    """The public JSON: a figure that is undefined is null, and `why` says why."""
    from pipelines.language.catalogue import gettext

    figures = {figure.coefficient: figure for figure in found.figures}
    names = {"alpha": "alpha", "ac1": "ac1", "fleiss": "fleiss", "cohen": "cohen"}
    names["raw"] = "raw_agreement"
    why = {
        names[name] if figure.value is None else f"{names[name]}_interval": gettext(
            figure.why, language
        )
        for name, figure in figures.items()
        if figure.why and (figure.value is None or name == "alpha")
    }
    alpha = figures["alpha"]
    interval = None
    if alpha.low is not None and alpha.high is not None:
        interval = [float(alpha.low), float(alpha.high)]
    values = {
        public: None if (text := figures[name].value) is None else float(text)
        for name, public in names.items()
    }
    return {
        "items": found.items,
        "annotators": found.annotators,
        "ratings": found.ratings,
        "alpha": values["alpha"],
        "alpha_interval": interval,
        "interval_kind": alpha.interval,
        "ac1": values["ac1"],
        "fleiss": values["fleiss"],
        "cohen": values["cohen"],
        "raw_agreement": values["raw_agreement"],
        "repeated": found.repeated,
        "ties": found.ties,
        **({"why": why} if why else {}),
    }


def _read(file: Path, wanted: tuple[str, ...], language: str) -> tuple[list[str], ...]:
    """The columns `wanted`, of the rows that have a value in each."""
    from connectors.base import ReadRequest, Reason
    from connectors.reading import read
    from pipelines.language.catalogue import translate
    from pipelines.model.errors import ConfigError
    from pipelines.model.message import msg

    if not file.is_file():
        folder = msg("{path} is a folder, not a data file.", path=str(file))
        raise ConfigError(
            folder if file.is_dir() else msg("There is no file {path}.", path=str(file)),
            advice=msg("Check the path, and that this user may read the file."),
        )
    request = ReadRequest(columns=tuple(dict.fromkeys(wanted)))
    rows: tuple[list[str], ...] = tuple([] for _ in wanted)
    unread, absent, empty = 0, 0, 0
    for block in read(file, request):
        unread += len(block.quarantined)
        absent += sum(q.reason is Reason.COLUMN_ABSENT for q in block.quarantined)
        given = [block.batch.column(name).to_pylist() for name in wanted]
        for row in zip(*given, strict=True):
            if all(row):
                for column, value in zip(rows, row, strict=True):
                    column.append(str(value))
            else:
                empty += 1
    if not rows[0] and absent:
        raise ConfigError(
            msg(
                "No row of {file} has the columns {columns}.",
                file=file.name,
                columns=", ".join(wanted),
            ),
            advice=msg("Name the columns with --item, --annotator and --label."),
        )
    if unread or empty:
        left = msg(
            "{unread} rows could not be read and {empty} have an empty cell; they are left out.",
            unread=unread,
            empty=empty,
        )
        typer.echo(translate(left, language), err=True)
    return rows


def _choice(option: str, given: str, allowed: tuple[str, ...]) -> None:
    from pipelines.model.errors import ConfigError
    from pipelines.model.message import msg

    if given not in allowed:
        raise ConfigError(
            msg("{option} cannot be {given}.", option=option, given=given[:40]),
            advice=msg("Use one of {allowed}.", allowed=", ".join(allowed)),
        )


def _print(found: "Agreement", language: str) -> None:
    """The figures as a small table."""
    from pipelines.language.catalogue import gettext, translate
    from pipelines.model.message import msg

    head = msg(
        "{items} items, {annotators} annotators, {ratings} ratings, {repeated} of them repeated; "
        "{ties} items without a single most frequent label",
        items=found.items,
        annotators="–" if found.annotators is None else found.annotators,
        ratings=found.ratings,
        repeated=found.repeated,
        ties=found.ties,
    )
    typer.echo(translate(head, language))
    for figure in found.figures:
        said = gettext(figure.why or figure.interval or "", language)
        if figure.value is not None and figure.low is not None:
            said = f"[{figure.low}, {figure.high}]  {said}"
        typer.echo(f"{figure.coefficient:8}{figure.value or '–':>10}  {said}")
