"""What was measured as sections of docs/performance.md, each with machine, versions and command.

A section stands between two markers and is replaced as a whole; what is outside of markers is
written by people. Nothing comes into a section but what the command that is named in it measured.
"""

import argparse
import datetime
import os
import platform
import shlex
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path

from pipelines.kernels.native.library import best_level

PAGE = Path(__file__).resolve().parent.parent / "docs" / "performance.md"
OURS = ("training-data-audit", "numpy", "pyarrow", "duckdb", "scipy")


@dataclass(frozen=True, kw_only=True)
class Section:
    """The outcome of one command."""

    name: str
    command: str
    body: Sequence[str]
    versions: Mapping[str, str] = field(default_factory=dict)
    """Of the peers that took part."""


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return [f"| {' | '.join(line)} |" for line in lines]


def machine() -> str:
    """Processor, cores, memory, system, and the library of kernels: as far as the system tells."""
    pages, size = os.sysconf("SC_PHYS_PAGES"), os.sysconf("SC_PAGE_SIZE")
    return (
        f"{_processor()}, {os.cpu_count()} cores, {pages * size / 2**30:.0f} GiB, "
        f"{platform.system()} {platform.machine()}, kernels for {best_level()}"
    )


def _processor() -> str:
    facts = Path("/proc/cpuinfo")
    if facts.exists():
        for line in facts.read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or "unknown processor"


def command_line(module: str) -> str:
    """The command of this process, as somebody else would give it, without its folders."""
    kept, skip = list[str](), False
    for argument in sys.argv[1:]:
        if skip:
            skip = False
        elif argument in {"--cache", "--results"}:
            skip = True
        elif argument != "--write" and not argument.startswith(("--cache=", "--results=")):
            kept.append(argument)
    return shlex.join(["python", "-m", f"benchmarks.{module}", *kept])


def cache_option(parser: argparse.ArgumentParser) -> None:
    """Where environments and true pairs are kept from one run to the next."""
    parser.add_argument(
        "--cache",
        type=Path,
        default=Path("build/benchmarks"),
        help="folder for environments of the peers and true pairs; default: %(default)s",
    )


def lines_of(section: Section) -> list[str]:
    """The section as it stands between its markers."""
    ours = {name: version(name) for name in OURS}
    versions = ", ".join(f"{name} {found}" for name, found in {**ours, **section.versions}.items())
    today = datetime.datetime.now(datetime.UTC).date().isoformat()
    return [
        f"Measured on {today} by `{section.command}`.",
        "",
        f"- Machine: {machine()}; load average at the end {os.getloadavg()[1]:.1f}.",
        f"- Versions: Python {platform.python_version()}, {versions}.",
        *section.body,
    ]


def write(section: Section, *, page: bool, path: Path = PAGE) -> None:
    """Print the section; with `page` also put it between its markers in `path`.

    Raises:
        ValueError: the page has no markers of that name.
    """
    lines = lines_of(section)
    print("\n".join(lines), flush=True)
    if not page:
        return
    text = path.read_text(encoding="utf-8")
    begin, end = f"<!-- begin {section.name} -->", f"<!-- end {section.name} -->"
    before, opened, rest = text.partition(begin)
    _, closed, after = rest.partition(end)
    if not (opened and closed):
        raise ValueError(f"{path.name} has no place for the section {section.name}")
    middle = "\n".join(["", *lines, ""])
    path.write_text(before + begin + middle + end + after, encoding="utf-8")
