"""What the ledger says of removed evidence and of legal holds: rules, counts, digests, ids."""

from dataclasses import asdict, dataclass
from datetime import datetime

from pipelines.ledger.audit_statements import label
from pipelines.ledger.statement import Predicate, Statement, Subject, statement
from pipelines.model.ids import Digest, digest_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Removal:
    """Evidence and reports that are removed together."""

    at: datetime
    evidence_days: int
    report_days: int
    runs_kept: int
    shorter_because: str | None
    """Keyed digest of the sentence that less than three years takes."""
    runs: int
    """Runs whose evidence is not needed any more."""
    tables: int
    reports: int
    bytes: int
    removed: Digest
    """Over the sorted lines `<kind> <digest>`."""


def evidence_removed(removal: Removal) -> Statement:
    """Evidence and reports were removed under the rules that `removal` states."""
    body = asdict(removal)
    at = body.pop("at")
    short = removal.removed.removeprefix("sha256:")[:16]
    return statement(
        Predicate.RETENTION,
        key=f"retention/{at:%Y%m%dT%H%M%S}-{short}",
        at=at,
        subjects=[Subject("removed", removal.removed)],
        body=body,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldEvent:
    """A legal hold as it was placed or released."""

    number: int
    """Of the row; no two events of a store have the same."""
    at: datetime
    hold: str
    event: str
    """`placed` or `released`."""
    scope: str
    target: str
    decided_by: str
    """The person, as a keyed digest."""
    reason: str
    """The words of the person, as a keyed digest."""


def hold_changed(event: HoldEvent) -> Statement:
    """A legal hold was placed or released, by whom, why, and when."""
    body = asdict(event)
    at, number = body.pop("at"), body.pop("number")
    target = event.target
    return statement(
        Predicate.HOLD,
        key=f"hold/{event.hold}/{number}",
        at=at,
        subjects=[
            Subject(
                "target", Digest(target) if event.scope == "digest" else digest_of(target.encode())
            )
        ],
        body={**body, "target": label(target)},
    )
