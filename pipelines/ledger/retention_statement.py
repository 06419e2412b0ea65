"""What the ledger says of removed evidence: the rules, counts, and a digest of what went."""

from dataclasses import asdict, dataclass
from datetime import datetime

from pipelines.ledger.statement import Predicate, Statement, Subject, statement
from pipelines.model.ids import Digest


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
