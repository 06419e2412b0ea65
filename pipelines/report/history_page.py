"""The history of a dataset as one self-contained page, in the visual language of the report."""

from collections.abc import Mapping
from pathlib import Path

from pipelines.language.catalogue import Language
from pipelines.model.history import Changes, RunPoint
from pipelines.ownership import temporary_name
from pipelines.report import words
from pipelines.report.drawings import history
from pipelines.report.html import FILES, HISTORIES, environment, saying, style_sheet
from pipelines.report.marks import SYMBOLS
from pipelines.report.model import HistoryPart, Report

ALONE: Mapping[str, str] = {"report": "", "other": "", "other_file": ""}
"""Where a page stands alone, it leads nowhere."""


def history_beside(report: Report, language: Language) -> str:
    """The page that lies beside the pages of `report`: it leads back, and to the other language."""
    other = Language.EN if language is Language.ZH else Language.ZH
    around = {"report": FILES[language], "other": other.value, "other_file": HISTORIES[other]}
    dataset, part = report.identity.dataset, report.history
    return render_history(dataset, part.points, part.changes, language, around)


def render_history(
    dataset: str,
    points: tuple[RunPoint, ...],
    changes: Changes | None,
    language: Language,
    around: Mapping[str, str] = ALONE,
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
        **around,
    )


def write_history_page(
    path: Path,
    dataset: str,
    points: tuple[RunPoint, ...],
    changes: Changes | None,
    language: Language,
) -> None:
    """The page is in the file `path`, whole or not at all."""
    written = path.with_name(temporary_name())
    try:
        text = render_history(dataset, points, changes, language)
        written.write_text(text, encoding="utf-8", errors="backslashreplace", newline="\n")
        written.replace(path)
    finally:
        written.unlink(missing_ok=True)
