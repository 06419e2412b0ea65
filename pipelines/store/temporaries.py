"""Temporary files that a killed process left behind, found and removed.

A name carries the process that writes the file (`pipelines.ownership`), so what belongs to a dead
one is known at once and what belongs to a living one is never touched. Where a name says nothing,
or was given on another machine, only time tells: a week without a change.
"""

import logging
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from pipelines.ownership import writer_is_gone
from pipelines.settings import Settings
from pipelines.store.evidence import INCOMING

UNTOUCHED = timedelta(days=7)
"""After this long without a change, a temporary whose writer cannot be seen counts as orphaned."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Orphan:
    """A temporary file or folder whose writer is gone, and its bytes."""

    path: Path
    bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Swept:
    """What a sweep removed, and how much it could not remove."""

    removed: int
    bytes: int
    left: int


def orphans(settings: Settings, *, now: datetime | None = None) -> list[Orphan]:
    """The orphaned temporaries of the workspace, by path.

    Without `now` only those whose writer is known to be gone, in the folders that are quick to
    list; with it also the old ones of writers unknown, and in every folder of evidence and reports.
    """
    places = _usual(settings) if now is None else {*_usual(settings), *_unusual(settings)}
    found = []
    for path in sorted(places):
        gone = writer_is_gone(path.name)
        if gone or (gone is None and now is not None and _untouched(path, now)):
            found.append(Orphan(path, sum(_sizes(path))))
    return found


def sweep(settings: Settings, *, now: datetime | None = None) -> Swept:
    """The orphans are removed, see `orphans`; one that cannot be is left, and counted."""
    removed, size, left = 0, 0, 0
    for orphan in orphans(settings, now=now):
        try:
            if orphan.path.is_dir() and not orphan.path.is_symlink():
                shutil.rmtree(orphan.path)
            else:
                orphan.path.unlink(missing_ok=True)
        except OSError as error:
            left += 1
            logger.warning("a temporary file was left: %s", error.strerror)
            continue
        removed, size = removed + 1, size + orphan.bytes
    if removed:
        logger.info("swept %d orphaned temporaries, %d bytes", removed, size)
    return Swept(removed=removed, bytes=size, left=left)


def _usual(settings: Settings) -> set[Path]:
    """Everything in the folders of temporaries, and what is named like one beside other files."""
    evidence = settings.evidence
    named = [settings.home, settings.keys, settings.passages, evidence / "shards"]
    return {
        *_children(settings.home / "tmp"),
        *_children(evidence / INCOMING),
        *(path for folder in named for path in _children(folder) if _is_temporary(path.name)),
    }


def _unusual(settings: Settings) -> Iterator[Path]:
    for top in (settings.evidence, settings.reports):
        for folder, _, names in os.walk(top):
            yield from (Path(folder, name) for name in names if _is_temporary(name))


def _is_temporary(name: str) -> bool:
    return name.startswith(".tmp-") or (name.startswith(".") and name.endswith((".part", ".tmp")))


def _children(folder: Path) -> list[Path]:
    try:
        return list(folder.iterdir())
    except (FileNotFoundError, NotADirectoryError):
        return []


def _untouched(path: Path, now: datetime) -> bool:
    newest = max((item.st_mtime for item in _stats(path)), default=now.timestamp())
    return newest < (now - UNTOUCHED).timestamp()


def _sizes(path: Path) -> Iterator[int]:
    return (item.st_size for item in _stats(path))


def _stats(path: Path) -> Iterator[os.stat_result]:
    """Of `path` and everything in it; links are not followed, and what vanishes is passed over."""
    paths = [path]
    if path.is_dir() and not path.is_symlink():
        paths += [Path(top, name) for top, dirs, files in os.walk(path) for name in dirs + files]
    for item in paths:
        try:
            yield item.lstat()
        except FileNotFoundError:
            continue
