"""Texts written as a file and compared by a real `tda`, with the memory that took."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

sys.path.insert(0, str(Path(__file__).parent))

PEAK_OF = Path(__file__).parents[1] / "services" / "peak_of.py"


@dataclass(frozen=True)
class Compared:
    """What `tda dups` said, the pairs it wrote, and the most memory it had, in KiB."""

    outcome: dict[str, Any]
    peak: int

    def pairs(self) -> list[tuple[int, int, float, str]]:
        """(kept, removed, similarity, method) of each pair within one file."""
        table = pq.read_table(self.outcome["pairs"])
        names = ("kept_row", "removed_row", "similarity", "method")
        return list(zip(*(table[name].to_pylist() for name in names), strict=True))


@dataclass(frozen=True)
class Workspace:
    folder: Path

    def write(self, texts: Iterable[str], name: str = "texts.jsonl") -> Path:
        """One record of JSON a text."""
        path = self.folder / name
        with path.open("w", encoding="utf-8") as out:
            for text in texts:
                out.write(json.dumps({"text": text}, ensure_ascii=False) + "\n")
        return path

    def tda(self, *arguments: object, **environment: str) -> tuple[int, str, int]:
        """Exit code, stdout and peak memory in KiB of a process of its own."""
        out, peak = self.folder / "out", self.folder / "peak.json"
        with out.open("w", encoding="utf-8") as target:
            measured = [sys.executable, "-S", str(PEAK_OF), str(peak)]
            subprocess.run(
                [*measured, sys.executable, "-m", "pipelines.cli", *map(str, arguments)],
                env={**os.environ, "TDA_HOME": str(self.folder / "home"), **environment},
                stdout=target,
                check=False,
            )
        told = json.loads(peak.read_text(encoding="ascii"))
        return told["exit"], out.read_text(encoding="utf-8"), told["peak"]

    def dups(self, *paths: Path, **environment: str) -> Compared:
        """`tda dups` of `paths`, which ends well."""
        code, text, peak = self.tda("dups", *paths, "--json", **environment)
        assert code == 0
        return Compared(json.loads(text), peak)


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path)


@pytest.fixture
def compared(workspace: Workspace) -> Callable[..., Compared]:
    """`tda dups` of some texts as one file."""

    def compare(texts: Iterable[str], **environment: str) -> Compared:
        return workspace.dups(workspace.write(texts), **environment)

    return compare
