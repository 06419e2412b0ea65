"""One frozen Settings, read from the environment once."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from pipelines.model.dataset import MAX_RECORD_BYTES
from pipelines.model.errors import ConfigError
from pipelines.model.message import msg
from pipelines.model.os_reason import os_reason

ENGINES = ("local", "spark")

MASTER = re.compile(r"spark://[^\s,/]+:\d+(,[^\s,/]+:\d+)*|yarn|k8s://\S+|local(\[(\d+|\*)\])?")
"""The masters of Spark that have a driver here; a server of Spark Connect has none."""

MEMORY = re.compile(r"\d+(\.\d+)?\s*([kmgt]i?)?b", re.IGNORECASE)
"""What DuckDB takes for a size."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Where the audit keeps its things, and the limits it keeps to."""

    home: Path
    """`$TDA_HOME`, default `./.tda`; absolute."""
    database_url: str = field(repr=False)  # it may hold a password
    """`$TDA_DATABASE_URL`, default SQLite at `home/audit.db`."""
    workers: int
    """`$TDA_WORKERS`: processes that scan, default one a core."""
    roots: tuple[Path, ...] = ()
    """`$TDA_ROOTS`: folders, `:` between them, that manifests may reach besides their own."""
    max_record_bytes: int = MAX_RECORD_BYTES
    """`$TDA_MAX_RECORD_BYTES`: a larger record is quarantined."""
    memory_limit: str = "384MB"
    """What DuckDB may use before it spills to disk."""
    engine: str = "local"
    """`$TDA_ENGINE`: one of ENGINES, where functions of shards and SQL run."""
    spark_master: str | None = None
    """`$TDA_SPARK_MASTER`: the cluster of the engine `spark`, unless a session is active."""
    rehash: bool = False
    """`$TDA_REHASH`: whether files are read again that show no change since they were hashed."""

    @property
    def evidence(self) -> Path:
        """Folder of the evidence tables and files."""
        return self.home / "evidence"

    @property
    def indexes(self) -> Path:
        """Folder of the indexes of duplicates, one a dataset; each can be made anew."""
        return self.home / "indexes"

    @property
    def digests(self) -> Path:
        """Folder of the digests of local files, a table a dataset; each can be made anew."""
        return self.home / "digests"

    @property
    def passages(self) -> Path:
        """Folder of what was found of evaluation sets inside files; it can be found anew."""
        return self.home / "passages"

    @property
    def keys(self) -> Path:
        """Folder of the signing and identifier keys; outside evidence and its backups."""
        return self.home / "keys"

    @property
    def reports(self) -> Path:
        """Folder of the rendered reports."""
        return self.home / "reports"


def read_settings(environ: Mapping[str, str] = os.environ) -> Settings:
    """The settings of this process, from the environment.

    Raises:
        ConfigError: a variable holds what cannot be followed.
    """
    home = Path(environ.get("TDA_HOME") or ".tda").absolute()
    default_url = f"sqlite:///{home / 'audit.db'}"
    return Settings(
        home=home,
        database_url=environ.get("TDA_DATABASE_URL") or default_url,
        roots=tuple(Path(p).absolute() for p in environ.get("TDA_ROOTS", "").split(":") if p),
        workers=whole_number("TDA_WORKERS", os.cpu_count() or 1, environ),
        max_record_bytes=whole_number("TDA_MAX_RECORD_BYTES", MAX_RECORD_BYTES, environ),
        memory_limit=_size("TDA_MEMORY_LIMIT", "384MB", environ),
        engine=_engine(environ),
        spark_master=_spark_master(environ),
        rehash=_switch("TDA_REHASH", environ),
    )


def make_folder(folder: Path, mode: int = 0o777) -> None:
    """`folder`, a part of the workspace, is there.

    Raises:
        ConfigError: it cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=mode)
    except OSError as error:
        raise ConfigError(
            msg(
                "the workspace cannot be kept at {path}: {reason}",
                path=str(folder),
                reason=os_reason(error),
            ),
            advice=msg(
                "set TDA_HOME to a folder that the account that runs tda may write, or give it "
                "the right to"
            ),
        ) from error


def whole_number(name: str, default: int, environ: Mapping[str, str]) -> int:
    """The whole number from 1 on in the variable `name`, or `default` where it is not set.

    Raises:
        ConfigError: it holds something else.
    """
    text = environ.get(name, "").strip() or str(default)
    if not (text.isascii() and text.isdigit()) or len(text) > 18 or int(text) < 1:
        raise ConfigError(
            msg("{name} is {text}, not a whole number from 1 on", name=name, text=text[:80]),
            advice=msg(
                "correct or unset {name}; the default is {default}", name=name, default=str(default)
            ),
        )
    return int(text)


def _size(name: str, default: str, environ: Mapping[str, str]) -> str:
    text = environ.get(name, "").strip() or default
    if MEMORY.fullmatch(text) is None:
        raise ConfigError(
            msg("{name} is {text}, not a size such as 384MB or 4GB", name=name, text=text[:80]),
            advice=msg(
                "correct or unset {name}; the default is {default}", name=name, default=default
            ),
        )
    return text


def _engine(environ: Mapping[str, str]) -> str:
    text = environ.get("TDA_ENGINE", "").strip() or ENGINES[0]
    if text not in ENGINES:
        raise ConfigError(
            msg("TDA_ENGINE is {text}, which is no engine", text=text[:80]),
            advice=msg("correct or unset TDA_ENGINE: one of {known}", known=", ".join(ENGINES)),
        )
    return text


def _switch(name: str, environ: Mapping[str, str]) -> bool:
    text = environ.get(name, "").strip() or "0"
    if text not in {"0", "1"}:
        raise ConfigError(
            msg("{name} is {text}, which is neither 1 nor 0", name=name, text=text[:80]),
            advice=msg("set {name} to 1, or unset it", name=name),
        )
    return text == "1"


def _spark_master(environ: Mapping[str, str]) -> str | None:
    text = environ.get("TDA_SPARK_MASTER", "").strip() or None
    if text is not None and MASTER.fullmatch(text) is None:
        raise ConfigError(
            msg("TDA_SPARK_MASTER is {text}, not the address of a Spark master", text=text[:80]),
            advice=msg(
                "correct or unset TDA_SPARK_MASTER: such as spark://host:7077, yarn or "
                "k8s://https://host:443"
            ),
        )
    return text


def code_version() -> str:
    """`tda <version>` of the installed project."""
    try:
        return f"tda {version('training-data-audit')}"
    except PackageNotFoundError:  # pragma: no cover  running from a bare checkout
        return "tda 0+unknown"
