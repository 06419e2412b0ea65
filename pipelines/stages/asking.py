"""Questions to the evidence: one SQL text in, a bounded list of rows out."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from pipelines.engine.base import Engine
from pipelines.model.evidence import TableRef
from pipelines.ownership import temporary_name
from pipelines.store.database import Store

ANSWER_ROWS = 100_000
"""Answers are figures, not records: sources times a small number."""


class Asking:
    """Asks `engine` about evidence tables; answers pass through a temporary file."""

    def __init__(self, engine: Engine, store: Store) -> None:
        self._engine = engine
        self._folder = store.settings.home / "tmp"
        self._store = store

    def rows(
        self, query: str, tables: Mapping[str, Sequence[TableRef] | Path]
    ) -> list[dict[str, object]]:
        """The rows of `query` over `tables`; a kind without any table is an empty one."""
        self._folder.mkdir(parents=True, exist_ok=True)
        out = self._folder / f"answer{temporary_name()}.parquet"
        try:
            self._engine.sql(query, {k: self._uris(k, v) for k, v in tables.items()}, str(out))
            found: list[dict[str, object]] = self._engine.fetch(str(out), ANSWER_ROWS).to_pylist()
        finally:
            out.unlink(missing_ok=True)
        return found

    def _uris(self, kind: str, given: Sequence[TableRef] | Path) -> list[str]:
        if isinstance(given, Path):
            return [str(given)]
        return [table.uri for table in given] or [self._store.evidence.empty(kind).uri]


def number(value: object) -> int:
    """The integer an engine answered; some give sums as decimals, and None over nothing."""
    return 0 if value is None else int(str(value).partition(".")[0])
