"""A test run that is killed leaves no process of Spark: master, worker, executor, driver, tda."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
import spark_cluster

pytestmark = [pytest.mark.spark, pytest.mark.slow]

PATIENCE = 240.0
RUN = """
import os, sys
from pathlib import Path
import spark_cluster
from disturbing import tda
folder = Path(sys.argv[1])
with spark_cluster.running(folder / "cluster", workers=1) as cluster:
    master = {"TDA_SPARK_MASTER": cluster.address, **spark_cluster.environment(cluster.folder)}
    arguments = ("dups", str(folder / "many.jsonl"), "--text", "text", "--engine", "spark")
    sys.exit(tda(folder / "home", *arguments, **master).returncode)
"""
PARTS = ("master.Master", "worker.Worker", "SparkSubmit", "CoarseGrainedExecutorBackend", "dups")
"""What stands in the command lines of the five."""


def family(folder: Path) -> dict[psutil.Process, str]:
    """The processes of the cluster in `folder` and of its drivers, with their command lines."""
    found = {}
    for process in psutil.process_iter():
        try:
            if process.environ().get("SPARK_CONF_DIR") == str(folder / "conf"):
                found[process] = " ".join(process.cmdline())
        except psutil.Error:
            continue  # it has ended meanwhile
    return found


def test_a_run_that_is_killed_in_the_middle_of_a_query_leaves_nothing(tmp_path):
    if spark_cluster.java() is None:
        spark_cluster.missing("there is no Java")
    lines = (json.dumps({"text": f"text {n} of many, {n * 7919} and more"}) for n in range(50_000))
    (tmp_path / "many.jsonl").write_text("\n".join(lines), encoding="utf-8")
    services = os.pathsep.join([str(spark_cluster.HERE), os.environ.get("PYTHONPATH", "")])
    run = subprocess.Popen(
        [sys.executable, "-c", RUN, str(tmp_path)],
        env={**os.environ, "PYTHONPATH": services.rstrip(os.pathsep)},
    )
    try:
        deadline = time.monotonic() + PATIENCE
        there: dict[psutil.Process, str] = {}
        while not all(any(part in line for line in there.values()) for part in PARTS):
            assert run.poll() is None, "the run ended before it could be killed"
            assert time.monotonic() < deadline, sorted(there.values())
            time.sleep(0.1)
            there = family(tmp_path / "cluster")
        run.kill()
        run.wait()
        while left := family(tmp_path / "cluster"):
            assert time.monotonic() < deadline, sorted(left.values())
            time.sleep(0.1)
    finally:
        run.kill()
        for process in family(tmp_path / "cluster"):
            process.kill()
