"""A workspace with one sealed run of the support dialogues, fresh for each test."""

import shutil
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pipelines.inquiry.approvers import Approver
from pipelines.inquiry.decision import Answer, Decision, decide
from pipelines.inquiry.draft import DRAFT, Draft, draft_answer, inquiry_folder
from pipelines.inquiry.folder import fingerprint
from pipelines.inquiry.record import record_decision
from pipelines.inquiry.request import Inquiry
from pipelines.settings import Settings
from pipelines.store.database import Store, open_store

AT = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
OWNER = "airflow:answer_inquiry/manual__1"
APPROVERS = (Approver("counsel", "Legal counsel"), Approver("dpo", "Data protection officer"))


def inquiry_of(**changed: object) -> Inquiry:
    fields: dict[str, object] = {
        "number": "INQ-2026-0007",
        "authority": "某市网信办",
        "runs": ("support-dialogues",),
        "requested_by": "compliance",
        "triggered_by": "operator",
        "due": None,
    }
    return Inquiry(**{**fields, **changed})


def answer_of(option: str = "Approve", **changed: object) -> Answer:
    fields: dict[str, object] = {
        "options": (option,),
        "reason": "reviewed with legal",
        "user": "dpo",
        "at": AT + timedelta(hours=1),
    }
    return Answer(**{**fields, **changed})


@dataclass(frozen=True)
class Office:
    """A workspace, and the steps of an answer in it."""

    settings: Settings
    store: Store
    run: str
    inquiry = staticmethod(inquiry_of)
    answer = staticmethod(answer_of)

    @property
    def folder(self) -> Path:
        return inquiry_folder(self.settings, "INQ-2026-0007")

    @property
    def draft_folder(self) -> Path:
        return self.folder / DRAFT

    def draft(self, inquiry: Inquiry | None = None) -> Draft:
        given = inquiry or inquiry_of()
        return draft_answer(given, at=AT, settings=self.settings, store=self.store)

    def decide(self, draft: Draft, answer: Answer | None = None) -> Decision:
        return decide(
            answer or answer_of(),
            inquiry=inquiry_of(),
            draft=draft,
            found=fingerprint(self.draft_folder).digest,
            approvers=APPROVERS,
        )

    def record(self, draft: Draft, decision: Decision, owner: str = OWNER) -> str:
        return record_decision(
            inquiry_of(),
            draft,
            decision,
            owner=owner,
            at=AT + timedelta(hours=2),
            settings=self.settings,
            store=self.store,
        )


@pytest.fixture
def office(audit_example, tmp_path) -> Office:
    audited = audit_example("support-dialogues")
    home = tmp_path / "home"
    shutil.copytree(audited.home, home)
    settings = Settings(home=home, database_url=f"sqlite:///{home / 'audit.db'}", workers=1)
    return Office(settings, open_store(settings), audited.json["run_id"])
