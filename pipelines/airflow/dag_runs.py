"""`python -m pipelines.airflow.dag_runs RESULT DAGS MANIFEST…`: a DAG run of audit_dataset each.

Started by `make audit` in an environment of its own (`environment.py`); Airflow logs to this
process's stdout. RESULT becomes a JSON list of one object a DAG run.
"""

import json
import sys
import time
from pathlib import Path

DAG_ID = "audit_dataset"


def run_dags(result: Path, dags: Path, manifests: list[str]) -> None:
    """Carry out one DAG run a manifest, one after the other, and write what became of them."""
    from airflow.dag_processing.dagbag import DagBag
    from airflow.utils.db import initdb

    initdb()
    bag = DagBag(dag_folder=dags)
    if bag.import_errors:
        raise SystemExit(json.dumps({str(k): str(v) for k, v in bag.import_errors.items()}))
    outcomes = []
    for manifest in manifests:
        began = time.monotonic()
        run = bag.dags[DAG_ID].test(run_conf={"manifest": manifest})
        begin = next(task for task in run.get_task_instances() if task.task_id == "begin")
        outcomes.append(
            {
                "manifest": manifest,
                "state": str(run.state),
                "run_id": begin.xcom_pull(task_ids="begin", key="return_value"),
                "dag_run": run.run_id,
                "seconds": time.monotonic() - began,
            }
        )
        result.write_text(json.dumps(outcomes), encoding="utf-8")


if __name__ == "__main__":
    run_dags(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3:])
