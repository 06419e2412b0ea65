"""Worker processes of the local engine start, wherever the engine is used."""

import multiprocessing
import multiprocessing.process
import secrets
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from types import ModuleType

from pipelines.engine.attempt import begin


def worker_pool(workers: int) -> ProcessPoolExecutor:
    """A pool of `workers` processes, each of which starts when something is handed to the pool."""
    return ProcessPoolExecutor(
        max_workers=workers,
        # a forked copy of a process with Arrow and DuckDB threads may hang
        mp_context=multiprocessing.get_context("spawn"),
        initializer=begin,
    )


@contextmanager
def starting() -> Iterator[None]:
    """Workers may start inside, wherever we are.

    They do not import the program that was started: they need nothing of it, and it may not bear
    it (`bin/airflow` cannot be imported within a task). They may start below a daemonic process,
    as a worker of Celery is one: multiprocessing forbids that lest they outlive it, and ours do
    not outlive whoever started them, however that ends.
    """
    program, ourselves = sys.modules["__main__"], multiprocessing.current_process()
    sys.modules["__main__"] = ModuleType("__main__")
    if ourselves.daemon:
        vars(multiprocessing.process)["_current_process"] = _stand_in()
    try:
        yield
    finally:
        sys.modules["__main__"] = program
        vars(multiprocessing.process)["_current_process"] = ourselves


def _stand_in() -> multiprocessing.Process:
    """A process that may have children, and a key it may tell them: those of Celery may neither."""
    process = multiprocessing.Process()
    process.daemon = False
    process.authkey = secrets.token_bytes(32)
    return process
