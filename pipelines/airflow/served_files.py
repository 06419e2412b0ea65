"""Which files the pages beside Airflow's may give out: reports and drafts, by validated names."""

import re
from pathlib import Path

from pipelines.inquiry.draft import DRAFT, inquiry_folder
from pipelines.model.ids import RunId
from pipelines.report.cover import JSON_FILE as COVER_JSON
from pipelines.report.cover import PAGES
from pipelines.report.html import FILES, HISTORIES
from pipelines.report.writing import JSON_FILE as REPORT_JSON
from pipelines.settings import Settings
from pipelines.stages.report import report_folder

_RUN = re.compile(r"run-[0-9]{8}-[0-9]{4}-[0-9a-f]{8}")
_INQUIRY = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
REPORTS = frozenset({*FILES.values(), *HISTORIES.values(), REPORT_JSON})
COVERS = frozenset({*PAGES.values(), COVER_JSON})


def report_file(settings: Settings, run: str, name: str) -> Path | None:
    """The file `name` of the report of `run`; None where there is none, or it is no such name."""
    if not _RUN.fullmatch(run) or name not in REPORTS:
        return None
    return _below(settings.reports, report_folder(settings, RunId(run)) / name)


def draft_file(settings: Settings, inquiry: str, name: str, run: str | None = None) -> Path | None:
    """A page of the draft that answers `inquiry`: of its cover, or of the report of `run` in it."""
    if not _INQUIRY.fullmatch(inquiry):
        return None
    draft = inquiry_folder(settings, inquiry) / DRAFT
    if run is None:
        return _below(draft, draft / name) if name in COVERS else None
    if not _RUN.fullmatch(run) or name not in REPORTS:
        return None
    return _below(draft, draft / "runs" / run / name)


def _below(folder: Path, path: Path) -> Path | None:
    """`path`, when it is a regular file below `folder` with every link resolved."""
    try:
        real = path.resolve(strict=True)
        root = folder.resolve(strict=True)
    except OSError:
        return None
    return real if real.is_file() and real.is_relative_to(root) else None
