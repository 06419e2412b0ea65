"""Whether the process that owned a run is gone."""

import os
import subprocess
import sys

from pipelines.ownership import is_gone, this_process


def test_this_process_is_not_gone():
    assert not is_gone(this_process())


def test_a_process_that_has_ended_is_gone():
    code = "from pipelines.ownership import this_process; print(this_process())"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert is_gone(done.stdout.strip())


def test_another_process_under_the_same_number_is_not_the_owner():
    kind, host, process, _ = this_process().split(":")
    assert is_gone(f"{kind}:{host}:{process}:1")


def test_what_cannot_be_known_from_here_is_not_gone():
    assert not is_gone("airflow:audit_dataset/manual__2026")
    assert not is_gone(f"process:another-host:{os.getpid()}:1")
    assert not is_gone("nonsense")
