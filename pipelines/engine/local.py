"""The engine of one machine: a process pool for functions, DuckDB for SQL."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

import pyarrow as pa

from pipelines.engine.attempt import attempt
from pipelines.engine.base import Summary
from pipelines.engine.failure import killed
from pipelines.engine.tables import bounded_table
from pipelines.engine.workers import starting, worker_pool
from pipelines.kernels.native.library import require_library
from pipelines.model.errors import EvidenceError
from pipelines.ownership import temporary_name

if TYPE_CHECKING:
    from pipelines.engine.queries import Queries


class Local:
    """Runs everything here, in bounded memory: `pipelines.engine.base.Engine` for one machine.

    The pool is started by the first `map` that needs it, DuckDB by the first `sql`; both are kept
    for the next. `close` ends them, and so does the end of the program.
    """

    def __init__(self, workers: int, memory_limit: str, temp_directory: Path) -> None:
        """`workers` processes; DuckDB keeps to `memory_limit`, then spills to `temp_directory`."""
        self.workers = max(1, workers)
        self.memory_limit = memory_limit
        self.temp_directory = temp_directory
        self._pool: ProcessPoolExecutor | None = None
        self._queries: Queries | None = None

    def __enter__(self) -> "Local":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """No worker process is left, and no DuckDB; a later `map` or `sql` starts new ones."""
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)
            self._pool = None
        self._end_queries()

    def map(self, fn: Callable[[str], Summary], items: Sequence[str]) -> Iterator[Summary]:
        """`fn` of each item, in the order they end; an error is `{"item": …, "error": …}`.

        `fn` is a function of a module, not of the program that was started.
        With one worker or one item everything runs in this process, so that nothing waits for
        processes to start. Closing the iterator, or Ctrl-C, stops the workers.

        Raises:
            ConfigError: The compiled kernels are not installed and cannot be made here.
        """
        if items:
            # each worker would compile them for itself, and each item fail for want of them
            require_library()
        if self.workers == 1 or len(items) < 2:
            yield from (attempt(fn, item) for item in items)
            return
        left = list(items)
        try:
            yield from self._together(fn, left)
            # a worker that was killed takes the pool with it: the rest is done one by one, so that
            # only an item that kills its worker again is an error
            self._abandon(only_if=bool(left))
            for item in left:
                yield _alone(fn, item)
            left.clear()
        finally:
            self._abandon(only_if=bool(left))

    def _together(self, fn: Callable[[str], Summary], left: list[str]) -> Iterator[Summary]:
        """Summaries as they end; what has ended is taken out of `left`."""
        pool = self._started()
        try:
            with starting():
                futures = {pool.submit(attempt, fn, item): item for item in list(left)}
            for future in as_completed(futures):
                summary = future.result()
                left.remove(futures.pop(future))
                yield summary
        except BrokenProcessPool:
            return

    def sql(self, query: str, tables: Mapping[str, str | Sequence[str]], out: str) -> None:
        """The rows of `query` over the Parquet `tables`, in the Parquet file `out`.

        `out` appears whole or not at all. A table of no files is an empty table without columns,
        so a query should not be asked about it.

        Raises:
            EvidenceError: DuckDB could not run the query: a file is missing, or the disk full.
        """
        target = Path(out)
        target.parent.mkdir(parents=True, exist_ok=True)
        part = target.with_name(f"{temporary_name()}.part")
        try:
            self._asked().copy(query, tables, part)
            part.replace(target)
        except EvidenceError:
            self._end_queries()  # some errors leave a DuckDB that answers nothing any more
            raise
        finally:
            part.unlink(missing_ok=True)

    def fetch(self, uri: str, limit: int) -> pa.Table:
        """The table at `uri`.

        Raises:
            EvidenceError: It is missing, unreadable, or has more than `limit` rows.
        """
        return bounded_table(uri, limit)

    def _asked(self) -> "Queries":
        if self._queries is None:
            from pipelines.engine.queries import Queries  # noqa: PLC0415  few texts need no DuckDB

            self._queries = Queries(self.workers, self.memory_limit, self.temp_directory)
        return self._queries

    def _end_queries(self) -> None:
        queries, self._queries = self._queries, None
        if queries is not None:
            queries.close()

    def _started(self) -> ProcessPoolExecutor:
        if self._pool is None:
            self._pool = worker_pool(self.workers)
        return self._pool

    def _abandon(self, *, only_if: bool) -> None:
        """The workers are stopped at once; what they had begun is left unfinished."""
        if not only_if or self._pool is None:
            return
        pool, self._pool = self._pool, None
        workers = list((pool._processes or {}).values())  # public only from Python 3.14 on
        pool.shutdown(wait=False, cancel_futures=True)
        for worker in workers:
            worker.terminate()
        for worker in workers:
            worker.join()


def _alone(fn: Callable[[str], Summary], item: str) -> Summary:
    with worker_pool(1) as pool:
        try:
            with starting():
                done = pool.submit(attempt, fn, item)
            return done.result()
        except BrokenProcessPool:
            return killed(item, "BrokenProcessPool")
