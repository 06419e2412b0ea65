"""What the ledger says of a draft that was approved or rejected: digests, ids, counts."""

from collections.abc import Sequence
from datetime import datetime

from pipelines.ledger.audit_statements import label
from pipelines.ledger.statement import Predicate, Statement, Subject, statement
from pipelines.model.ids import Digest, RunId


def inquiry_answered(
    *,
    entry: str,
    at: datetime,
    inquiry: str,
    runs: Sequence[RunId],
    outcome: str,
    decided_by: str,
    reason: str,
    draft: Digest,
    files: int,
    size: int,
) -> Statement:
    """The answer to `inquiry`, as drafted under the digest `draft`, was approved or rejected.

    Args:
        entry: the key of the entry.
        at: when the person decided.
        inquiry: its number.
        runs: whose reports the draft holds.
        outcome: `approved` or `rejected`.
        decided_by: the person, as a keyed digest.
        reason: the words of the person, as a keyed digest.
        draft: the digest of the list of digests of the draft.
        files: how many files the draft holds.
        size: their bytes.
    """
    return statement(
        Predicate.EXPORT,
        key=entry,
        at=at,
        subjects=[Subject("draft", draft)],
        body={
            "export": label(inquiry),
            "purpose": "inquiry",
            "runs": list(runs),
            "outcome": outcome,
            "decided_by": decided_by,
            "reason": reason,
            "files": files,
            "bytes": size,
        },
    )
