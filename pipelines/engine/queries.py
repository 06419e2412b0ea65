"""SQL over Parquet by DuckDB, in one database in memory that is started once."""

import re
import shutil
import tempfile
import weakref
from collections.abc import Mapping, Sequence
from pathlib import Path

import duckdb

from pipelines.engine.tables import identifier
from pipelines.model.errors import EvidenceError
from pipelines.model.message import msg
from pipelines.ownership import stamp


class Queries:
    """A DuckDB in memory with a folder of its own to spill to; both are gone after `close`.

    To start one takes longer than most questions do. It holds nothing between two of them: tables
    are views of Parquet files, which are read anew.
    """

    def __init__(self, threads: int, memory_limit: str, temp_directory: Path) -> None:
        self._folder = temp_directory
        temp_directory.mkdir(parents=True, exist_ok=True)
        # a folder of its own: two processes that spill would share file names otherwise
        spill = tempfile.mkdtemp(dir=temp_directory, prefix=f"spill-{stamp()}-")
        self._swept = weakref.finalize(self, shutil.rmtree, spill, ignore_errors=True)
        self._database = duckdb.connect(":memory:", config=_options(threads, memory_limit, spill))
        # after two seconds it would draw a bar on stdout, into the JSON of the command
        self._database.execute("SET enable_progress_bar = false")

    def copy(self, query: str, tables: Mapping[str, str | Sequence[str]], part: Path) -> None:
        """The rows of `query` over the Parquet `tables`, in the Parquet file `part`.

        Raises:
            EvidenceError: it could not be run: a file is missing, or the disk full. What is left
                is of no use but to `close` it.
        """
        try:
            self._copy(query, tables, part)
        except duckdb.Error as error:
            raise EvidenceError(
                msg("a query over the evidence failed ({kind})", kind=type(error).__name__),
                advice=msg(
                    "free disk space under {folder}, or raise TDA_MEMORY_LIMIT, and run again",
                    folder=str(self._folder),
                ),
            ) from error

    def _copy(self, query: str, tables: Mapping[str, str | Sequence[str]], part: Path) -> None:
        # a cursor sees its own temporary views alone, so that two threads may ask at once
        with self._database.cursor() as cursor:
            for name, paths in tables.items():
                files = [paths] if isinstance(paths, str) else list(paths)
                listed = ", ".join(_quoted(_literal(path)) for path in files)
                view = f"{identifier(name)} AS SELECT * FROM read_parquet([{listed}])"  # noqa: S608
                cursor.execute(f"CREATE TEMP VIEW {view}")
            cursor.execute(
                f"COPY ({query}) TO {_quoted(str(part))} (FORMAT parquet, COMPRESSION zstd)"
            )

    def close(self) -> None:
        """The database and its folder are gone."""
        self._database.close()
        self._swept()


def _options(
    threads: int, memory_limit: str, spill: str
) -> dict[str, str | bool | int | float | list[str]]:
    return {
        "memory_limit": memory_limit,
        "temp_directory": spill,
        "threads": threads,
        "preserve_insertion_order": False,
        # what has been read of a file is not kept for the next question
        "enable_external_file_cache": False,
        # nothing is fetched from anywhere, and nothing but Parquet is read
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
    }


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _literal(path: str) -> str:
    """`path` for read_parquet, which takes * ? [ for patterns."""
    return re.sub(r"[*?\[]", lambda found: f"[{found.group()}]", path)
