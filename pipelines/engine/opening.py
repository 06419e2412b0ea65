"""The engine that the settings name."""

from collections.abc import Iterator
from contextlib import contextmanager

from pipelines.engine.base import Engine
from pipelines.settings import Settings


@contextmanager
def open_engine(settings: Settings, *, workers: int | None = None) -> Iterator[Engine]:
    """The engine, closed at the end; `workers` processes where it is this machine alone.

    Raises:
        ConfigError: PySpark is not installed, or no cluster is named.
    """
    temporary = settings.home / "tmp"
    if settings.engine == "spark":
        from pipelines.engine.spark import Spark  # noqa: PLC0415  most audits need none of it
        from pipelines.engine.spark_session import require_cluster  # noqa: PLC0415

        require_cluster(settings.spark_master)
        with Spark(settings.spark_master, temporary) as cluster:
            yield cluster
    else:
        from pipelines.engine.local import Local  # noqa: PLC0415

        with Local(workers or settings.workers, settings.memory_limit, temporary) as machine:
            yield machine
