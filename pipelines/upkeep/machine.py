"""What the machine gives: settings, versions, disk, and a place for compiled kernels."""

import os
import platform
import re
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib import metadata
from pathlib import Path

from pipelines.kernels.native.build import library_path
from pipelines.model.errors import ConfigError
from pipelines.model.message import msg
from pipelines.settings import Settings, read_settings
from pipelines.upkeep.line import Line, failed, note, ok, wrong

LEAST_FREE_BYTES = 1024**3
READ = (
    "TDA_WORKERS",
    "TDA_MAX_RECORD_BYTES",
    "TDA_MEMORY_LIMIT",
    "TDA_ENGINE",
    "TDA_SPARK_MASTER",
    "TDA_REHASH",
)
"""Settings that not every text fits."""
PYTHONS = ((3, 11), (3, 14))
"""From the first on, before the second."""


def settings_lines(
    environ: Mapping[str, str], others: Mapping[str, Callable[[Mapping[str, str]], object]]
) -> tuple[list[Line], Settings]:
    """A line for each variable that cannot be followed, and the settings without those.

    `others` reads further variables: name of the first → reader that raises ConfigError.
    """
    lines, usable = [], dict(environ)
    for name in READ:
        only = {key: value for key, value in environ.items() if key == name}
        try:
            read_settings(only)
        except ConfigError as error:
            lines.append(failed("settings", error))
            del usable[name]
    settings = read_settings(usable)
    lines += _root_lines(settings)
    for reader in others.values():
        try:
            reader(environ)
        except ConfigError as error:
            lines.append(failed("settings", error))
    if not lines:
        lines.append(ok("settings", msg("every TDA_ setting can be followed")))
    return lines, settings


def _root_lines(settings: Settings) -> Iterator[Line]:
    for root in settings.roots:
        if not root.is_dir():
            yield wrong(
                "settings",
                msg("the root {path} is not a folder", path=str(root)),
                msg("correct TDA_ROOTS; it lists folders"),
            )


def version_lines() -> Iterator[Line]:
    """Python, and Airflow where it is installed."""
    first, last = PYTHONS
    current = platform.python_version()
    if first <= sys.version_info[:2] < last:
        yield ok("python", msg("Python {version}", version=current))
    else:
        yield wrong(
            "python",
            msg("Python {version} is not one tda was tested on", version=current),
            msg("use Python 3.11, 3.12 or 3.13"),
        )
    try:
        found = metadata.version("apache-airflow")
    except metadata.PackageNotFoundError:
        yield ok("airflow", msg("Airflow is not installed; the command line does without it"))
        return
    asked = _asked("apache-airflow")
    if asked is None or _within(found, *asked):
        yield ok("airflow", msg("Airflow {version}", version=found))
    else:
        yield wrong(
            "airflow",
            msg("Airflow {version} is not one the DAGs were written for", version=found),
            msg(
                "install apache-airflow {least} or later, before {end}",
                least=asked[0],
                end=asked[1],
            ),
        )


def disk_line(settings: Settings, *, free: Callable[[Path], int] | None = None) -> Line:
    """Whether there is room under the workspace, and leave to write there."""
    home = settings.home
    if not os.access(home, os.W_OK | os.X_OK):
        return wrong(
            "disk",
            msg("{home} cannot be written", home=str(home)),
            msg("give the account that runs tda the right to write there, or set TDA_HOME"),
        )
    left = (free or _free)(home)
    said = msg("{mib} MiB free under {home}", mib=left // 1024**2, home=str(home))
    if left >= LEAST_FREE_BYTES:
        return ok("disk", said)
    return wrong(
        "disk", said, msg("make room: tda doctor --sweep, tda retention plan, or a larger disk")
    )


def kernels_line(levels: Sequence[str], folders: Sequence[Path]) -> Line:
    """Whether the kernels for the best of `levels` lie compiled in one of `folders`."""
    found = [path for folder in folders if (path := library_path(levels[0], folder)).exists()]
    if found:
        said = msg("kernels compiled for {level}: {path}", level=levels[0], path=str(found[0]))
        return ok("kernels", said)
    return wrong(
        "kernels",
        msg("the compiled kernels for {level} are missing", level=levels[0]),
        msg(
            "install a compiler (pip install ziglang), then run "
            "python -m pipelines.kernels.native.build"
        ),
    )


def odd_home_line(environ: Mapping[str, str], settings: Settings) -> Line | None:
    """A word where `TDA_HOME` depends on the folder tda is started in."""
    named = environ.get("TDA_HOME", "")
    if named and Path(named).is_absolute():
        return None
    return note(
        "settings",
        msg("the workspace is {home}, which follows the current folder", home=str(settings.home)),
        msg("set TDA_HOME to an absolute path where a schedule runs tda"),
    )


def _free(folder: Path) -> int:
    return shutil.disk_usage(folder).free


def _asked(distribution: str) -> tuple[str, str] | None:
    """The least version our own metadata asks for, and the first it does not take."""
    try:
        required = metadata.requires("training-data-audit") or []
    except metadata.PackageNotFoundError:
        return None
    for text in required:
        least, below = re.search(r">=([\d.]+)", text), re.search(r"<([\d.]+)", text)
        if re.match(rf"{re.escape(distribution)}[<>=~! ]", text) and least and below:
            return least.group(1), below.group(1)
    return None


def _within(found: str, least: str, below: str) -> bool:
    return _numbers(least) <= _numbers(found) < _numbers(below)


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version)[:3])
