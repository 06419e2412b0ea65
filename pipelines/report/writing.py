"""The reports of a run as files."""

from collections.abc import Mapping
from pathlib import Path

from pipelines.language.catalogue import Language
from pipelines.model.audit import AuditRecord
from pipelines.ownership import temporary_name
from pipelines.report.assemble import assemble
from pipelines.report.catalogue_view import CatalogueView, from_expectations
from pipelines.report.history_page import history_beside
from pipelines.report.html import FILES, HISTORIES, render_html
from pipelines.report.json import render_json

JSON_FILE = "report.json"


def write_reports(
    record: AuditRecord, folder: Path, catalogue: CatalogueView | None = None
) -> Mapping[str, Path]:
    """`report.zh.html`, `report.en.html` and `report.json` exist in `folder`, whole or not at all.

    Returns their paths under `html`, `html_en` and `json`; the pages link to each other. Of a
    sealed run there are the pages of its history too, `history` and `history_en`.
    """
    report = assemble(record, catalogue or from_expectations())
    folder.mkdir(parents=True, exist_ok=True)
    written = {}
    if report.history.points:  # first, so that the report never leads nowhere
        for name, language in (("history", Language.ZH), ("history_en", Language.EN)):
            path = folder / HISTORIES[language]
            written[name] = _put(path, history_beside(report, language))
    return {
        "html": _put(folder / FILES[Language.ZH], render_html(report, Language.ZH)),
        "html_en": _put(folder / FILES[Language.EN], render_html(report, Language.EN)),
        "json": _put(folder / JSON_FILE, render_json(report)),
        **written,
    }


def _put(path: Path, text: str) -> Path:
    written = path.with_name(temporary_name())
    # a lone surrogate is shown by its number in a page, and escaped in JSON
    written.write_text(text, encoding="utf-8", errors="backslashreplace", newline="\n")
    written.replace(path)
    return path
