"""Carrying out `tda dups`: sketch every file, relate the texts, write the pairs."""

import json
import os
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from pathlib import Path

import numpy as np
import pyarrow as pa
import typer

from connectors.base import ReadRequest
from connectors.encoding import declared
from connectors.location import File, full_name
from pipelines.cli.choosing import one_of
from pipelines.cli.comparing_text import lines_of
from pipelines.cli.pair_file import not_an_input, write_pairs
from pipelines.cli.progress import StageBars
from pipelines.cli.side import Side, Sketched, side_of, sketch_side, workers_for
from pipelines.engine.base import Engine
from pipelines.engine.opening import open_engine
from pipelines.kernels.sketch_spec import DEFAULT, WORD
from pipelines.kernels.units import Unit
from pipelines.language.catalogue import translate
from pipelines.language.choice import choose_language
from pipelines.model.dataset import Format
from pipelines.model.errors import ConfigError
from pipelines.model.message import msg
from pipelines.ownership import stamp
from pipelines.settings import ENGINES, make_folder, read_settings
from pipelines.stages.containment import contained
from pipelines.stages.duplicates import Duplicates, find_duplicates, summary_of
from pipelines.stages.placing import places
from pipelines.stages.rereading import Rereader
from pipelines.stages.sharing import shared_texts


def compare_files(
    paths: Sequence[Path | str],
    *,
    against: Sequence[Path | str],
    text: str,
    against_text: str | None,
    threshold: str,
    shingles: str,
    layout: str | None,
    encoding: str | None,
    pairs: Path | None,
    workers: int | None,
    engine: str | None,
    as_json: bool,
    lang: str | None,
) -> int:
    """The duplicates across `paths` on stdout, the pairs in a Parquet file; the exit code.

    With files to compare `against`: which records repeat one of those, whatever they repeat among
    themselves.

    Raises:
        ConfigError: A path, column, format, encoding or threshold nobody can follow.
    """
    began = time.monotonic()
    language = choose_language(lang, os.environ)
    settings = read_settings()
    if engine is not None:
        settings = replace(settings, engine=one_of("--engine", engine, ENGINES))
    least = _threshold(threshold)
    unit = Unit(one_of("--shingles", shingles, list(Unit)))
    request = ReadRequest(
        columns=_columns("--text", text),
        format=None if layout is None else Format(one_of("--format", layout, list(Format))),
        # an encoding nobody knows is misuse, said before any work
        encoding=None if encoding is None else declared(encoding),
        max_record_bytes=settings.max_record_bytes,
    )
    compared = replace(side_of(paths, request), unit=unit)
    others = replace(_others(against, against_text, request), unit=unit)
    _nothing_on_both_sides(compared, others)
    files = [*others.files, *compared.files]
    not_an_input(pairs, files)
    temporary = settings.home / "tmp"
    make_folder(temporary)
    pool = workers_for(files, workers or settings.workers)
    with (
        open_engine(settings, workers=pool) as running,
        tempfile.TemporaryDirectory(dir=temporary, prefix=f"dups-{stamp()}-") as folder,
    ):
        with StageBars(language) as bars:
            bars.start("scan", len(files))
            theirs = sketch_side(others, (), engine=running, folder=folder, progress=bars)
            if against and not theirs.flat:
                raise _nothing_to_compare_with(theirs)
            ours = sketch_side(compared, others.files, engine=running, folder=folder, progress=bars)
            bars.done("scan")
            # what reading here has freed, Arrow would keep while DuckDB fills the memory it may
            pa.default_memory_pool().release_unused()
            bars.start("relate", None)
            found = _related(others, theirs, compared, ours, running, Path(folder), float(least))
            bars.done("relate")
        ledger = write_pairs(found, [full_name(file) for file in files], pairs, settings.home)
    figures = summary_of(found, str(least), spec=DEFAULT if unit is Unit.CHAR else WORD)
    if against:
        figures = _contained(found, theirs, figures)
    outcome = {
        **ours.counts(),
        **figures,
        "pairs": str(ledger),
        "seconds": round(time.monotonic() - began, 3),
    }
    if as_json:
        typer.echo(json.dumps(outcome, ensure_ascii=False, indent=1))
    else:
        for line in lines_of(outcome):
            typer.echo(translate(line, language))
    return 0


def _related(
    others: Side,
    theirs: Sketched,
    compared: Side,
    ours: Sketched,
    engine: Engine,
    folder: Path,
    threshold: float,
) -> Duplicates:
    """The pairs, where the files of `others` come before those that are `compared`."""
    flat = [*theirs.flat, *ours.flat]
    rereader = Rereader(
        [*others.files, *compared.files],
        [*[others.request] * len(others.files), *[compared.request] * len(compared.files)],
        compared.unit,
    )
    if not others.files:
        return find_duplicates(
            flat, engine=engine, folder=folder, rereader=rereader, threshold=threshold
        )
    since = int(places(len(others.files), np.zeros(1, np.int64))[0])
    return contained(shared_texts(flat, engine=engine, folder=folder), since, rereader, threshold)


def _contained(
    found: Duplicates, theirs: Sketched, figures: dict[str, object]
) -> dict[str, object]:
    """The figures of a comparison with other files, where nothing is removed or preferred."""
    own = ("exact_duplicates", "near_duplicates", "clusters", "keep")
    return {
        "against": {**theirs.counts(), "repeated": found.clusters},
        "contained": {"exact": found.exact_duplicates, "near": found.near_duplicates},
        **{name: value for name, value in figures.items() if name not in own},
    }


def _others(against: Sequence[Path | str], text: str | None, request: ReadRequest) -> Side:
    """The files to compare with: none unless asked for."""
    if text is not None and not against:
        raise ConfigError(
            msg("--against-text is given, but no file to compare with"),
            advice=msg("name the files with --against, or leave --against-text out"),
        )
    if text is not None:
        request = replace(request, columns=_columns("--against-text", text))
    return side_of(against, request, "--against-text")


def _nothing_on_both_sides(compared: Side, others: Side) -> None:
    there = {_itself(file) for file in others.files}
    for file in compared.files:
        if _itself(file) in there:
            raise ConfigError(
                msg("{file} is compared with itself", file=full_name(file)),
                advice=msg("leave it out before --against or after it"),
            )


def _itself(file: File) -> str:
    """The same for every name of a file."""
    return str(file.resolve()) if isinstance(file, Path) else file.uri


def _nothing_to_compare_with(theirs: Sketched) -> ConfigError:
    return ConfigError(
        msg(
            "the --against files hold no text to compare with: {records} records, {empty} empty, "
            "{quarantined} quarantined",
            records=theirs.records,
            empty=theirs.empty,
            quarantined=theirs.quarantined,
        ),
        advice=msg("check --against, --against-text, --format and --encoding"),
    )


def _columns(option: str, text: str) -> tuple[str, ...]:
    columns = tuple(dict.fromkeys(name.strip() for name in text.split(",")))
    if not all(columns):
        raise ConfigError(
            msg("{option} names no column in {text}", option=option, text=repr(text)),
            advice=msg("name the columns of the text: {option} instruction,output", option=option),
        )
    return columns


def _threshold(text: str) -> Decimal:
    try:
        least = Decimal(text)
    except InvalidOperation:
        least = Decimal(0)
    if not (least.is_finite() and 0 < least <= 1):
        raise ConfigError(
            msg("--threshold is {text}, not a number above 0 up to 1", text=text),
            advice=msg("give a Jaccard similarity, for example --threshold 0.8"),
        )
    return least
