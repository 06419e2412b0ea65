"""Texts written as a file and compared by a real `tda`, with the memory that took.

How many pairs of texts it compared no command tells: for that the same steps are taken here.
"""

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

from connectors.base import ReadRequest
from pipelines.cli.side import side_of, sketch_side
from pipelines.engine.local import Local
from pipelines.kernels.keeping import BUDGET, Judged
from pipelines.stages.base import Silent
from pipelines.stages.candidate_texts import CandidateTexts
from pipelines.stages.known import verdicts_on
from pipelines.stages.preference import FIRST, arranged
from pipelines.stages.rereading import Rereader
from pipelines.stages.sharing import shared_texts

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[2]))  # the benchmarks are no installed package

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


@pytest.fixture
def judged(workspace: Workspace) -> Callable[[Iterable[str]], Judged]:
    """The verdicts on some texts as one file, by what `tda dups` and the stage relate call."""

    def judge(texts: Iterable[str]) -> Judged:
        folder = workspace.folder / "judged"
        folder.mkdir(exist_ok=True)
        side = side_of([workspace.write(texts)], ReadRequest(columns=("text",)))
        with Local(1, "1GB", folder / "spill") as engine:
            sketched = sketch_side(side, (), engine=engine, folder=str(folder), progress=Silent())
            shared = shared_texts(list(sketched.flat), engine=engine, folder=folder)
        found = arranged(shared, FIRST)
        texts_of = CandidateTexts(found, Rereader(side.files, [side.request]), folder)
        return verdicts_on(found, texts_of, 0.8, budget=BUDGET).judged

    return judge
