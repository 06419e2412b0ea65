"""Carrying out `tda trend` and `tda diff`: read, compare, print."""

import json
import os
from pathlib import Path

import typer

from pipelines.cli.changes_text import lines_of
from pipelines.engine.opening import open_engine
from pipelines.language.catalogue import Language, translate
from pipelines.language.choice import choose_language
from pipelines.language.visible import visible, visible_json
from pipelines.language.width import table
from pipelines.model.errors import ConfigError
from pipelines.model.history import LEVELS, Changes, RunPoint
from pipelines.model.ids import RunId
from pipelines.model.message import msg
from pipelines.model.os_reason import os_reason
from pipelines.report.history_page import write_history_page
from pipelines.report.json import plain
from pipelines.report.words import GATES
from pipelines.settings import Settings, read_settings
from pipelines.stages.changes import changes_between
from pipelines.stages.history import history_of
from pipelines.store.database import Store, open_store


def show_trend(
    dataset: str, *, limit: int, html: Path | None, as_json: bool, lang: str | None
) -> None:
    """The runs of `dataset` on stdout, and as a page in `html` where it is named.

    Raises:
        ConfigError: no run of the dataset has been sealed, or the page cannot be written.
    """
    language = choose_language(lang, os.environ)
    settings = read_settings()
    store = open_store(settings)
    points = history_of(store, dataset, limit=limit)
    if not points:
        raise ConfigError(
            msg("no finished audit of {dataset} is on record", dataset=dataset),
            advice=msg("audit it first (tda audit MANIFEST), or check the name and TDA_HOME"),
        )
    if html is not None:
        changes = _since_last(points, store, settings)
        _write_page(html, dataset, points, changes, language)
    if as_json:
        document = {
            "dataset": dataset,
            "runs": [plain(point) for point in points],
            "levels": {name: level.value for name, level in LEVELS.items()},
            "html": str(html) if html else None,
        }
        typer.echo(visible_json(json.dumps(document, ensure_ascii=False, indent=1)))
        return
    for line in _table(points, language):
        typer.echo(line)
    if html is not None:
        typer.echo(str(html))


def show_changes(
    before: str, after: str, *, places: int, parquet: Path | None, as_json: bool, lang: str | None
) -> None:
    """What changed on stdout, every changed place in a Parquet file.

    Raises:
        ConfigError: one of the runs is not on record or has no gate, or the file cannot be written.
    """
    language = choose_language(lang, os.environ)
    settings = read_settings()
    store = open_store(settings)
    keep = parquet or settings.home / "diffs" / f"{before}..{after}.parquet"
    try:
        with open_engine(settings) as engine:
            changes = changes_between(
                RunId(before), RunId(after), store=store, engine=engine, places=places, keep=keep
            )
    except OSError as error:
        raise _unwritable(keep, error) from error
    kept = str(keep) if changes.counts is not None else None
    if as_json:
        document = plain(changes)
        assert isinstance(document, dict)  # noqa: S101  a dataclass becomes one
        more = {"nothing": changes.nothing, "level": "re-runnable", "parquet": kept}
        printed = json.dumps({**document, **more}, ensure_ascii=False, indent=1)
        typer.echo(visible_json(printed))
        return
    for text in lines_of(changes, language):
        typer.echo(text)
    if kept:
        typer.echo(kept)


def _since_last(points: tuple[RunPoint, ...], store: Store, settings: Settings) -> Changes | None:
    if len(points) < 2:
        return None
    with open_engine(settings) as engine:
        return changes_between(points[-2].run, points[-1].run, store=store, engine=engine, places=5)


def _write_page(
    path: Path,
    dataset: str,
    points: tuple[RunPoint, ...],
    changes: Changes | None,
    language: Language,
) -> None:
    try:
        write_history_page(path, dataset, points, changes, language)
    except OSError as error:
        raise _unwritable(path, error) from error


def _unwritable(path: Path, error: OSError) -> ConfigError:
    return ConfigError(
        msg("{path} cannot be written ({reason})", path=str(path), reason=os_reason(error)),
        advice=msg("name a file in a folder that can be written"),
    )


def _table(points: tuple[RunPoint, ...], language: Language) -> list[str]:
    head = (
        msg("Run"),
        msg("Gate"),
        msg("Records"),
        msg("Quarantined"),
        msg("Repeated"),
        msg("Identifiers"),
        msg("Consent"),
    )
    rows = [[translate(cell, language) for cell in head]]
    for point in points:
        consent = f"{point.consent_valid:,} / {point.consent_base:,}"
        rows.append(
            [
                visible(point.run),
                translate(GATES[point.gate].text, language),
                f"{point.records:,}",
                f"{point.quarantined:,}",
                f"{point.exact_duplicates + point.near_duplicates:,}",
                f"{point.personal_information:,}",
                consent if point.consent_base else "–",
            ]
        )
    return table(rows, left=2)
