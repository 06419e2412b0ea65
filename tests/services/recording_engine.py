"""An engine that remembers every query it is asked, with the tables it was asked about."""

import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from pipelines.engine.base import Engine, Summary


@dataclass(frozen=True)
class Asked:
    """One query, copies of its tables, and a copy of the answer."""

    query: str
    tables: dict[str, list[str]]
    answer: Path


class Recording:
    """`engine`, and in `asked` what it was asked; copies of the tables are kept in `folder`."""

    def __init__(self, engine: Engine, folder: Path) -> None:
        self.asked: list[Asked] = []
        self._engine = engine
        self._folder = folder

    def map(self, fn: Callable[[str], Summary], items: Sequence[str]) -> Iterator[Summary]:
        return self._engine.map(fn, items)

    def sql(self, query: str, tables: Mapping[str, str | Sequence[str]], out: str) -> None:
        folder = self._folder / f"{len(self.asked):04d}"
        folder.mkdir(parents=True)
        kept: dict[str, list[str]] = {}
        for name, paths in tables.items():
            kept[name] = []
            for number, path in enumerate([paths] if isinstance(paths, str) else paths):
                copy = folder / f"{name}-{number}.parquet"
                shutil.copyfile(path, copy)
                kept[name].append(str(copy))
        self._engine.sql(query, tables, out)
        answer = folder / "answer.parquet"
        shutil.copyfile(out, answer)
        self.asked.append(Asked(query, kept, answer))

    def fetch(self, uri: str, limit: int) -> pa.Table:
        return self._engine.fetch(uri, limit)
