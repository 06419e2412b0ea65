"""The PostgreSQL the tests start themselves: from the wheel, from Debian, or not at all."""

import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "services"))

import postgres_server as helper


def test_without_any_server_the_test_is_skipped_in_capitals():
    with pytest.raises(pytest.skip.Exception, match="NOTHING WAS TESTED"):
        helper.missing("no binaries", {})


@pytest.mark.parametrize("ci", ["true", "1", "True"])
def test_under_ci_it_fails_instead(ci: str):
    with pytest.raises(pytest.fail.Exception, match="NOTHING WAS TESTED"):
        helper.missing("no binaries", {"CI": ci})


def test_a_named_server_is_used_as_it_is(postgresql: helper.Server):
    named = helper.text_of(postgresql.address.set(drivername="postgresql"))
    with helper.running({helper.NAMED: named}) as server:
        assert server.origin == helper.NAMED
        database = server.create()
        server.drop(database)


@pytest.mark.parametrize("folders", [helper.wheel_binaries(), helper.debian_binaries()])
def test_the_binaries_start_listen_on_loopback_and_leave_nothing(folders: list[Path]):
    if not folders:
        helper.missing("these binaries are not installed", {})
    started = helper._Started(folders[0])
    process, folder = started.process, started.folder
    with started:
        assert started.address.host == "127.0.0.1"
        with psycopg.connect(helper._dsn(started.address)) as connection:
            found = connection.execute("SHOW listen_addresses").fetchone()
        assert found == ("127.0.0.1",)
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(helper._dsn(started.address.set(password="")))
    assert process is not None
    assert process.poll() is not None
    assert not folder.exists()


def test_binaries_where_its_account_may_not_go_are_copied(tmp_path: Path):
    folders = helper.wheel_binaries()
    if not folders:
        helper.missing("the wheel is not installed", {})
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    packages = folders[0].parents[2]
    (closed / "packages").symlink_to(packages)
    with helper._Started(closed / "packages" / folders[0].relative_to(packages)) as started:
        assert started.address.port


KILLED = """
import os, signal, sys
sys.path.insert(0, sys.argv[1])
import postgres_server
started = postgres_server._Started(postgres_server.wheel_binaries()[0])
print(started.process.pid, started.folder, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_the_server_does_not_outlive_tests_that_are_killed():
    if not helper.wheel_binaries():
        helper.missing("the wheel is not installed", {})
    services = str(Path(helper.__file__).parent)
    command = [sys.executable, "-c", KILLED, services]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    process, folder = done.stdout.split()
    deadline = time.monotonic() + 120
    while Path(f"/proc/{process}").exists() or Path(folder).exists():
        assert time.monotonic() < deadline, "the server is still there"
        time.sleep(0.1)
