"""What of the project is measured by itself: a function that gets the texts ready and what to run.

A stage is registered where its function is defined, in `benchmarks/stage_functions.py` or in a
file of its own that `benchmarks/stages.py` imports:

    @stage("sketch", aim="at least 400 MB/s")
    def _(material: Material) -> Callable[[], object]:
        normal = normalise_block(material.column)
        return lambda: signatures(normal)

What is done before the `return` is not measured.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa


@dataclass(frozen=True, kw_only=True)
class Material:
    """The same texts in the forms in which stages take them."""

    column: pa.LargeStringArray
    parquet: Path
    """zstd Parquet with the column `text`."""
    folder: Path
    """Room for what a stage writes."""


Prepare = Callable[[Material], Callable[[], object]]


@dataclass(frozen=True, kw_only=True)
class Stage:
    """One row."""

    name: str
    aim: str
    prepare: Prepare


STAGES: dict[str, Stage] = {}
"""Every registered stage, in the order of registration."""


def stage(name: str, *, aim: str = "") -> Callable[[Prepare], Prepare]:
    """Register a function as the stage `name`; `aim` is what it is to reach, for the page.

    Raises:
        ValueError: there is a stage of that name.
    """

    def register(prepare: Prepare) -> Prepare:
        if name in STAGES:
            raise ValueError(f"two stages are called {name}")
        STAGES[name] = Stage(name=name, aim=aim, prepare=prepare)
        return prepare

    return register
