"""Audit one dataset on demand: its manifest becomes a gate, a ledger entry and a report.

Params: `dataset` (one that is registered) or `manifest` (an absolute path); `purpose`, which has to
be that of the manifest; `policy` (an absolute path, else that of the registration); `at`.
"""

from datetime import timedelta

from airflow.sdk import Param, dag, get_current_context, task

from pipelines.airflow.form import audit_form
from pipelines.settings import read_settings
from pipelines.stages.order import ORDER


@dag(
    dag_id="audit_dataset",
    schedule=None,
    catchup=False,
    max_active_runs=4,
    max_active_tasks=4,
    dagrun_timeout=timedelta(days=2),
    default_args={
        "retries": 2,
        "retry_delay": timedelta(seconds=30),
        "execution_timeout": timedelta(hours=24),
    },
    params={n: Param(**shape) for n, shape in audit_form(read_settings().home).items()},
    tags=["audit"],
    doc_md=__doc__,
)
def audit_dataset() -> None:
    """One task a stage, in the order of the flow; tasks pass the id of the run and nothing else."""

    @task(execution_timeout=timedelta(minutes=30))
    def begin() -> str:
        from pipelines.airflow.tasks import begin_run

        context = get_current_context()
        return begin_run(context["params"], f"{context['dag'].dag_id}/{context['run_id']}")

    @task
    def stage(name: str, audit_run: str) -> str:  # `run_id` is a word of Airflow's own
        from pipelines.airflow.tasks import carry_out_stage

        return carry_out_stage(name, audit_run)

    audit_run = begin()
    previous = audit_run
    for name in ORDER:
        done = stage.override(task_id=name)(name, audit_run)
        previous >> done
        previous = done


audit_dataset()
