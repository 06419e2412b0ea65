"""The engine of a Spark cluster: the same functions and the same SQL texts on many machines.

All machines see `$TDA_HOME` under one path and have the same release of tda installed. The driver
hands out items and queries; what comes out lies in the shared folder, as it does with `Local`.
"""

import os
import re
import secrets
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

import pyarrow as pa

from pipelines.engine.base import Summary
from pipelines.engine.failure import killed
from pipelines.engine.gathering import gather
from pipelines.engine.spark_session import (
    START_SECONDS,
    is_stopped,
    open_session,
    unfit,
    unreachable,
)
from pipelines.engine.spark_work import Misfit, Work
from pipelines.engine.tables import bounded_table, identifier
from pipelines.model.errors import EvidenceError
from pipelines.model.message import msg
from pipelines.ownership import stamp, temporary_name
from pipelines.settings import code_version

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

JOBS = 3
"""Jobs in flight: while one waits for its last item, the cores of the others are taken."""
TASKS = 2
"""Items a job, for each core of the cluster."""

Outcome = tuple[Misfit | None, Summary]


class Spark:
    """Runs everything on a cluster: `pipelines.engine.base.Engine` for many machines.

    The session starts with the first `map` or `sql`; `close` ends it, unless it was there before.
    """

    def __init__(
        self, master: str | None, temp_directory: Path, start_seconds: float = START_SECONDS
    ) -> None:
        """On the active session, else on `master`; `temp_directory` is one all workers share."""
        self.master = master
        self.temp_directory = temp_directory
        self.start_seconds = start_seconds
        self._session: SparkSession | None = None
        self._ours = False

    def __enter__(self) -> "Spark":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """The cluster is free again; a later `map` or `sql` asks for it anew."""
        session, self._session = self._session, None
        if session is not None and self._ours:
            with suppress(Exception):  # a cluster that is gone cannot be told that we leave
                session.stop()

    def map(self, fn: Callable[[str], Summary], items: Sequence[str]) -> Iterator[Summary]:
        """`fn` of each item, in the order they end; an error is `{"item": …, "error": …}`.

        `fn` is a function of an installed module. An executor that is lost costs the items it was
        at, which others do again; an item that kills whoever does it is an error. Closing the
        iterator, or Ctrl-C, cancels what has not ended.

        Raises:
            EvidenceError: The cluster is gone, or a worker has not our folder or our release.
        """
        if not items:
            return
        session = self._started()
        context = session.sparkContext
        size = max(16, TASKS * context.defaultParallelism)
        chunks = [list(items[at : at + size]) for at in range(0, len(items), size)]
        with self._probe() as probe, _Jobs(session) as jobs:
            work = Work(fn, str(probe), code_version())
            alone: list[str] = []
            for chunk, outcomes in jobs.run(work, chunks):
                if outcomes is None:
                    alone += chunk
                yield from self._fitting(outcomes or [])
            # a task that kills its executor again and again takes its job along: the items of that
            # job are done one by one, so that only the one that kills is an error
            for chunk, outcomes in jobs.run(work, [[item] for item in alone]):
                if outcomes is None:
                    yield killed(chunk[0], "SparkException")
                yield from self._fitting(outcomes or [])

    def sql(self, query: str, tables: Mapping[str, str | Sequence[str]], out: str) -> None:
        """The rows of `query` over the Parquet `tables`, in the Parquet file `out`.

        `out` appears whole or not at all, whatever happens to executors.

        Raises:
            EvidenceError: Spark could not run the query, or a worker has not our folder.
        """
        target = Path(out)
        target.parent.mkdir(parents=True, exist_ok=True)
        part = target.with_name(f"{temporary_name()}.part")
        session = self._started()
        with tempfile.TemporaryDirectory(
            dir=self.temp_directory, prefix=f"spark-{stamp()}-"
        ) as folder:
            parts = Path(folder, "parts")
            try:
                gather(parts, self._write(session, query, tables, parts), part)
                part.replace(target)
            finally:
                part.unlink(missing_ok=True)

    def fetch(self, uri: str, limit: int) -> pa.Table:
        """The table at `uri`.

        Raises:
            EvidenceError: It is missing, unreadable, or has more than `limit` rows.
        """
        return bounded_table(uri, limit)

    def _write(
        self,
        session: "SparkSession",
        query: str,
        tables: Mapping[str, str | Sequence[str]],
        folder: Path,
    ) -> int:
        """The rows written to files in `folder`."""
        from py4j.protocol import Py4JError
        from pyspark.errors import PySparkException
        from pyspark.sql import Observation, functions

        for name in tables:
            identifier(name)
        counted = Observation()
        try:
            for name, paths in tables.items():
                files = [paths] if isinstance(paths, str) else list(paths)
                session.read.parquet(*map(_literal, files)).createOrReplaceTempView(name)
            rows = session.sql(query).observe(counted, functions.count(functions.lit(1)).alias("n"))
            rows.write.parquet(_address(str(folder)), compression="zstd")
            return int(counted.get["n"])
        except (PySparkException, Py4JError) as error:
            if is_stopped(session.sparkContext):
                raise unreachable(session.sparkContext.master) from error
            raise EvidenceError(
                msg("a query over the evidence failed ({kind})", kind=type(error).__name__),
                advice=msg(
                    "see the log of the Spark workers: disk space, memory, and whether each of "
                    "them sees {folder}",
                    folder=str(self.temp_directory),
                ),
            ) from error
        finally:
            for name in tables:
                with suppress(PySparkException, Py4JError):
                    session.catalog.dropTempView(name)

    def _started(self) -> "SparkSession":
        self.temp_directory.mkdir(parents=True, exist_ok=True)
        if self._session is None:
            self._session, self._ours = open_session(self.master, self.start_seconds)
        return self._session

    @contextmanager
    def _probe(self) -> Iterator[Path]:
        """A new file in the shared folder, which a worker that shares it sees."""
        probe = self.temp_directory / temporary_name()
        probe.touch()
        try:
            yield probe
        finally:
            probe.unlink(missing_ok=True)

    def _fitting(self, outcomes: Sequence[Outcome]) -> Iterator[Summary]:
        for misfit, summary in outcomes:
            if misfit is Misfit.FOLDER:
                raise EvidenceError(
                    msg("a Spark worker does not see {folder}", folder=str(self.temp_directory)),
                    advice=msg(
                        "put TDA_HOME in a folder that all Spark workers share, at the same path"
                    ),
                )
            if misfit is Misfit.RELEASE:
                raise EvidenceError(
                    msg(
                        "a Spark worker has another release than {release}", release=code_version()
                    ),
                    advice=msg("install the same release on every Spark worker"),
                )
            yield summary


class _Jobs:
    """Jobs of one `map`, a few at a time; leaving cancels what runs."""

    def __init__(self, session: "SparkSession") -> None:
        self._context = session.sparkContext
        self._group = f"tda-{os.getpid()}-{secrets.token_hex(6)}"
        self._pool = ThreadPoolExecutor(JOBS)

    def __enter__(self) -> "_Jobs":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is not None and not is_stopped(self._context):
            self._context.cancelJobGroup(self._group)
        self._pool.shutdown(wait=True, cancel_futures=True)

    def run(
        self, work: Work, chunks: Sequence[list[str]]
    ) -> Iterator[tuple[list[str], list[Outcome] | None]]:
        """Each chunk with its outcomes as it ends; None where its job was lost."""
        waiting = iter(chunks)
        running: dict[Future[list[Outcome]], list[str]] = {}
        while True:
            while len(running) < JOBS and (chunk := next(waiting, None)) is not None:
                running[self._pool.submit(self._job, work, chunk)] = chunk
            if not running:
                return
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                yield running.pop(future), self._outcomes(future)

    def _job(self, work: Work, chunk: list[str]) -> list[Outcome]:
        # the group belongs to the thread
        self._context.setJobGroup(self._group, "tda", interruptOnCancel=True)
        outcomes: list[Outcome] = self._context.parallelize(chunk, len(chunk)).map(work).collect()
        return outcomes

    def _outcomes(self, future: "Future[list[Outcome]]") -> list[Outcome] | None:
        from py4j.protocol import Py4JError
        from pyspark.errors import PySparkException

        try:
            return future.result()
        except (PySparkException, Py4JError, OSError) as error:
            if is_stopped(self._context):
                raise unreachable(self._context.master) from error
            if "PythonException" in str(error):  # `attempt` lets none through: it did not begin
                raise unfit(error) from error
            return None


def _literal(path: str) -> str:
    """The address of `path` for reading, which takes * ? [ { for patterns."""
    return re.sub(r"[\\*?\[\]{}]", r"\\\g<0>", _address(path))


def _address(path: str) -> str:
    """`path` on the file system that all machines mount, not on the default one of the cluster."""
    return f"file://{Path(path).absolute()}"
