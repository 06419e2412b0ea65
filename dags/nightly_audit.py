"""Every night: sweep the registered datasets, audit those that changed, say what changed.

01:00 in Shanghai. An event of the asset `tda-registered-data` makes a sweep earlier; what it says
is not believed. The last task fails when a dataset was not audited: its digest is written by then.
"""

from datetime import timedelta
from importlib import import_module

from airflow.sdk import Asset, AssetOrTimeSchedule, CronTriggerTimetable, dag, task
from airflow.sdk import get_current_context as context

TASKS = "pipelines.airflow.nightly_tasks"  # heavy: imported when a task runs, not at parse time
PAUSE, LONG = timedelta(seconds=30), timedelta(hours=12)
NIGHTLY = CronTriggerTimetable("0 1 * * *", timezone="Asia/Shanghai")
CHANGED = Asset("tda-registered-data", uri="x-tda://registered-data")


@dag(
    dag_id="nightly_audit",
    schedule=AssetOrTimeSchedule(timetable=NIGHTLY, assets=[CHANGED]),
    catchup=False,
    max_active_runs=1,
    max_active_tasks=4,
    dagrun_timeout=timedelta(days=1),
    default_args={"retries": 2, "retry_delay": PAUSE, "execution_timeout": LONG},
    tags=["audit"],
    doc_md=__doc__,
)
def nightly_audit() -> None:
    """Tasks pass the id of the sweep and ids of datasets, nothing else."""

    @task
    def sweep() -> str:
        return import_module(TASKS).sweep_all(context())

    @task
    def changed(swept: str) -> list[list[str]]:
        return import_module(TASKS).changed_batches(swept)

    @task(map_index_template="{{ datasets }}")
    def audit(swept: str, datasets: list[str]) -> None:
        import_module(TASKS).audit_batch(swept, datasets, context())

    @task(trigger_rule="all_done")
    def digest(swept: str) -> str:
        return import_module(TASKS).close_night(swept)

    @task(retries=0)
    def all_audited(swept: str) -> None:
        import_module(TASKS).require_complete(swept)

    swept = sweep()
    closed = digest(swept)
    audit.partial(swept=swept).expand(datasets=changed(swept)) >> closed >> all_audited(closed)


nightly_audit()
