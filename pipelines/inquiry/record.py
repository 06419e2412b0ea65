"""Decisions go into the ledger and into the table, once; what they say is final for their round."""

import hashlib
import json
from datetime import datetime

from pipelines.inquiry.decision import Decision
from pipelines.inquiry.draft import Draft
from pipelines.inquiry.request import Inquiry
from pipelines.kernels.pseudonym import PERSON, WORDS, keyed_digest
from pipelines.ledger.export_statement import inquiry_answered
from pipelines.ledger.keys import public_keys, signing_key
from pipelines.ledger.log import append, sign_tree
from pipelines.settings import Settings
from pipelines.store import inquiries
from pipelines.store.database import Store
from pipelines.store.keys import identifier_key
from pipelines.store.ledger_entries import appending


def entry_key(number: str, owner: str) -> str:
    """The key of the one decision that `owner`, a DAG run, brings about on the inquiry."""
    return f"inquiry/{number}/{hashlib.sha256(owner.encode()).hexdigest()[:12]}"


def record_decision(
    inquiry: Inquiry,
    draft: Draft,
    decision: Decision,
    *,
    owner: str,
    at: datetime,
    settings: Settings,
    store: Store,
) -> str:
    """The key of the ledger entry of `decision`, which is under a signed head and in the table.

    Recording it again changes nothing.

    Raises:
        LedgerError: this owner has recorded another decision already.
    """
    entry = entry_key(inquiry.number, owner)
    secret, key_id = identifier_key(settings)
    said = inquiry_answered(
        entry=entry,
        at=decision.decided_at,
        inquiry=inquiry.number,
        runs=draft.runs,
        outcome=decision.ruling.value,
        decided_by=keyed_digest(PERSON, decision.decided_by, secret, key_id),
        reason=keyed_digest(WORDS, decision.reason, secret, key_id),
        draft=draft.digest,
        files=draft.files,
        size=draft.bytes,
    )
    key = signing_key(settings.keys)
    with appending(store.engine) as book:
        append(book, [said], key=key)
        sign_tree(book, at=at, key=key, trusted=public_keys(settings.keys))
    inquiries.record(
        store,
        {
            "entry": entry,
            "inquiry": inquiry.number,
            "authority": inquiry.authority,
            "due": inquiry.due,
            "requested_by": inquiry.requested_by,
            "triggered_by": inquiry.triggered_by,
            "runs": json.dumps(list(draft.runs)),
            "draft_digest": draft.digest,
            "files": draft.files,
            "bytes": draft.bytes,
            "outcome": decision.ruling.value,
            "decided_by": decision.decided_by,
            "reason": decision.reason,
            "decided_at": decision.decided_at,
            "owner": owner,
            "recorded_at": at,
        },
    )
    return entry
