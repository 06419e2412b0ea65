"""Code of a test in a process of its own, whose Airflow has a home of its own; whole DAG runs."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from pipelines.airflow.environment import isolated_environment

DAGS = Path(__file__).resolve().parents[2] / "dags"
RUN = """
import json, sys
from airflow.dag_processing.dagbag import DagBag
from airflow.utils.db import initdb
initdb()
bag = DagBag(dag_folder=sys.argv[1])
assert not bag.import_errors, bag.import_errors
run = bag.dags[sys.argv[3]].test()
tasks = [[ti.task_id, ti.map_index, str(ti.state)] for ti in run.get_task_instances()]
json.dump({"state": str(run.state), "run": run.run_id, "tasks": sorted(tasks),
           "tries": {ti.task_id: ti.try_number for ti in run.get_task_instances()}},
          open(sys.argv[2], "w"))
"""


def run_dag(dag: str, home: Path, result: Path, **environment: str) -> tuple[dict[str, Any], str]:
    """What became of one run of `dag` and of its tasks, and everything that was printed."""
    return python(RUN, home, result, dag, **environment)


def python(
    code: str, home: Path, result: Path, *arguments: str, **environment: str
) -> tuple[dict[str, Any], str]:
    """What `code` wrote to `result`, and what it printed; `sys.argv` is DAGS, result, arguments."""
    done = subprocess.run(
        [sys.executable, "-c", code, str(DAGS), str(result), *arguments],
        env=isolated_environment(home, DAGS, inherited={**os.environ, "TDA_WORKERS": "1"})
        | environment,
        capture_output=True,
        text=True,
        check=False,
        cwd=result.parent,
        timeout=900,
    )
    assert result.exists(), done.stdout[-3000:] + done.stderr[-3000:]
    found: dict[str, Any] = json.loads(result.read_text(encoding="utf-8"))
    return found, done.stdout + done.stderr
