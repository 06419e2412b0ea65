"""One frozen Settings, read from the environment once."""

import os
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Where the audit keeps its things, and the limits it keeps to."""

    home: Path
    """`$TDA_HOME`, default `./.tda`; absolute."""
    database_url: str
    """`$TDA_DATABASE_URL`, default SQLite at `home/audit.db`."""
    workers: int
    """`$TDA_WORKERS`: processes that scan, default one a core."""
    roots: tuple[Path, ...] = ()
    """`$TDA_ROOTS`: folders, `:` between them, that manifests may reach besides their own."""
    max_record_bytes: int = 256 * 1024 * 1024
    memory_limit: str = "384MB"
    """What DuckDB may use before it spills to disk."""

    @property
    def evidence(self) -> Path:
        """Folder of the evidence tables and files."""
        return self.home / "evidence"

    @property
    def keys(self) -> Path:
        """Folder of the signing and identifier keys; outside evidence and its backups."""
        return self.home / "keys"

    @property
    def reports(self) -> Path:
        """Folder of the rendered reports."""
        return self.home / "reports"


def read_settings() -> Settings:
    """The settings of this process, from the environment."""
    home = Path(os.environ.get("TDA_HOME", ".tda")).absolute()
    default_url = f"sqlite:///{home / 'audit.db'}"
    return Settings(
        home=home,
        database_url=os.environ.get("TDA_DATABASE_URL", default_url),
        roots=tuple(Path(p).absolute() for p in os.environ.get("TDA_ROOTS", "").split(":") if p),
        workers=int(os.environ.get("TDA_WORKERS", str(os.cpu_count() or 1))),
        max_record_bytes=int(os.environ.get("TDA_MAX_RECORD_BYTES", str(256 * 1024 * 1024))),
        memory_limit=os.environ.get("TDA_MEMORY_LIMIT", "384MB"),
    )


def code_version() -> str:
    """`tda <version>` of the installed project."""
    try:
        return f"tda {version('training-data-audit')}"
    except PackageNotFoundError:  # pragma: no cover  running from a bare checkout
        return "tda 0+unknown"
