"""The history of a dataset as one self-contained page, in the visual language of the report."""

import os
from pathlib import Path

from pipelines.language.catalogue import Language
from pipelines.model.history import Changes, RunPoint
from pipelines.report import words
from pipelines.report.drawings import history
from pipelines.report.html import environment, saying, style_sheet
from pipelines.report.marks import SYMBOLS
from pipelines.report.model import HistoryPart


def render_history(
    dataset: str, points: tuple[RunPoint, ...], changes: Changes | None, language: Language
) -> str:
    """The page: no script, and no request leaves it."""
    part = HistoryPart(points=points, changes=changes)
    template = environment(language).get_template("history_page.j2")
    return template.render(
        dataset=dataset,
        h=part,
        hd=history(part, saying(language)),
        lang=language.value,
        style=style_sheet(dataset, "", points[-1].run if points else ""),
        symbols=SYMBOLS,
        words=words,
        figures={},
    )


def write_history_page(
    path: Path,
    dataset: str,
    points: tuple[RunPoint, ...],
    changes: Changes | None,
    language: Language,
) -> None:
    """The page is in the file `path`, whole or not at all."""
    written = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        text = render_history(dataset, points, changes, language)
        written.write_text(text, encoding="utf-8", errors="backslashreplace", newline="\n")
        written.replace(path)
    finally:
        written.unlink(missing_ok=True)
