"""The Spark session an audit runs in: the active one, else one of our own on the user's cluster."""

import importlib.util
import logging
import os
import sys
import threading
import warnings
from typing import TYPE_CHECKING

from pipelines.engine.spark_work import nothing
from pipelines.model.errors import ConfigError, EvidenceError
from pipelines.model.message import msg

if TYPE_CHECKING:
    from pyspark import SparkConf, SparkContext
    from pyspark.sql import SparkSession

START_SECONDS = 300.0
"""How long a cluster may take to give the first executor."""

ALWAYS = {"spark.app.name": "tda", "spark.ui.showConsoleProgress": "false"}
"""Of a session of our own: PySpark has set them for a shell, whose bars would cross ours."""

DEFAULTS = {"spark.log.level": "ERROR", "spark.ui.enabled": "false"}
"""Of a session of our own, where the configuration of the cluster says nothing else."""

DIALECT = {
    "spark.sql.ansi.enabled": "true",
    "spark.sql.ansi.doubleQuotedIdentifiers": "true",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",
    # a file that cannot be read is an error, whatever the cluster is used to: silence is no pass
    "spark.sql.files.ignoreCorruptFiles": "false",
    "spark.sql.files.ignoreMissingFiles": "false",
}
"""What makes a query mean the same as in DuckDB; set on a session apart, the user's is left."""

logger = logging.getLogger(__name__)


def require_cluster(master: str | None) -> None:
    """Nothing, where PySpark is installed and a cluster is named or a session active.

    Raises:
        ConfigError: it is not.
    """
    if importlib.util.find_spec("pyspark") is None:
        raise ConfigError(
            msg("PySpark is not installed"),
            advice=msg("install requirements/spark.txt, or use --engine local"),
        )
    if master is None and _active() is None:
        raise ConfigError(
            msg("no Spark cluster is named"),
            advice=msg("set TDA_SPARK_MASTER, for example spark://host:7077, or yarn"),
        )


def open_session(master: str | None, start_seconds: float) -> "tuple[SparkSession, bool]":
    """A session of the audit alone, and whether its Spark was started here and is to be stopped.

    Raises:
        ConfigError: PySpark or Java is not there, or nobody says which cluster.
        EvidenceError: The cluster does not answer, or gives no executor.
    """
    with warnings.catch_warnings():
        # PySpark warns of pandas, which nothing here hands to it
        warnings.simplefilter("ignore", FutureWarning)
        require_cluster(master)
        active = _active()
        started = _started(str(master), start_seconds) if active is None else active
        session = started.newSession()
        for name, value in DIALECT.items():
            session.conf.set(name, value)
    return session, active is None


def is_stopped(context: "SparkContext") -> bool:
    """Whether the cluster has let go of us."""
    return context._jsc is None or bool(context._jsc.sc().isStopped())


def unreachable(master: str) -> EvidenceError:
    """What to say when the cluster does not answer, or no longer does."""
    return EvidenceError(
        msg("the Spark cluster {master} does not answer", master=master),
        advice=msg(
            "see that it is up and of the same Spark version as PySpark here, then run the command "
            "again: what was finished is kept"
        ),
    )


def _active() -> "SparkSession | None":
    """The session of this thread; none where nobody has even imported PySpark."""
    if "pyspark.sql" not in sys.modules:
        return None
    from pyspark.sql import SparkSession

    active: SparkSession | None = SparkSession.getActiveSession()
    return active


def _started(master: str, start_seconds: float) -> "SparkSession":
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException
    from pyspark.sql import SparkSession

    # the installation of this Python is at the same path on every worker, unless said otherwise
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    conf = _configuration(master)
    try:
        session: SparkSession = SparkSession.builder.config(conf=conf).getOrCreate()
    except (PySparkException, Py4JError, OSError) as error:
        raise unreachable(master) from error
    try:
        _require_executor(session.sparkContext, master, start_seconds)
    except BaseException:
        session.stop()
        raise
    return session


def _configuration(master: str) -> "SparkConf":
    from pyspark import SparkConf, SparkContext
    from pyspark.errors import PySparkException

    try:
        SparkContext._ensure_initialized()  # Java, which reads spark-defaults.conf
        conf = SparkConf()
    except (PySparkException, OSError) as error:
        raise ConfigError(
            msg("Java cannot be started for Spark"),
            advice=msg("install Java 17 and set JAVA_HOME to it, or use --engine local"),
        ) from error
    for name, value in DEFAULTS.items():
        conf.setIfMissing(name, value)
    for name, value in ALWAYS.items():
        conf.set(name, value)
    conf.setMaster(master)
    return conf


def _require_executor(context: "SparkContext", master: str, seconds: float) -> None:
    """One task has run: without executors Spark would wait for ever, and say nothing."""
    done: list[object] = []

    def run() -> None:
        try:
            done.extend(context.parallelize(["start"], 1).map(nothing).collect())
        except Exception as error:
            done.append(error)

    first = threading.Thread(target=run, daemon=True)
    first.start()
    first.join(seconds)
    if not done and not is_stopped(context):
        context.cancelAllJobs()
        raise EvidenceError(
            msg("the Spark cluster {master} gave no executor in time", master=master),
            advice=msg("start workers, or free cores and memory on them, and run again"),
        )
    if not done or is_stopped(context):
        raise unreachable(master)
    if isinstance(done[0], Exception):
        raise unfit(done[0]) from done[0]


def unfit(error: Exception) -> EvidenceError:
    """What to say when an executor cannot even begin: `error` is what the task failed with."""
    logger.debug("a task of Spark failed", exc_info=error)
    return EvidenceError(
        msg("a Spark worker cannot run tda ({kind})", kind=type(error).__name__),
        advice=msg(
            "install the same release with requirements/spark.txt on every worker, at the same "
            "path or with PYSPARK_PYTHON naming its Python"
        ),
    )
