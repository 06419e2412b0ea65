"""Whether the process that owned a run is gone."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from pipelines.ownership import OWNER_CHARS, is_gone, kept_owner, this_process


def test_this_process_is_not_gone():
    assert not is_gone(this_process())


def test_a_process_that_has_ended_is_gone():
    code = "from pipelines.ownership import this_process; print(this_process())"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert is_gone(done.stdout.strip())


def test_another_process_under_the_same_number_is_not_the_owner():
    same, _, _ = this_process().rpartition(":")
    assert is_gone(f"{same}:1")


def test_the_owner_of_an_older_release_is_told_by_its_host_alone():
    kind, host, *_, process, started = this_process().split(":")
    assert not is_gone(f"{kind}:{host}:{process}:{started}")
    assert is_gone(f"{kind}:{host}:{process}:1")


def test_a_process_of_another_container_with_this_host_name_is_not_known_from_here():
    kind, host, *_, process, _ = this_process().split(":")
    assert not is_gone(f"{kind}:{host}:1:{process}:1")


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no process namespaces")
def test_this_process_names_its_namespace():
    assert this_process().split(":")[2] in str(Path("/proc/self/ns/pid").readlink())


def test_without_namespaces_the_host_is_the_place(monkeypatch: pytest.MonkeyPatch):
    def unknown(path: Path) -> Path:
        raise FileNotFoundError(path)

    monkeypatch.setattr(Path, "readlink", unknown)
    assert len(this_process().split(":")) == 4
    assert not is_gone(this_process())


def test_a_long_owner_is_cut_short_and_like_no_other():
    long = "airflow:" + "d" * 250 + "/" + "r" * 249
    assert kept_owner("airflow:a/b") == "airflow:a/b"
    assert len(kept_owner(long + "1")) == OWNER_CHARS
    assert kept_owner(long + "1") != kept_owner(long + "2")
    assert kept_owner(kept_owner(long)) == kept_owner(long)


def test_what_cannot_be_known_from_here_is_not_gone():
    assert not is_gone("airflow:audit_dataset/manual__2026")
    assert not is_gone(f"process:another-host:{os.getpid()}:1")
    assert not is_gone("nonsense")
