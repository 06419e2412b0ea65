"""Answer an authority's inquiry: draft, approval by a named person, record, sealed result.

Params: `inquiry`, `authority`, `runs` (run ids, or datasets for their latest run), `requested_by`,
`due`. `approve` waits for one of `approvers.json` and a `reason`; a rejection fails in `seal`.
"""

from datetime import timedelta

from airflow.providers.standard.operators.hitl import HITLOperator
from airflow.sdk import Param, dag, get_current_context, task

from pipelines.inquiry.approvers import approvers_path, read_approvers
from pipelines.settings import read_settings

TEXT = {"type": "string", "minLength": 1, "maxLength": 200}
DRAFT = "{% set draft = ti.xcom_pull(task_ids='draft') %}"
APPROVERS = read_approvers(approvers_path(read_settings().home))


@dag(
    dag_id="answer_inquiry",
    schedule=None,
    catchup=False,
    max_active_runs=4,
    dagrun_timeout=timedelta(days=31),
    default_args={"retries": 2, "retry_delay": timedelta(seconds=30)},
    params={
        "inquiry": Param(title="Inquiry", pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$", **TEXT),
        "authority": Param(title="Authority", **TEXT),
        "runs": Param(title="Runs", type="array", items=TEXT, minItems=1, maxItems=200),
        "requested_by": Param(title="Requested by", **TEXT),
        "due": Param(None, title="Due", type=["null", "string"], format="date"),
    },
    tags=["export"],
    doc_md=__doc__,
)
def answer_inquiry() -> None:
    """The tasks pass ids, digests and counts."""

    @task(execution_timeout=timedelta(hours=2), multiple_outputs=False)
    def work(step: str) -> dict[str, object]:
        from pipelines.airflow.inquiry_tasks import carry_out_step

        return carry_out_step(step, get_current_context())

    approve = HITLOperator(
        task_id="approve",
        subject=DRAFT + "Hand over the answer to inquiry {{ draft['inquiry'] }}?",
        body=DRAFT + "Draft {{ draft['digest'] }}, {{ draft['files'] }} files: {{ draft['page'] }}",
        options=["Approve", "Reject"],
        params={"reason": Param("", title="Reason", type="string", format="multiline")},
        assigned_users=[{"id": one.id, "name": one.name} for one in APPROVERS],
        response_timeout=timedelta(days=30),
        retries=0,
    )
    draft, record, seal = (work.override(task_id=n)(n) for n in ("draft", "record", "seal"))
    draft >> approve >> record >> seal


answer_inquiry()
