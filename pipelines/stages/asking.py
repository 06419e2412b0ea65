"""Questions to the evidence: one SQL text in, a bounded list of rows out."""

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

import pyarrow.parquet as pq

from pipelines.engine.base import Engine
from pipelines.model.evidence import KEYS, TableRef
from pipelines.ownership import temporary_name
from pipelines.store.database import Store

ANSWER_ROWS = 100_000
"""Answers are figures, not records: sources times a small number."""


class Asking:
    """Asks `engine` about evidence tables; answers pass through a temporary file."""

    def __init__(self, engine: Engine, store: Store) -> None:
        self._engine = engine
        self._folder = store.settings.home / "tmp"

    def rows(
        self, query: str, tables: Mapping[str, Sequence[TableRef] | Path]
    ) -> list[dict[str, object]]:
        """The rows of `query` over `tables`; a kind without any table is an empty one."""
        self._folder.mkdir(parents=True, exist_ok=True)
        out = self._folder / f"answer{temporary_name()}.parquet"
        with ExitStack() as after:
            after.callback(out.unlink, missing_ok=True)
            places = {kind: self._uris(kind, given, after) for kind, given in tables.items()}
            self._engine.sql(query, places, str(out))
            found: list[dict[str, object]] = self._engine.fetch(str(out), ANSWER_ROWS).to_pylist()
        return found

    def _uris(self, kind: str, given: Sequence[TableRef] | Path, after: ExitStack) -> Sequence[str]:
        """Where the tables are; one without rows for a kind without any, which is no evidence."""
        if isinstance(given, Path):
            return [str(given)]
        if given:
            return [table.uri for table in given]
        empty = self._folder / f"no-{kind}{temporary_name()}.parquet"
        after.callback(empty.unlink, missing_ok=True)
        pq.write_table(KEYS[kind][0].empty_table(), empty)
        return [str(empty)]


def number(value: object) -> int:
    """The integer an engine answered; some give sums as decimals, and None over nothing."""
    return 0 if value is None else int(str(value).partition(".")[0])
