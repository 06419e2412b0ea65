"""What the tasks of `answer_inquiry` do, by the name of the step."""

from collections.abc import Mapping
from typing import Any

from pipelines.airflow.misuse import misuse_is_not_retried
from pipelines.airflow.unknown_names import refuse_unknown
from pipelines.clock import moment
from pipelines.inquiry.approvers import approvers_path, read_approvers
from pipelines.inquiry.decision import OPTIONS, Ruling, decide, eligible, read_answer
from pipelines.inquiry.draft import DRAFT, Draft, draft_answer, inquiry_folder
from pipelines.inquiry.folder import fingerprint
from pipelines.inquiry.record import entry_key, record_decision
from pipelines.inquiry.request import PARAMETERS, Inquiry, read_inquiry
from pipelines.inquiry.sealing import seal_answer, sealed_folder
from pipelines.model.errors import EvidenceError, TamperedError
from pipelines.settings import Settings, read_settings
from pipelines.store import workspace
from pipelines.store.database import Store, open_store

PAGE = "/tda/inquiries/{number}/cover.zh.html"


def carry_out_step(step: str, context: Mapping[str, Any]) -> dict[str, object]:
    """What `draft`, `record` or `seal` leaves for the next task: ids, digests, counts.

    Raises:
        AirflowFailException: the Params or the answer cannot be followed, or it was a rejection.
    """
    steps = {"draft": _draft, "record": _record, "seal": _seal}
    with misuse_is_not_retried(EvidenceError, TamperedError):
        settings = read_settings()
        dag_run = context["dag_run"]
        starter = getattr(dag_run, "triggering_user_name", None)
        refuse_unknown(context["params"], PARAMETERS)
        inquiry = read_inquiry(dict(context["params"]), triggered_by=starter)
        owner = f"airflow:{context['dag'].dag_id}/{context['run_id']}"
        store = open_store(settings)
        workspace.require(store)
        return steps[step](inquiry, owner, context, settings, store)


def _draft(
    inquiry: Inquiry, owner: str, context: Mapping[str, Any], settings: Settings, store: Store
) -> dict[str, object]:
    eligible(read_approvers(approvers_path(settings.home)), inquiry)
    draft = draft_answer(inquiry, at=moment(None), settings=settings, store=store)
    return {**draft.to_json(), "page": PAGE.format(number=inquiry.number)}


def _record(
    inquiry: Inquiry, owner: str, context: Mapping[str, Any], settings: Settings, store: Store
) -> dict[str, object]:
    draft = Draft.from_json(context["ti"].xcom_pull(task_ids="draft"))
    answer = read_answer(context["ti"].xcom_pull(task_ids="approve"))
    approving = [OPTIONS.get(option) for option in answer.options] == [Ruling.APPROVED]
    folder = inquiry_folder(settings, inquiry.number) / DRAFT
    decision = decide(
        answer,
        inquiry=inquiry,
        draft=draft,
        found=fingerprint(folder).digest if approving else draft.digest,
        approvers=read_approvers(approvers_path(settings.home)),
    )
    entry = record_decision(
        inquiry,
        draft,
        decision,
        owner=owner,
        at=moment(None),
        settings=settings,
        store=store,
    )
    return {"entry": entry, "outcome": decision.ruling.value, "digest": draft.digest}


def _seal(
    inquiry: Inquiry, owner: str, context: Mapping[str, Any], settings: Settings, store: Store
) -> dict[str, object]:
    entry = entry_key(inquiry.number, owner)
    sealed = seal_answer(inquiry.number, entry, settings=settings, store=store)
    folder = sealed_folder(settings, inquiry.number, entry)
    return {
        "folder": folder.relative_to(settings.home).as_posix(),
        "digest": sealed.digest,
        "files": sealed.files,
        "entry": entry,
    }
